from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import sqlalchemy as sa
from store_values import HOUR, NOW, article, entry, poll, state

from monitors.model import Article, Fate
from monitors.ports import Outcome
from monitors.store import SqlStore, open_store
from monitors.store.sitepassages import MOST
from monitors.store.tables import entries


def _waiting(store: SqlStore, number: int) -> int:
    store.sources.save_poll(poll(entry(number)), state())
    return store.sources.pending(10)[-1].id


def _fates(store: SqlStore) -> dict[Fate, int]:
    fates: dict[Fate, int] = store.sources.overview()[0]["entries"]
    return fates


def test_every_field_survives(store: SqlStore) -> None:
    full = article(entry_id=_waiting(store, 1))
    assert store.articles.save(full) == (full, Fate.BASELINE)
    assert store.articles.find(full.id) == full


def test_saving_settles_the_entry(store: SqlStore) -> None:
    store.articles.save(article(entry_id=_waiting(store, 1)))
    assert store.sources.pending(10) == []
    assert _fates(store) == {Fate.BASELINE: 1}


def test_articles_that_wait_are_found_by_an_index_of_them_alone(
    database: Callable[[str], str],
) -> None:
    with closing(open_store(database("sqlite"))) as store:
        saved, _ = store.articles.save(article(entry_id=_waiting(store, 1)))
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        sa.event.listen(store._db.engine, "before_cursor_execute", note)
        assert [waiting.id for waiting in store.articles.undecided(5)] == [saved.id]
        [question] = [statement for statement in asked if statement.startswith("SELECT")]
        with store._db.read() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", (5, 0))
            assert "ix_articles_undecided" in str(plan.all())


def test_what_an_article_says_is_not_kept_beside_it(store: SqlStore, url: str) -> None:
    store.articles.save(article(entry_id=_waiting(store, 1)))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(entries.c.content)) == ""
    engine.dispose()
    listed = store.sources.save_poll(poll(entry(1)), state())
    assert listed[Fate.SEEN] == 1
    changed = store.sources.save_poll(poll(entry(1, title="Another")), state())
    assert changed[Fate.REVISION] == 1
    [waiting] = store.sources.pending(10)
    assert waiting.entry == entry(1, title="Another")


def test_saving_again_changes_nothing(store: SqlStore) -> None:
    full = article(entry_id=_waiting(store, 1))
    store.articles.save(full)
    assert store.articles.save(full) == (full, Fate.SEEN)
    assert store.articles.undecided(10) == [full]
    assert _fates(store) == {Fate.BASELINE: 1}


def test_the_same_article_under_another_entry_is_same(store: SqlStore) -> None:
    first = article(entry_id=_waiting(store, 1))
    store.articles.save(first)
    other = replace(first, id="A-other", entry_id=_waiting(store, 2), title="Another title")
    assert store.articles.save(other) == (first, Fate.SEEN)
    assert _fates(store) == {Fate.BASELINE: 1, Fate.SEEN: 1}


def test_changed_text_is_the_next_revision(store: SqlStore) -> None:
    first = article(entry_id=_waiting(store, 1))
    store.articles.save(first)
    second, fate = store.articles.save(replace(first, fingerprint="b"))
    third, _ = store.articles.save(replace(first, fingerprint="c"))
    assert fate is Fate.REVISION
    assert [a.revision for a in (first, second, third)] == [0, 1, 2]
    assert len({first.id, second.id, third.id}) == 3
    assert all(a.id.startswith("A-") and len(a.id) == 14 for a in (second, third))
    assert store.articles.find(first.url) == third
    assert store.articles.find(first.id) == first


def test_a_revision_settles_a_requeued_entry(store: SqlStore) -> None:
    first = article(entry_id=_waiting(store, 1))
    store.articles.save(first)
    store.sources.save_poll(poll(entry(1, title="New")), state())
    store.articles.save(replace(first, fingerprint="b"))
    assert _fates(store) == {Fate.REVISION: 1}


def test_an_article_is_found_by_the_url_that_was_listed(store: SqlStore) -> None:
    stored, _ = store.articles.save(article(1, entry_id=_waiting(store, 1)))
    assert entry(1).url != stored.url
    assert store.articles.find(entry(1).url) == stored
    store.articles.save(replace(stored, fingerprint="b"))
    newest = store.articles.find(entry(1).url)
    assert newest is not None
    assert newest.revision == 1


def test_what_is_not_stored_is_not_found(store: SqlStore) -> None:
    assert store.articles.find("https://nowhere.example/") is None


def test_undecided_is_oldest_first_until_decided(store: SqlStore) -> None:
    stored = [article(n, first_seen=NOW - n * HOUR) for n in (1, 2, 3)]
    for each in stored:
        store.articles.save(each)
    one, two, three = stored
    assert store.articles.undecided(2) == [three, two]
    store.decisions.record(Outcome(three.id))
    assert store.articles.undecided(10) == [two, one]


def test_of_articles_first_seen_together_the_first_published_comes_first(store: SqlStore) -> None:
    dates = {1: None, 2: NOW, 3: NOW - HOUR, 4: None, 5: NOW - 2 * HOUR}
    stored = {n: article(n, id=f"A-{n}", published=day) for n, day in dates.items()}
    earlier = article(6, id="A-6", first_seen=NOW - HOUR, published=None)
    for each in (*stored.values(), earlier):
        store.articles.save(each)
    expected = ["A-6", "A-5", "A-3", "A-2", "A-1", "A-4"]
    assert [a.id for a in store.articles.undecided(10)] == expected
    assert [a.id for a in store.articles.undecided(3)] == expected[:3]


def test_recent_is_oldest_first_and_includes_its_start(store: SqlStore) -> None:
    stored = [article(n, first_seen=NOW - n * HOUR) for n in (1, 2, 3)]
    for each in stored:
        store.articles.save(each)
    assert store.articles.recent(NOW - 2 * HOUR) == [stored[1], stored[0]]
    assert store.articles.recent(NOW - 2 * HOUR, limit=1) == [stored[1]]
    assert store.articles.recent(NOW - 2 * HOUR, until=stored[0].first_seen) == [stored[1]]


def test_texts_with_nul_and_surrogates_are_stored(store: SqlStore) -> None:
    odd: Article = article(1, title="a\x00b\ud800")
    store.articles.save(odd)
    found = store.articles.find(odd.id)
    assert found is not None
    assert found.title == "a\ufffdb\ufffd"
    assert found.passages == odd.passages


def _learn(store: SqlStore, title: str, *passages: str, days: int = 0) -> frozenset[str]:
    at = NOW + days * 24 * HOUR
    return store.articles.repeated("courier.example", title, passages, at)


def test_what_three_other_articles_of_a_site_hold_is_the_sites(store: SqlStore) -> None:
    for title in ("a", "b", "c"):
        assert _learn(store, title, "call", f"own-{title}") == frozenset()
    assert _learn(store, "d", "call", "own-d") == {"call"}
    assert store.articles.repeated("other.example", "e", ["call"], NOW) == frozenset()


def test_copies_of_an_article_and_a_repeated_reading_count_once(store: SqlStore) -> None:
    for _ in range(9):
        assert _learn(store, "a", "text") == frozenset()
    _learn(store, "b", "text")
    _learn(store, "c", "text")
    assert _learn(store, "a", "text") == frozenset()


def test_what_was_not_seen_for_longest_is_forgotten(store: SqlStore) -> None:
    for title in ("a", "b", "c"):
        _learn(store, title, "call")
    _learn(store, "x", "call", *(f"old-{i}" for i in range(MOST)), days=2)
    assert _learn(store, "y", "call", *(f"new-{i}" for i in range(MOST - 1)), days=4) == {"call"}
    assert _learn(store, "z", "call", "old-0", days=4) == {"call"}
    assert store.prune(NOW + 9 * 24 * HOUR)["site_passages"] == MOST

from __future__ import annotations

from dataclasses import replace

import pytest
from store_values import (
    DAY,
    NOW,
    alert,
    article,
    decision,
    development,
    entry,
    mention,
    poll,
    state,
    story,
    vector,
)

from monitors.model import Article, Entry, Fate, Poll, PollState
from monitors.ports import Outcome
from monitors.store import SqlStore, retention

OLD = NOW - 90 * DAY
CUT = NOW - 30 * DAY


def _read(store: SqlStore, *numbers: int) -> list[Article]:
    """Articles that were listed, read and first seen long ago."""
    store.sources.save_poll(poll(*(entry(n) for n in numbers), at=OLD), state())
    waiting = store.sources.pending(100)
    return [
        store.articles.save(article(n, first_seen=OLD, entry_id=w.id))[0]
        for n, w in zip(numbers, waiting, strict=True)
    ]


def _listed_no_longer(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(999), at=NOW), state())


def _entries(store: SqlStore) -> int:
    return sum(sum(row["entries"].values()) for row in store.sources.overview())


def _passages(store: SqlStore, wanted: Article) -> int:
    found = store.articles.find(wanted.id)
    assert found is not None
    return len(found.passages)


def test_old_vectors_go_batch_by_batch(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    store.vectors.put("m", {f"old-{n}": vector() for n in range(4)}, CUT - DAY)
    store.vectors.put("n", {"old-0": vector()}, CUT - DAY)
    store.vectors.put("m", {"new": vector()}, CUT)
    assert store.prune(CUT)["vectors"] == 5
    assert store.prune(CUT)["vectors"] == 0
    assert set(store.vectors.get("m", ["new", "old-0"])) == {"new"}


def test_old_vectors_and_reports_go(store: SqlStore) -> None:
    store.vectors.put("m", {"old": vector()}, CUT - DAY)
    store.vectors.put("m", {"new": vector()}, CUT)
    store.runs.save("old", CUT - DAY, {})
    store.runs.save("new", CUT, {})
    counts = store.prune(CUT)
    assert (counts["vectors"], counts["runs"]) == (1, 1)
    assert set(store.vectors.get("m", ["old", "new"])) == {"new"}
    assert [run["run_id"] for run in store.runs.latest(5)] == ["new"]


def test_a_decided_article_loses_its_passages_but_stays_known(store: SqlStore) -> None:
    (old,) = _read(store, 1)
    store.decisions.record(Outcome(old.id))
    assert store.prune(CUT)["passages"] == 1
    assert store.articles.find(old.id) == replace(old, passages=())
    assert store.articles.save(old)[1] is Fate.SEEN
    assert store.prune(CUT)["passages"] == 0


def test_what_is_undecided_or_new_stays(store: SqlStore) -> None:
    (undecided,) = _read(store, 1)
    new, _ = store.articles.save(article(2, first_seen=CUT))
    store.decisions.record(Outcome(new.id))
    _listed_no_longer(store)
    assert store.prune(CUT) == dict.fromkeys(
        ("passages", "vectors", "runs", "hosts", "robots", "site_passages", "entries"), 0
    )
    assert _passages(store, undecided) == 3
    assert _passages(store, new) == 3


def test_settled_entries_go_when_they_are_listed_no_longer(store: SqlStore) -> None:
    (old,) = _read(store, 1)
    store.decisions.record(Outcome(old.id))
    assert store.prune(CUT)["entries"] == 0
    _listed_no_longer(store)
    assert store.prune(CUT)["entries"] == 1
    assert _entries(store) == 1


def test_an_entry_that_is_still_listed_does_not_come_back_as_new(store: SqlStore) -> None:
    (old,) = _read(store, 1)
    store.decisions.record(Outcome(old.id))
    store.sources.save_poll(poll(entry(1), entry(2), at=NOW), state())
    unchanged = Poll("kremlin", PollState.NOT_MODIFIED, NOW + 60 * DAY)
    store.sources.save_poll(unchanged, state())
    store.prune(NOW + 60 * DAY)
    again = store.sources.save_poll(poll(entry(1), entry(2), at=NOW + 60 * DAY), state())
    assert again[Fate.SEEN] == 2


def test_waiting_entries_stay(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1), at=OLD), state())
    _listed_no_longer(store)
    store.prune(CUT)
    waiting: list[Entry] = [p.entry for p in store.sources.pending(10)]
    assert entry(1) in waiting


def test_what_newer_things_rest_on_stays(store: SqlStore) -> None:
    decided, nearest, mentioned, founding, changed, free = _read(store, *range(1, 7))
    for each in (decided, nearest, mentioned, founding, changed, free):
        store.decisions.record(Outcome(each.id))
    store.decisions.record(
        Outcome(
            decided.id,
            decisions=(decision(article_id=decided.id, nearest=nearest.id),),
            stories=(story(1, changed_at=OLD), story(2, changed_at=NOW)),
            developments=(
                development(1, article_id=founding.id, founded_at=NOW),
                development(2, article_id=changed.id, founded_at=OLD, story_id="S-2"),
            ),
            mentions=(mention(article_id=mentioned.id),),
        )
    )
    _listed_no_longer(store)
    counts = store.prune(CUT)
    assert (counts["passages"], counts["entries"]) == (1, 1)
    kept = (decided, nearest, mentioned, founding, changed)
    assert [_passages(store, each) for each in kept] == [3] * 5
    assert _passages(store, free) == 0
    assert store.articles.find(entry(1).url) == decided


def test_what_was_told_stays_however_old(store: SqlStore) -> None:
    whole = Outcome(
        "A-1",
        decisions=(decision(decided_at=OLD),),
        stories=(story(opened_at=OLD, changed_at=OLD),),
        developments=(development(founded_at=OLD),),
        mentions=(mention(seen_at=OLD),),
        alerts=((alert(), OLD),),
    )
    store.decisions.record(whole)
    store.prune(NOW)
    assert store.decisions.decisions() == [decision(decided_at=OLD)]
    assert len(store.decisions.memory("sanctions", OLD)) == 1
    assert store.decisions.record(whole) == 0
    assert len(store.outbox.rows()) == 1

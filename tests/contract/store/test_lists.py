"""Both adapters of the Lists port: from a store of either database, and from a file."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from store_values import DAY, HOUR, MINUTE, NOW, alert, article, decision, outcome, story

from monitors.errors import StoreCorrupt
from monitors.model import (
    AlertKind,
    Answer,
    AnswerKind,
    DeliveryState,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Receipt,
    Verdict,
)
from monitors.model.listed import Told, Watched
from monitors.ports import Outcome
from monitors.ports.lists import Lists
from monitors.store import SqlStore, open_store
from monitors.store.filelists import file_lists
from monitors.store.storelists import StoreLists

WAITING = [s for s in DeliveryState if s is not DeliveryState.SENT]


@contextmanager
def _file(url: str) -> Iterator[Lists]:
    with file_lists(url) as found:
        assert found is not None
        yield found


@contextmanager
def _store(url: str) -> Iterator[Lists]:
    with closing(open_store(url)) as store:
        yield StoreLists(store)


ADAPTERS = {
    "file": ("sqlite", _file),
    "store on sqlite": ("sqlite", _store),
    "store on postgresql": ("postgresql", _store),
}


@pytest.fixture(params=list(ADAPTERS))
def both(
    request: pytest.FixtureRequest, database: Callable[[str], str]
) -> Iterator[tuple[SqlStore, Lists]]:
    """A store to fill, and what its lists show."""
    kind, opened = ADAPTERS[request.param]
    url = database(kind)
    with closing(open_store(url)) as store, opened(url) as lists:
        yield store, lists


def test_new_databases_have_empty_lists(both: tuple[SqlStore, Lists]) -> None:
    _, lists = both
    assert lists.decided(Verdict.ALERT, None, 10) == []
    assert lists.deliveries(WAITING, 10) == []
    assert lists.counts() == dict.fromkeys(DeliveryState, 0)
    assert lists.muted() == frozenset()
    assert lists.watched(["sanctions"], NOW) == {"sanctions": Watched(False, 0, 0, 0)}


def test_decisions_come_newest_first_with_what_their_articles_are_known_by(
    both: tuple[SqlStore, Lists],
) -> None:
    store, lists = both
    stored, _ = store.articles.save(article(1))
    first = decision(article_id=stored.id, decided_at=NOW - HOUR)
    gone = decision(7, opinion=None)
    other = decision(8, topic_id="summit", decided_at=NOW - DAY)
    held = decision(9, verdict=Verdict.DIGEST)
    for one in (first, gone, other, held):
        store.decisions.record(Outcome(one.article_id, decisions=(one,)))
    told = [Told(gone, "", ""), Told(first, stored.title, stored.url)]
    assert lists.decided(Verdict.ALERT, "sanctions", 10) == told
    assert lists.decided(Verdict.ALERT, None, 10) == [*told, Told(other, "", "")]
    assert lists.decided(Verdict.ALERT, None, 1) == told[:1]
    assert lists.decided(Verdict.DIGEST, None, 10) == [Told(held, "", "")]


def test_a_row_that_cannot_be_read_is_left_out(
    both: tuple[SqlStore, Lists], caplog: pytest.LogCaptureFixture
) -> None:
    store, lists = both
    for one in (decision(1), decision(2)):
        store.decisions.record(Outcome(one.article_id, decisions=(one,)))
    with store._db.write() as connection:
        connection.exec_driver_sql("UPDATE decisions SET scores = '[' WHERE article_id = 'A-1'")
    assert [told.decision for told in lists.decided(Verdict.ALERT, None, 10)] == [decision(2)]
    assert "cannot be read" in caplog.text


def test_topics_come_with_their_state_in_numbers(both: tuple[SqlStore, Lists]) -> None:
    store, lists = both
    store.decisions.finish_baseline(["sanctions"], NOW)
    store.decisions.record(outcome(1))
    store.decisions.record(Outcome("A-2", decisions=(decision(2, decided_at=NOW - DAY),)))
    store.decisions.record(Outcome("A-3", stories=(story(3, topic_id="summit"),)))
    waiting, _ = store.lessons.propose(
        [
            Lesson(
                "sanctions", LessonKind.COUNTEREXAMPLE, LessonState.PROPOSED, LessonReason.WAITS,
                NOW, NOW, (1,), article_id, "text", "en",
            )
            for article_id in ("A-1", "A-2")
        ]
    )  # fmt: skip
    with store._db.write() as connection:
        connection.exec_driver_sql(
            f"UPDATE lessons SET state = 'active' WHERE id <> {waiting.id}"  # noqa: S608
        )
    assert lists.watched(["sanctions", "summit"], NOW) == {
        "sanctions": Watched(watching=True, told=1, stories=1, lessons=1),
        "summit": Watched(watching=False, told=0, stories=1, lessons=0),
    }
    earlier = lists.watched(["sanctions"], NOW - DAY)
    assert earlier["sanctions"].told == 2


def test_messages_are_what_the_outbox_holds(both: tuple[SqlStore, Lists]) -> None:
    store, lists = both
    store.decisions.record(outcome(1))
    [claimed] = store.outbox.claim(NOW, MINUTE, 1)
    store.outbox.sent(claimed.id, Receipt("C1", "1739369716.000100"), NOW)
    step = alert("K-step", AlertKind.STEP)
    notices = [alert(f"K-{number}", AlertKind.NOTICE) for number in (2, 3)]
    for one in (step, *notices):
        store.outbox.enqueue(one, NOW + timedelta(microseconds=1))
    assert lists.counts() == store.outbox.counts()
    assert lists.deliveries(WAITING, 10) == store.outbox.rows(WAITING, 10)
    assert [row.alert.key for row in lists.deliveries(WAITING, 2)] == ["K-3", "K-2"]
    [sent] = lists.deliveries([DeliveryState.SENT], 10)
    assert (sent.sent_at, sent.plain, sent.alert.key) == (NOW, False, alert().key)
    [following] = [row for row in lists.deliveries(WAITING, 10) if row.alert == step]
    assert (following.thread_ts, following.channel_id) == ("1739369716.000100", "C1")


def test_stories_that_readers_muted_are_named(both: tuple[SqlStore, Lists]) -> None:
    store, lists = both
    mute = Answer(
        AnswerKind.MUTE, "u1", NOW, "K-1", "Talks", ("sanctions",), ("S-1", "S-2"), "A-1"
    )
    assert store.answers.add(mute)
    assert lists.muted() == store.answers.muted() == {"S-1", "S-2"}


@pytest.mark.parametrize(
    "other",
    ["postgresql+psycopg://u@h/n", "sqlite://", "sqlite:///:memory:", "sqlite:///no/such.db"],
)
def test_only_a_file_that_is_there_is_read_at_once(other: str) -> None:
    with file_lists(other) as found:
        assert found is None


@pytest.mark.parametrize(
    "spoiled", ["UPDATE alembic_version SET version_num = 'v0001'", "DROP TABLE alembic_version"]
)
def test_a_file_with_another_schema_is_left_to_the_store(
    database: Callable[[str], str], spoiled: str
) -> None:
    url = database("sqlite")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute(spoiled)
        connection.commit()
    with file_lists(url) as found:
        assert found is None


def test_what_is_no_database_is_left_to_the_store(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database\n" * 100)
    with file_lists(f"sqlite:///{path}") as found:
        assert found is None


def test_a_list_changes_nothing_and_leaves_no_file_behind(database: Callable[[str], str]) -> None:
    url = database("sqlite")
    path = Path(url.removeprefix("sqlite:///"))
    odd = path.with_name("what # is %20 this.db")
    shutil.copy(path, odd)
    with file_lists(f"sqlite:///{odd}") as found:
        assert found is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            found._rows("DELETE FROM decisions")
    assert sorted(path.parent.glob("*.db*")) == sorted([path, odd])


def test_damage_that_shows_while_reading_is_an_error_of_ours(
    database: Callable[[str], str],
) -> None:
    url = database("sqlite")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("DROP TABLE muted_stories")
        connection.commit()
    with pytest.raises(StoreCorrupt), _file(url) as lists:
        lists.muted()

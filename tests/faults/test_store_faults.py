"""The database is locked, full, read-only, damaged, missing or out of reach.

Whatever it is: the fitting error with what, where and what to do, and no change.
"""

from __future__ import annotations

import logging
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from monitors import ports
from monitors.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from monitors.model import (
    Alert,
    AlertKind,
    Answer,
    AnswerKind,
    Article,
    Decision,
    DeliveryState,
    Entry,
    Fate,
    Hold,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Passage,
    PassageKind,
    Poll,
    PollState,
    Pulse,
    Reason,
    Receipt,
    SourceState,
    Verdict,
)
from monitors.store import SqlStore, open_store
from monitors.store.engine import open_database
from monitors.store.tables import metadata
from monitors.store.translate import as_store_error

NOW = datetime(2025, 2, 12, 14, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATIENCE = 0.1
LONG = "Переговоры " * 2000


def _entry(number: int) -> Entry:
    return Entry("kremlin", f"https://x.example/{number}", title=f"{number}", summary=LONG)


def _poll(*numbers: int) -> Poll:
    return Poll("kremlin", PollState.OK, NOW, entries=tuple(_entry(n) for n in numbers))


def _article(number: int) -> Article:
    passages = (Passage(0, PassageKind.LEAD, LONG),)
    url = f"https://x.example/{number}"
    return Article(f"A-{number}", "kremlin", url, "Talks", passages, f"{number}", NOW)


def _alert(key: str) -> Alert:
    return Alert(key, AlertKind.NOTICE, "#ops", NOW, "Talks", quote=LONG)


def _outcome(number: int) -> ports.Outcome:
    verdict = Decision(f"A-{number}", "t", Verdict.ALERT, Reason.NEW_STORY, NOW, 0.5, LONG)
    return ports.Outcome(
        f"A-{number}", decisions=(verdict,), alerts=((_alert(f"K-{number}"), NOW),)
    )


def _answer(who: str) -> Answer:
    return Answer(AnswerKind.MUTE, who, NOW, "K-1", LONG, story_ids=("S-1",))


def _lesson(article_id: str, number: int = 0) -> Lesson:
    kind, state, reason = LessonKind.EXAMPLE, LessonState.PROPOSED, LessonReason.WAITS
    return Lesson("t", kind, state, reason, NOW, NOW, (1,), article_id, text=LONG, id=number)


def _undone(number: int) -> Lesson:
    return replace(_lesson("A-1", number), state=LessonState.UNDONE, changed_at=NOW + HOUR)


Call = Callable[[SqlStore], object]

READS: dict[str, Call] = {
    "migrate": lambda s: s.migrate(),  # where the schema is current, as here, nothing is written
    "sources.states": lambda s: s.sources.states(["kremlin"]),
    "sources.pending": lambda s: s.sources.pending(10),
    "sources.listings": lambda s: s.sources.listings("A-1"),
    "sources.overview": lambda s: s.sources.overview(),
    "articles.undecided": lambda s: s.articles.undecided(10),
    "articles.find": lambda s: s.articles.find("A-1"),
    "articles.recent": lambda s: s.articles.recent(NOW),
    "vectors.get": lambda s: s.vectors.get("m", ["a"]),
    "decisions.topic_states": lambda s: s.decisions.topic_states(["t"]),
    "decisions.memory": lambda s: s.decisions.memory("t", NOW),
    "decisions.foreign": lambda s: s.decisions.foreign(["t"], NOW, "m"),
    "decisions.decisions": lambda s: s.decisions.decisions(),
    "decisions.stories": lambda s: s.decisions.stories(),
    "decisions.developments": lambda s: s.decisions.developments("S-1"),
    "decisions.told_since": lambda s: s.decisions.told_since("t", NOW),
    "history.stories": lambda s: s.history.stories(NOW, 10),
    "outbox.due": lambda s: s.outbox.due(NOW),
    "outbox.doubtful": lambda s: s.outbox.doubtful(NOW),
    "outbox.thread": lambda s: s.outbox.thread("S-1", "#ops"),
    "outbox.rows": lambda s: s.outbox.rows(),
    "outbox.counts": lambda s: s.outbox.counts(),
    "outbox.troubles": lambda s: s.outbox.troubles(),
    "sources.waiting": lambda s: s.sources.waiting(),
    "sources.ledger": lambda s: s.sources.ledger(NOW),
    "hosts.robots": lambda s: s.hosts.robots("https://x.example"),
    "digests.held": lambda s: s.digests.held(Hold.QUIET),
    "digests.told_after": lambda s: s.digests.told_after("#ops", 0),
    "digests.let_through_since": lambda s: s.digests.let_through_since("#ops", NOW),
    "digests.state": lambda s: s.digests.state("#ops"),
    "digests.newest": lambda s: s.digests.newest(),
    "digests.decided_after": lambda s: s.digests.decided_after(["t"], Reason.NEW_STORY, 0, 9),
    "digests.seen": lambda s: s.digests.seen(["t"], NOW),
    "outbox.posted": lambda s: s.outbox.posted("C1", "1"),
    "outbox.find": lambda s: s.outbox.find("K-1"),
    "answers.of_alert": lambda s: s.answers.of_alert("K-1"),
    "answers.rows": lambda s: s.answers.rows(),
    "answers.muted": lambda s: s.answers.muted(),
    "answers.familiar": lambda s: s.answers.familiar(NOW),
    "lessons.rows": lambda s: s.lessons.rows(),
    "lessons.get": lambda s: s.lessons.get(1),
    "runs.latest": lambda s: s.runs.latest(),
    "runs.leases": lambda s: s.runs.leases(NOW),
}

GROWS: dict[str, Call] = {
    "sources.save_poll": lambda s: s.sources.save_poll(_poll(*range(5, 25)), SourceState("x")),
    "articles.save": lambda s: s.articles.save(_article(5)),
    "articles.repeated": lambda s: s.articles.repeated(
        "x.example", "t", [f"{i:016}" for i in range(3_000)], NOW
    ),
    "vectors.put": lambda s: s.vectors.put("m", {"b": np.ones(9999, np.float32)}, NOW),
    "decisions.record": lambda s: s.decisions.record(_outcome(5)),
    "outbox.enqueue": lambda s: s.outbox.enqueue(_alert("K-5"), NOW),
    "hosts.keep_robots": lambda s: s.hosts.keep_robots(
        ports.RobotsRecord("https://y.example", LONG, NOW, NOW)
    ),
    "digests.fold": lambda s: s.digests.fold(_alert("K-7"), []),
    "answers.add": lambda s: s.answers.add(_answer("R-5")),
    "lessons.propose": lambda s: s.lessons.propose([_lesson("A-5")]),
    "runs.save": lambda s: s.runs.save("r5", NOW, {"log": LONG}),
}

WRITES: dict[str, Call] = {
    **GROWS,
    "sources.save_pulses": lambda s: s.sources.save_pulses({"x": (Pulse(), None)}),
    "sources.keep_ledger": lambda s: s.sources.keep_ledger(NOW, {"x": {"new": 1}}),
    "sources.settle": lambda s: s.sources.settle(1, Fate.STALE),
    "decisions.encode_anew": lambda s: s.decisions.encode_anew(
        "t", "m", {"A-1": np.ones(4, dtype=np.float32)}
    ),
    "decisions.finish_baseline": lambda s: s.decisions.finish_baseline(["t"], NOW),
    "decisions.keep_topic": lambda s: s.decisions.keep_topic(ports.TopicState("t"), NOW),
    "outbox.claim": lambda s: s.outbox.claim(NOW, HOUR),
    "outbox.sent": lambda s: s.outbox.sent(1, Receipt("C1", "1"), NOW),
    "outbox.defer": lambda s: s.outbox.defer(1, NOW + HOUR, "rate limited"),
    "outbox.kill": lambda s: s.outbox.kill(1, "is_archived"),
    "outbox.doubt": lambda s: s.outbox.doubt(1, "timeout"),
    "outbox.looked": lambda s: s.outbox.looked(1, NOW + HOUR),
    "outbox.requeue": lambda s: s.outbox.requeue([1], NOW),
    "outbox.notify": lambda s: s.outbox.notify([_alert("K-6")], {"source x": NOW}, NOW),
    "hosts.reserve": lambda s: s.hosts.reserve("x.example", 20, 0, NOW),
    "hosts.give_back": lambda s: s.hosts.give_back({"x.example": 1}, NOW),
    "hosts.rest": lambda s: s.hosts.rest("x.example", NOW + HOUR, 429, 1, NOW),
    "digests.ration": lambda s: s.digests.ration([1], [2], NOW),
    "digests.release": lambda s: s.digests.release([1], NOW),
    "digests.hold_waiting": lambda s: s.digests.hold_waiting(Hold.CATCH_UP),
    "digests.save_state": lambda s: s.digests.save_state("#ops", ports.DigestState("2025-02-12")),
    "lessons.change": lambda s: s.lessons.change([(_lesson("A-1", 1), _undone(1))]),
    "answers.undo": lambda s: s.answers.undo(1, NOW),
    "answers.unmute": lambda s: s.answers.unmute(["S-1"], NOW),
    "runs.acquire": lambda s: s.runs.acquire("monitor", "b", NOW + 2 * HOUR, HOUR),
    "runs.spend": lambda s: s.runs.spend({"judge, day": 9}, NOW),
    "runs.release": lambda s: s.runs.release("monitor", "a"),
    "prune": lambda s: s.prune(NOW + HOUR),
}

EVERY = {**READS, **WRITES}


def _each(calls: dict[str, Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


def _files(path: Path) -> list[bytes]:
    wal = path.with_name(path.name + "-wal")
    return [path.read_bytes(), wal.read_bytes() if wal.exists() else b""]


def _dump(path: Path) -> list[Any]:
    """Every row of every table."""
    database = open_database(f"sqlite:///{path}")
    with database.read() as connection:
        rows: list[Any] = [connection.execute(sa.select(t)).all() for t in metadata.sorted_tables]
    database.close()
    return [[tuple(map(str, row)) for row in table] for table in rows]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "tidings.db"
    _fill(path)
    return path


@pytest.fixture
def path(filled: Path, tmp_path: Path) -> Path:
    """A database with a row of everything."""
    return shutil.copy(filled, tmp_path / "tidings.db")


def _fill(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.sources.save_poll(_poll(1, 2), SourceState("kremlin"))
    store.articles.save(_article(1))
    store.vectors.put("m", {"a": np.ones(8, np.float32)}, NOW)
    store.decisions.record(_outcome(1))
    store.runs.acquire("monitor", "a", NOW, HOUR)
    store.answers.add(_answer("R-1"))
    store.lessons.propose([_lesson("A-1")])
    store.runs.save("r1", NOW, {})
    store.close()


def test_every_method_of_the_port_is_tried_here() -> None:
    parts = {
        name: get_type_hints(part.fget)["return"]
        for name, part in vars(ports.Store).items()
        if isinstance(part, property)
    }
    methods = {f"{part}.{name}" for part, port in parts.items() for name in _public(port)}
    methods |= set(_public(ports.Store))
    assert len(parts) == 11
    assert set(EVERY) == methods - {"close"}


def _public(port: Any) -> list[str]:
    return [n for n, value in vars(port).items() if callable(value) and not n.startswith("_")]


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchall()
print("ready", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
connection.close()
"""


@contextmanager
def _other_process(path: Path, *statements: str) -> Iterator[None]:
    """Another process that has executed ``statements`` and holds the locks it got."""
    command = [sys.executable, "-c", HOLDER, str(path), *statements]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def locked(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = shutil.copy(filled, tmp_path_factory.mktemp("locked") / "tidings.db")
    # In WAL mode readers pass a writer, unless it keeps the whole file to itself.
    with _other_process(path, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"):
        yield path


@pytest.fixture(scope="module")
def written(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = shutil.copy(filled, tmp_path_factory.mktemp("written") / "tidings.db")
    with _other_process(path, "BEGIN IMMEDIATE"):
        yield path


class TestLocked:
    """Every method raises ``StoreBusy`` in time and changes nothing.

    If you add a method to a part of the store: add it to ``READS`` or ``WRITES`` above (and
    to ``GROWS`` where it stores something new). A test makes sure that you did.
    """

    @_each(EVERY)
    def test_every_method_gives_up_in_time_and_changes_nothing(
        self, locked: Path, call: Call
    ) -> None:
        before = _files(locked)
        store = open_store(f"sqlite:///{locked}", busy_timeout=PATIENCE)
        started = time.monotonic()
        with pytest.raises(StoreBusy) as caught:
            call(store)
        assert time.monotonic() - started < PATIENCE + 10
        store.close()
        assert _files(locked) == before
        assert caught.value.retryable
        assert str(locked) in caught.value.subject
        assert caught.value.remedy

    @_each(WRITES)
    def test_writers_wait_for_another_writer(self, written: Path, call: Call) -> None:
        before = _dump(written)
        store = open_store(f"sqlite:///{written}", busy_timeout=PATIENCE)
        with pytest.raises(StoreBusy):
            call(store)
        store.close()
        assert _dump(written) == before

    @_each(READS)
    def test_readers_pass_a_writer(self, written: Path, call: Call) -> None:
        store = open_store(f"sqlite:///{written}", busy_timeout=PATIENCE)
        call(store)
        store.close()

    def test_a_store_goes_on_when_the_lock_is_gone(self, path: Path) -> None:
        store = open_store(f"sqlite:///{path}", busy_timeout=PATIENCE)
        with _other_process(path, "BEGIN IMMEDIATE"), pytest.raises(StoreBusy):
            store.outbox.enqueue(_alert("K-2"), NOW)
        assert store.outbox.enqueue(_alert("K-2"), NOW)
        store.close()


@_each(GROWS)
def test_a_full_disk_is_named_and_changes_nothing(path: Path, call: Call) -> None:
    before = _dump(path)
    database = open_database(f"sqlite:///{path}")

    @event.listens_for(database.engine, "connect")
    def _no_more_pages(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    store = SqlStore(database)
    with pytest.raises(StoreFull, match="Free disk space"):
        call(store)
    store.close()
    assert _dump(path) == before


def test_a_file_that_cannot_be_read_is_not_said_to_be_unreachable() -> None:
    """SQLite says so of a disk that is so full that not even its small files fit."""
    refused = sqlite3.OperationalError("disk I/O error")
    refused.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    said = str(as_store_error("sqlite:///t.db", refused))
    assert "its file cannot be read or written (disk I/O error)" in said
    assert "space left" in said


@_each({name: call for name, call in WRITES.items() if name != "migrate"})
def test_a_file_that_may_not_be_written_is_named(path: Path, call: Call) -> None:
    before = _dump(path)
    store = open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreReadOnly, match="rights of the file"):
        call(store)
    store.close()
    assert _dump(path) == before


@_each(READS)
def test_a_file_that_may_not_be_written_can_be_read(path: Path, call: Call) -> None:
    store = open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    call(store)
    store.close()


@_each(EVERY)
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 500)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreCorrupt, match="no database of Tidings"):
        call(store)
    store.close()
    assert path.read_text() == "Dear diary, " * 500


def test_a_damaged_database_is_named(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreCorrupt, match="restore a backup"):
        store.outbox.rows()
    store.close()


@_each({name: call for name, call in EVERY.items() if name != "migrate"})
def test_a_database_without_our_tables_is_named(tmp_path: Path, call: Call) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreCorrupt, match="lacks tables of Tidings"):
        call(store)
    store.close()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'nowhere' / 'tidings.db'}")
    with pytest.raises(StoreUnavailable, match="folder exists"):
        store.migrate()
    store.close()


@_each(EVERY)
def test_a_server_out_of_reach_is_named_without_its_password(call: Call) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        port = unused.getsockname()[1]
        store = open_store(f"postgresql+psycopg://watcher:s3cret@127.0.0.1:{port}/news")
        with pytest.raises(StoreUnavailable) as caught:
            call(store)
        store.close()
    assert caught.value.subject == f"postgresql+psycopg://watcher@127.0.0.1:{port}/news"
    assert caught.value.retryable
    assert "s3cret" not in f"{caught.value}{caught.value.args}"


def test_errors_never_show_the_values_of_a_statement(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    verdict = Decision("A-9", "t", None, Reason.REPEAT, NOW, 0.5, "s3cret passage")  # type: ignore[arg-type]
    with pytest.raises(StoreError) as caught:
        store.decisions.record(ports.Outcome("A-9", decisions=(verdict,)))
    store.close()
    assert "s3cret" not in str(caught.value)


class TestUnreadableRows:
    """One row that cannot be read (from a later version, say) stops no other."""

    @pytest.fixture
    def store(self, path: Path) -> Iterator[SqlStore]:
        opened = open_store(f"sqlite:///{path}")
        opened.outbox.enqueue(_alert("K-2"), NOW)
        yield opened
        opened.close()

    def _spoil(self, path: Path, statement: str) -> None:
        database = open_database(f"sqlite:///{path}")
        with database.write() as connection:
            connection.exec_driver_sql(statement)
        database.close()

    def test_an_alert_is_dead_and_the_next_is_claimed(
        self, store: SqlStore, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        self._spoil(path, 'UPDATE outbox SET content = \'{"kind": "telepathy"}\' WHERE id = 1')
        with caplog.at_level(logging.WARNING):
            claimed = store.outbox.claim(NOW, HOUR, limit=5)
        assert [delivery.alert.key for delivery in claimed] == ["K-2"]
        assert store.outbox.counts()[DeliveryState.DEAD] == 1
        assert [row.alert.key for row in store.outbox.rows()] == ["K-2"]
        assert "cannot be read" in caplog.text

    def test_an_entry_is_left_out(self, store: SqlStore, path: Path) -> None:
        self._spoil(path, "UPDATE entries SET content = 'null' WHERE id = 1")
        assert [p.entry.title for p in store.sources.pending(10)] == ["2"]

    def test_an_article_is_left_out(self, store: SqlStore, path: Path) -> None:
        store.articles.save(_article(2))
        self._spoil(path, "UPDATE articles SET passages = '[' WHERE id = 'A-1'")
        assert [a.id for a in store.articles.recent(NOW)] == ["A-2"]

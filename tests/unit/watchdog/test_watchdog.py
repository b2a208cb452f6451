"""The watchdog: silence is told once, so is its end, whatever else is broken."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.clock import FixedClock
from monitors.errors import (
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryUnknown,
    FetchTimeout,
    StoreBusy,
    TidingsError,
)
from monitors.settings import Settings, load_settings
from monitors.store import open_store
from monitors.testing import MemoryNotifier
from monitors.watchdog import Finding, look, watching
from tests.support.newsroom import SOURCES, Newsroom, opened

START = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
WATCH = """\
defaults: {operators_channel: "#ops"}
sources: [{name: S, kind: feed, url: 'https://example.org/feed'}]
topics: {t: {name: T, description: Something happens.}}
"""


@dataclass
class Yard:
    """Where a watchdog looks, every quarter of an hour."""

    folder: Path
    clock: FixedClock
    notifier: MemoryNotifier
    settings: Settings

    def look(self) -> Finding:
        found = look(self.settings, QUARTER, self.clock, self.notifier)
        assert found is not None
        return found

    def looks(self, count: int) -> None:
        for _ in range(count):
            self.look()
            self.clock.advance(QUARTER)

    def run(self, **said: object) -> None:
        """A run is over, as it is stored."""
        store = open_store(self.settings.database_url)
        store.migrate()
        now = self.clock.now()
        report = {"ended": now.isoformat(), "problems": [], **said}
        store.runs.save(f"R-{now.timestamp():.0f}", now, report)
        store.close()

    @property
    def told(self) -> list[str]:
        return [message.text for message in self.notifier.sent]

    def body(self, nth: int = -1) -> str:
        return str(self.notifier.sent[nth].blocks)


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    (tmp_path / "watch.yaml").write_text(WATCH, "utf-8")
    clock = FixedClock(START)
    settings = load_settings(None).model_copy(
        update={
            "watch": tmp_path / "watch.yaml",
            "database_url": f"sqlite:///{tmp_path / 'tidings.db'}",
            "watchdog_file": tmp_path / "var" / "watchdog.json",
        }
    )
    return Yard(tmp_path, clock, MemoryNotifier(clock), settings)


def test_silence_is_told_once_after_three_intervals_and_so_is_its_end(yard: Yard) -> None:
    yard.run()
    yard.looks(4)
    assert yard.told == []
    yard.looks(8)
    assert yard.told == ["No run has succeeded since 3 Mar 12:00 UTC"]
    assert "None has come to its end since" in yard.body()
    yard.run()
    yard.looks(4)
    assert yard.told[1:] == ["Runs succeed again"]
    assert "none had succeeded for 3 h 00 min" in yard.body()
    [message, _] = yard.notifier.sent
    assert message.channel == "#ops"
    found = problems(
        message.blocks, message.text, max_blocks=OUR_BLOCKS, max_characters=OUR_CHARACTERS
    )
    assert found == []


def test_runs_that_fail_are_no_success_and_the_last_reason_is_told(yard: Yard) -> None:
    yard.run()
    yard.look()
    for number in range(4):
        yard.clock.advance(QUARTER)
        yard.run(failed=True, problems=["a note", f"database: it is full ({number})"])
        yard.look()
    assert len(yard.told) == 1
    assert "The last one, over at 13:00 UTC, failed: database: it is full (3)" in yard.body()


def test_a_run_of_some_sources_is_no_success(yard: Yard) -> None:
    yard.run()
    for _ in range(4):
        yard.look()
        yard.clock.advance(QUARTER)
        yard.run(partial=True)
    yard.look()
    assert len(yard.told) == 1


def test_an_installation_in_which_no_run_ever_succeeds_is_told(yard: Yard) -> None:
    yard.looks(5)
    assert yard.told == ["No run has succeeded for 1 h 00 min"]
    assert not (yard.folder / "tidings.db").exists()
    yard.run()
    yard.look()
    assert yard.told[1:] == ["Runs succeed again"]


def test_a_machine_that_was_off_is_not_told_of_it(yard: Yard) -> None:
    yard.run()
    yard.looks(2)
    yard.clock.advance(timedelta(days=3))
    yard.looks(3)
    assert yard.told == []
    yard.looks(2)
    assert yard.told == ["No run has succeeded since 3 Mar 12:00 UTC"]


def test_silence_lasts_over_a_machine_that_was_off(yard: Yard) -> None:
    yard.run()
    yard.looks(5)
    yard.clock.advance(timedelta(days=3))
    yard.looks(3)
    assert len(yard.told) == 1
    yard.run()
    yard.look()
    assert yard.told[1:] == ["Runs succeed again"]


def test_a_clock_that_was_ahead_hides_no_silence(yard: Yard) -> None:
    yard.clock.advance(timedelta(days=30))
    yard.run()
    yard.look()
    yard.clock.set(START)
    yard.looks(5)
    assert yard.told == ["No run has succeeded for 1 h 00 min"]


def test_a_broken_watch_list_is_told_in_the_channel_known_before(yard: Yard) -> None:
    yard.run()
    yard.look()
    yard.settings.watch.write_text("topix: {}\n", "utf-8")
    yard.looks(5)
    assert yard.told == ["No run has succeeded since 3 Mar 12:00 UTC"]
    assert "watch.yaml:1" in yard.body()


def test_a_database_that_cannot_be_read_is_told_after_three_intervals(yard: Yard) -> None:
    yard.run()
    yard.look()
    (yard.folder / "tidings.db").write_bytes(b"no database" * 1000)
    yard.looks(4)
    assert yard.told == []
    yard.looks(2)
    assert yard.told == ["No run has succeeded since 3 Mar 12:00 UTC"]
    assert "tidings.db" in yard.body()


def test_a_slack_that_is_away_is_tried_again(yard: Yard) -> None:
    yard.run()
    yard.looks(4)
    yard.notifier.fail_next(DeliveryDeferred("Slack", "it cannot be reached"), times=2)
    for _ in range(2):
        with pytest.raises(DeliveryDeferred):
            yard.look()
        assert yard.told == []
    yard.look()
    yard.look()
    assert len(yard.told) == 1


@pytest.mark.parametrize("accepted", [True, False], ids=["it arrived", "it did not"])
def test_a_message_in_doubt_is_looked_for_before_it_is_sent_again(
    yard: Yard, accepted: bool
) -> None:
    yard.run()
    yard.looks(4)
    yard.notifier.fail_next(DeliveryUnknown("Slack", "no answer"), accepted=accepted)
    with pytest.raises(DeliveryUnknown):
        yard.look()
    yard.look()
    yard.look()
    assert len(yard.told) == 1


def test_a_repeat_that_cannot_be_ruled_out_is_marked(yard: Yard) -> None:
    yard.run()
    yard.looks(4)
    yard.notifier.fail_next(DeliveryUnknown("Slack", "no answer"), accepted=True)
    yard.notifier.history_error = DeliveryRefused("history", "missing_scope")
    with pytest.raises(DeliveryUnknown):
        yard.look()
    yard.looks(2)
    assert len(yard.told) == 2
    assert "Possible repeat" in yard.body()


def test_two_watchdogs_tell_once(yard: Yard) -> None:
    """On two machines, each with a file of its own."""
    yard.run()
    other = Yard(
        yard.folder,
        yard.clock,
        yard.notifier,
        yard.settings.model_copy(update={"watchdog_file": yard.folder / "other.json"}),
    )
    for _ in range(6):
        yard.look()
        other.look()
        yard.clock.advance(QUARTER)
    assert len(yard.told) == 1


def test_one_watchdog_looks_at_a_time(yard: Yard) -> None:
    yard.look()
    with yard.settings.watchdog_file.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert look(yard.settings, QUARTER, yard.clock, yard.notifier) is None


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"looked_at": "soon"}', '{"told": "2025-03-03T12:00"}', '{"looked_at": 5}'],
)
def test_a_damaged_file_counts_as_empty(yard: Yard, text: str) -> None:
    yard.settings.watchdog_file.parent.mkdir()
    yard.settings.watchdog_file.write_text(text, "utf-8")
    assert yard.look().known.watching_since == START


def test_without_a_channel_it_is_found_once_and_nothing_is_sent(yard: Yard) -> None:
    yard.settings.watch.write_text(WATCH.replace("#ops", "#other").split("\n", 1)[1], "utf-8")
    yard.looks(4)
    assert yard.look().alert is not None
    again = yard.look()
    assert (again.alert, again.since is None) == (None, False)
    assert yard.told == []


def test_a_file_that_cannot_be_written_is_named(yard: Yard) -> None:
    (yard.folder / "var").write_text("", "utf-8")
    with pytest.raises(TidingsError, match="TIDINGS_WATCHDOG_FILE"):
        yard.look()


def test_the_thread_looks_until_it_is_stopped(
    yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    told = threading.Event()

    def hear(line: str) -> None:
        said.append(line)
        told.set()

    settings = yard.settings.model_copy(update={"watchdog_file": yard.folder / "watch.yaml" / "x"})
    with caplog.at_level(logging.INFO), watching(settings, timedelta(milliseconds=3), hear):
        assert told.wait(20)
    assert "TIDINGS_WATCHDOG_FILE" in said[0]
    assert not any(thread.name == "watchdog" for thread in threading.enumerate())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with opened(tmp_path) as newsroom:
        yield newsroom


def test_reports_of_runs_say_whether_they_succeeded(room: Newsroom) -> None:
    whole = room.run()
    some = room.run(["wire"])
    assert (whole.failed, whole.partial, some.partial) == (False, False, True)
    assert whole.ended is not None
    room.reader.faults = dict.fromkeys(
        (source.id for source in SOURCES), FetchTimeout("https://x.example", "no answer")
    )
    room.later()
    assert not room.run().failed  # it told so itself
    room.later()

    def full(*_: object) -> None:
        raise StoreBusy("database", "it is locked")

    room.desk.store.sources.states = full  # type: ignore[method-assign]
    with pytest.raises(StoreBusy):
        room.run()
    assert room.store.runs.latest(1)[0]["failed"] is True

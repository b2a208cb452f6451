"""Notify: the operators' channel hears of each change once, through whole runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitors.errors import DeliveryRefused, StoreBusy
from monitors.model import DeliveryState, Watchlist
from monitors.pipeline import new_report
from monitors.steps.notify_operators import notify_operators
from monitors.testing import sample_alert
from tests.support.newsroom import WALKOUT, Newsroom, html, not_a_feed, url_of


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.desk.watchlist = replace(room.desk.watchlist, operators_channel="#ops")
    for source in room.desk.watchlist.sources:
        room.publish(source.id, "weather", ("Weather", f"It rains, says {source.name}."))
    return room


WALL = html("Before you continue", "We use cookies. Accept all cookies to continue reading.")


def _told(room: Newsroom) -> list[str]:
    return [message.text for message in room.sent if message.channel == "#ops"]


def _runs(room: Newsroom, count: int) -> None:
    """Runs in which every source is asked."""
    for _ in range(count):
        room.run([source.id for source in room.desk.watchlist.sources])
        room.later()


def test_a_failing_source_and_its_recovery_are_told_once_each(room: Newsroom) -> None:
    _runs(room, 1)
    room.reader.faults["wire"] = not_a_feed("Wire")
    _runs(room, 2)
    assert _told(room) == []
    _runs(room, 3)
    assert _told(room) == ["Source Wire is degraded"]
    room.reader.faults.clear()
    _runs(room, 3)
    assert _told(room) == ["Source Wire is degraded", "Source Wire is healthy again"]


def test_that_nothing_answers_is_told_once_and_that_something_does(room: Newsroom) -> None:
    _runs(room, 1)
    faults = {source.id: not_a_feed(source.name) for source in room.desk.watchlist.sources}
    room.reader.faults = dict(faults)
    _runs(room, 4)
    assert _told(room) == ["No source answers"]
    room.reader.faults.clear()
    _runs(room, 3)
    assert _told(room) == ["No source answers", "Sources answer again"]


def test_pages_without_text_are_told_though_downloads_work(room: Newsroom) -> None:
    _runs(room, 1)
    for number in range(8):
        url = url_of("wire", f"n{number}")
        room.publish("wire", f"n{number}", title=f"Title {number}")
        room.pages.pages[url] = WALL
    _runs(room, 2)
    assert _told(room) == ["Source Wire is degraded"]
    [notice] = [row.alert for row in room.store.outbox.rows() if row.alert.channel == "#ops"]
    assert notice.body[0].startswith("Wire no text comes out of its pages")


def test_a_message_that_died_is_told_once(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.memory.fail_next(DeliveryRefused("alert", "channel_not_found", remedy="Invite the bot"))
    room.run()
    assert room.store.outbox.counts()[DeliveryState.DEAD] == 1
    _runs(room, 3)
    assert _told(room) == ["1 message was not delivered"]


def test_a_dead_notice_is_not_told_of(room: Newsroom) -> None:
    room.reader.faults["wire"] = not_a_feed("Wire")
    _runs(room, 2)
    room.memory.fail_next(DeliveryRefused("alert", "channel_not_found", remedy="Create it"))
    _runs(room, 3)
    assert _told(room) == []
    assert len(room.store.outbox.rows()) == 1


def test_nothing_is_queued_without_a_channel(room: Newsroom) -> None:
    room.desk.watchlist = replace(room.desk.watchlist, operators_channel=None)
    room.reader.faults["wire"] = not_a_feed("Wire")
    _runs(room, 4)
    assert room.store.outbox.rows() == []
    assert room.store.outbox.troubles() == {}


def test_a_dry_run_queues_and_the_next_one_tells(room: Newsroom) -> None:
    room.reader.faults["wire"] = not_a_feed("Wire")
    _runs(room, 2)
    room.run(["wire"], dry=True)
    assert _told(room) == []
    room.later()
    room.run()
    assert _told(room) == ["Source Wire is degraded"]


def test_a_source_that_left_the_watch_list_is_forgotten(room: Newsroom) -> None:
    room.reader.faults["wire"] = not_a_feed("Wire")
    _runs(room, 3)
    kept = tuple(s for s in room.desk.watchlist.sources if s.id != "wire")
    room.desk.watchlist = Watchlist(kept, room.desk.watchlist.topics, "#ops")
    _runs(room, 2)
    assert _told(room) == ["Source Wire is degraded"]
    assert room.store.outbox.troubles() == {}


def test_a_database_that_fails_is_a_problem_and_loses_nothing(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.store.outbox.enqueue(sample_alert("K"), room.clock.now())
    room.store.outbox.kill(1, "channel_not_found")

    def busy(*_: object) -> int:
        raise StoreBusy("db", "locked", "Try again")

    report = new_report(room.desk)
    with monkeypatch.context() as patch:
        patch.setattr(room.store.outbox, "notify", busy)
        notify_operators(room.desk, report)
    assert report.problems == ["db: locked. Try again"]
    notify_operators(room.desk, report)
    assert len(room.store.outbox.rows([DeliveryState.PENDING])) == 1

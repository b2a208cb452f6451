"""Digests and holds over days: each told once, none lost, whatever the clock does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitors.alerts.outbox import deliver
from monitors.errors import DeliveryDeferred
from monitors.model import (
    Alert,
    AlertKind,
    Budget,
    Channel,
    DeliveryState,
    DigestPlan,
    Hold,
    QuietHours,
    Stage,
    Topic,
    Watchlist,
)
from monitors.pipeline import new_report
from monitors.ports import Outcome
from monitors.runs import RunReport
from monitors.steps.ration import ration
from monitors.steps.tell import tell
from monitors.store import SqlStore
from monitors.store.codec import dump_alert
from monitors.store.engine import open_database
from monitors.store.tables import outbox
from monitors.testing import SteppingTime, sample_alert
from tests.support.newsroom import BALLOT, BRIDGE, HARBOUR, WALKOUT, Newsroom

DAY = timedelta(days=1)
DAILY = DigestPlan(time(8))
NIGHT = QuietHours(time(22), time(7))


def _watch(room: Newsroom, *topics: Topic, **channel: Any) -> None:
    channels = (Channel("#news", **channel),)
    sources = room.desk.watchlist.sources
    room.desk.watchlist = Watchlist(sources, topics or (HARBOUR, BRIDGE), None, channels)
    room.desk.profiles.clear()


def _tell(room: Newsroom, *, whole: bool = True, limit: int = 500) -> RunReport:
    report = new_report(room.desk)
    if whole:
        ration(room.desk, report)
    tell(room.desk, report, whole=whole, limit=limit)
    return report


def _queue(room: Newsroom, number: int, hold: Hold | None = None, **changes: Any) -> Alert:
    now = room.clock.now()
    values: dict[str, Any] = {
        "channel": "#news",
        "topic_ids": ("harbour",),
        "topic_names": ("Harbour strike",),
        "story_ids": (f"S-{number}",),
        "development_ids": (f"D-{number}",),
        "article_id": f"A-{number}",
        "headline": f"Headline {number}",
        "created_at": now,
    }
    alert = sample_alert(f"K-{number}", **(values | changes))
    holds = {} if hold is None else {alert.key: hold}
    room.store.decisions.record(Outcome(f"A-{number}", alerts=((alert, now),), holds=holds))
    return alert


def _digests(room: Newsroom) -> list[str]:
    """The texts of the digests that were sent."""
    keys = {
        row.alert.key
        for row in room.store.outbox.rows(limit=10_000)
        if row.alert.kind is AlertKind.DIGEST
    }
    return [str(m.blocks) for m in room.sent if m.alert_key in keys]


def _at(room: Newsroom, text: str) -> None:
    room.clock.set(datetime.fromisoformat(text).replace(tzinfo=UTC))


# --- periods ----------------------------------------------------------------------------


def test_a_digest_that_is_switched_on_tells_what_comes_from_then_on(room: Newsroom) -> None:
    _watch(room)
    for number in range(50):
        _queue(room, number)
    _queue(room, 99, Hold.WEIGHED)
    _tell(room)
    before = len(room.sent)
    _watch(room, digest=DAILY)
    _tell(room)
    assert len(room.sent) == before
    _queue(room, 100)
    room.clock.advance(DAY)
    _tell(room)
    [digest] = _digests(room)
    assert "1 message told, 0 held back" in digest
    assert "Headline 100" in digest
    assert "Headline 99" not in digest


def test_one_digest_a_day_however_often_it_runs(room: Newsroom) -> None:
    _watch(room, digest=DAILY)
    for _ in range(24 * 5):
        _tell(room, whole=False)
        room.clock.advance(timedelta(hours=1))
    assert len(_digests(room)) == 5
    assert all("Nothing was told, and nothing was held back." in text for text in _digests(room))


def test_a_weekly_digest_comes_on_its_day(room: Newsroom) -> None:
    _watch(room, digest=DigestPlan(time(8), 4))  # it is Monday, 3 March
    sent = []
    for _ in range(15):
        _tell(room)
        sent.append(len(_digests(room)))
        room.clock.advance(DAY)
    assert sent == [0] * 4 + [1] * 7 + [2] * 4
    assert "Weekly digest" in _digests(room)[0]
    assert "Friday 7 March" in _digests(room)[0]


def test_days_that_were_missed_are_told_by_the_next_digest(room: Newsroom) -> None:
    _watch(room, digest=DAILY)
    _tell(room)
    _queue(room, 1)
    room.clock.advance(4 * DAY)
    _tell(room)
    _tell(room)
    [digest] = _digests(room)
    assert "Headline 1" in digest


def test_a_digest_says_what_was_told_held_back_missed_and_is_failing(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, at_most=Budget(1, DAY)), digest=DAILY)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("herald", "ballot", BALLOT)
    room.reader.faults["wire"] = RuntimeError("no network")
    room.run()
    for _ in range(3):
        room.later(7 * 60)
        room.run()
    [digest] = _digests(room)
    assert "1 message told, 1 held back" in digest
    for part in ("Told (1)", "Held back: over budget (1)", "Sources in trouble (1)", "Wire"):
        assert part in digest
    assert "1 told of 2 that fitted" in digest
    assert "Activity, 14 days" in digest
    [(ts, picture)] = room.memory.pictures
    assert picture.png.startswith(b"\x89PNG")
    assert picture.alternative == "Harbour strike: 1 told of 2 that fitted"
    assert ts in [row.ts for row in room.store.outbox.rows()]


def test_a_digest_without_its_chart_is_sent_all_the_same(room: Newsroom) -> None:
    _watch(room, digest=DAILY)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.memory.picture_error = DeliveryDeferred("picture", "missing_scope")
    room.later(24 * 60)
    report = room.run()
    assert len(_digests(room)) == 1
    assert any("without its chart" in line for line in report.problems)
    room.later()
    assert not any("chart" in line for line in room.run().problems)


def test_a_digest_waits_while_a_run_is_weighing(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, at_most=Budget(1, DAY)), digest=DAILY)
    _tell(room)
    room.clock.advance(DAY)
    _queue(room, 1, Hold.WEIGHED)
    _queue(room, 2, Hold.WEIGHED)
    _tell(room, whole=False)
    assert _digests(room) == []
    _tell(room)
    [digest] = _digests(room)
    assert "1 message told, 1 held back" in digest


# --- budgets ----------------------------------------------------------------------------


def test_the_most_significant_of_a_run_pass_and_the_rest_is_digested(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, at_most=Budget(2, DAY)), digest=DAILY)
    _tell(room)
    for number, weight in enumerate([0.3, 0.9, 0.5, 0.7]):
        _queue(room, number, Hold.WEIGHED, significance=weight)
    _tell(room)
    assert [m.alert_key for m in room.sent] == ["K-1", "K-3"]
    _queue(room, 4, Hold.WEIGHED, significance=1.0)
    _tell(room)
    assert len(room.sent) == 2
    room.clock.advance(DAY)
    _tell(room)
    [digest] = _digests(room)
    assert digest.index("Headline 4") < digest.index("Headline 2") < digest.index("Headline 0")


def _store_weighed(room: Newsroom, alerts: list[Alert]) -> None:
    """As so many decisions would, but in one statement."""
    assert isinstance(room.store, SqlStore)
    database = open_database(room.store.subject)
    rows = [
        {
            "key": alert.key,
            "kind": alert.kind,
            "channel": alert.channel,
            "content": dump_alert(alert),
            "state": DeliveryState.HELD,
            "hold": Hold.WEIGHED,
            "not_before": alert.created_at,
        }
        for alert in alerts
    ]
    with database.write() as connection:
        connection.execute(sa.insert(outbox), rows)
    database.close()


def test_five_thousand_matches_in_one_tick(room: Newsroom) -> None:
    _watch(room, digest=DAILY, at_most=Budget(10, DAY))
    time_ = SteppingTime(room.clock)
    room.desk.message_spacing = 1.0
    _tell(room)
    now = room.clock.now()
    alerts = [
        sample_alert(
            f"K-{n}",
            channel="#news",
            topic_ids=("harbour",),
            story_ids=(f"S-{n}",),
            development_ids=(f"D-{n}",),
            article_id=f"A-{n}",
            headline=f"Headline {n}",
            significance=n / 5000,
            created_at=now,
        )
        for n in range(5000)
    ]
    _store_weighed(room, alerts)
    report = new_report(room.desk)
    ration(room.desk, report)
    done = deliver(
        room.store.outbox,
        room.memory,
        room.clock,
        spacing=1.0,
        sleep=time_.sleep,
        monotonic=time_.monotonic,
    )
    assert (done.sent, done.failures) == (10, [])
    assert {m.alert_key for m in room.sent} == {f"K-{n}" for n in range(4990, 5000)}
    assert sum(time_.slept) >= 9
    room.desk.message_spacing = 0.0
    room.clock.advance(DAY)
    _tell(room)
    [digest] = _digests(room)
    assert "10 messages told, 4990 held back" in digest
    assert "Held back: over budget (4990)" in digest
    assert "and 4982 more" in digest
    counts = room.store.outbox.counts()
    assert (counts[DeliveryState.DIGESTED], counts[DeliveryState.HELD]) == (4990, 0)


# --- quiet hours ------------------------------------------------------------------------


def test_a_night_is_told_as_one_digest(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=NIGHT))
    _at(room, "2025-03-03T23:00")
    for number in range(20):
        _queue(room, number, Hold.QUIET)
        _tell(room, whole=False)
        room.clock.advance(timedelta(minutes=10))
    assert room.sent == []
    _at(room, "2025-03-04T07:00")
    _tell(room, whole=False)
    [digest] = _digests(room)
    assert "20 developments in quiet hours" in digest
    assert "and 4 more" in digest
    assert len(room.sent) == 1


def test_a_single_one_comes_as_itself_and_keeps_its_thread(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=NIGHT))
    _at(room, "2025-03-03T23:00")
    _queue(room, 1, Hold.QUIET)
    _at(room, "2025-03-04T07:00")
    _tell(room)
    assert [m.alert_key for m in room.sent] == ["K-1"]
    _queue(room, 2, kind=AlertKind.STEP, story_ids=("S-1",))
    _tell(room)
    assert room.sent[-1].thread_ts is not None


def test_a_step_after_a_digest_opens_a_thread(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=NIGHT))
    _at(room, "2025-03-03T23:00")
    _queue(room, 1, Hold.QUIET)
    _queue(room, 2, Hold.QUIET)
    _at(room, "2025-03-04T07:00")
    _tell(room)
    _queue(room, 3, kind=AlertKind.STEP, story_ids=("S-1",))
    _tell(room)
    assert room.sent[-1].thread_ts is None
    _queue(room, 4, kind=AlertKind.STEP, story_ids=("S-1",))
    _tell(room)
    assert room.sent[-1].thread_ts is not None


def test_an_urgent_stage_is_told_at_night(room: Newsroom) -> None:
    _watch(
        room, replace(HARBOUR, quiet_hours=QuietHours(time(0), time(23)), urgent=frozenset(Stage))
    )
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    assert len(room.sent) == 1


def test_what_quiet_hours_held_goes_into_a_digest_that_is_due_as_well(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=NIGHT), digest=DigestPlan(time(7)))
    _at(room, "2025-03-03T21:00")
    _tell(room)
    _at(room, "2025-03-03T23:00")
    _queue(room, 1, Hold.QUIET)
    _queue(room, 2, Hold.QUIET)
    _at(room, "2025-03-04T07:00")
    _tell(room)
    [digest] = _digests(room)
    assert "Held in quiet hours (2)" in digest
    assert len(room.sent) == 1


def test_what_is_held_for_topics_that_are_gone_is_told(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=NIGHT))
    _at(room, "2025-03-03T23:00")
    _queue(room, 1, Hold.QUIET)
    _watch(room, BRIDGE)
    _tell(room)
    assert [m.alert_key for m in room.sent] == ["K-1"]


# --- after a pause ----------------------------------------------------------------------


def test_after_a_pause_a_run_tells_one_digest(room: Newsroom) -> None:
    _watch(room)
    room.begin()
    room.desk.away = True
    room.publish("courier", "walkout", WALKOUT)
    room.publish("herald", "ballot", BALLOT)
    room.run()
    room.desk.away = False
    [message] = room.sent
    assert "Catching up" in str(message.blocks)
    assert "2 developments while Tidings was away" in str(message.blocks)
    room.later()
    room.run()
    assert len(room.sent) == 1


def test_deliveries_beside_that_run_leave_its_finds_alone(room: Newsroom) -> None:
    _watch(room)
    _queue(room, 1, Hold.CATCH_UP)
    _tell(room, whole=False)
    assert room.sent == []
    _queue(room, 2, Hold.CATCH_UP)
    _tell(room)
    assert len(_digests(room)) == len(room.sent) == 1


# --- clocks that are wrong --------------------------------------------------------------

CLOCKS: dict[str, Callable[[datetime], datetime]] = {
    "an hour back": lambda now: now - timedelta(hours=1),
    "a day back": lambda now: now - DAY,
    "a day ahead": lambda now: now + DAY,
    "a year ahead": lambda now: now + 365 * DAY,
    "1970": lambda now: datetime(1970, 1, 1, 3, tzinfo=UTC),
    "2099": lambda now: datetime(2099, 12, 31, 23, tzinfo=UTC),
}


@pytest.mark.parametrize("wrong", CLOCKS.values(), ids=CLOCKS)
def test_a_wrong_clock_makes_no_storm_and_loses_no_hold(
    room: Newsroom, wrong: Callable[[datetime], datetime]
) -> None:
    budget = Budget(3, DAY)
    _watch(room, replace(HARBOUR, quiet_hours=NIGHT, at_most=budget), digest=DAILY)
    _at(room, "2025-03-03T12:00")
    _tell(room)
    right, number = room.clock.now(), 0
    for day in range(6):
        for hour in range(0, 24, 3):
            now = right + day * DAY + timedelta(hours=hour)
            room.clock.set(wrong(now) if day in (2, 3) else now)
            quiet = room.clock.now().time() >= time(22) or room.clock.now().time() < time(7)
            _queue(room, number, Hold.QUIET if quiet else Hold.WEIGHED, significance=0.5)
            number += 1
            _tell(room)
    room.clock.set(right + 7 * DAY)
    _tell(room)
    _tell(room)
    states = {row.alert.key: row.state for row in room.store.outbox.rows(limit=1000)}
    settled = {DeliveryState.SENT, DeliveryState.DIGESTED}
    assert {states[f"K-{n}"] for n in range(number)} <= settled
    keys = [m.alert_key for m in room.sent if m.edits is None]
    assert len(keys) == len(set(keys))
    # Six days: at most a digest and a night's digest a day, the budget, one more for the jump.
    assert len(keys) <= 8 * 2 + 3 * 8
    assert 5 <= len(_digests(room)) <= 16


@pytest.mark.parametrize("changed", ["2025-03-29T21:00", "2025-10-25T20:00"])
def test_clock_changes_end_the_night_when_it_ends(room: Newsroom, changed: str) -> None:
    topic = replace(HARBOUR, quiet_hours=NIGHT, timezone="Europe/Berlin")
    _watch(room, topic, timezone="Europe/Berlin", digest=DigestPlan(time(2, 30)))
    _at(room, changed)
    _tell(room)
    _queue(room, 1, Hold.QUIET)
    _queue(room, 2, Hold.QUIET)
    sent = {}
    for _ in range(48):
        room.clock.advance(timedelta(minutes=30))
        _tell(room)
        for message in room.sent[len(sent) :]:
            sent[message.alert_key] = room.clock.now()
    ends = {"2025-03-29T21:00": "2025-03-30T05:00", "2025-10-25T20:00": "2025-10-26T06:00"}
    night_ends = datetime.fromisoformat(ends[changed]).replace(tzinfo=UTC)
    assert len(sent) == 2
    assert list(sent.values())[1] == night_ends

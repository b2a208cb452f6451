"""Quiet hours and digests by the clock on the wall, through every clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from monitors.alerts.timing import hold_of, in_quiet_hours, period
from monitors.model import Budget, Channel, DigestPlan, Hold, QuietHours, Stage, Topic
from monitors.testing import sample_alert

NIGHT = QuietHours(time(22), time(7))
BERLIN = "Europe/Berlin"


def _topic(**changes: object) -> Topic:
    return Topic("t", "Topic", "What happens.", **changes)  # type: ignore[arg-type]


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "moment", "quiet"),
    [
        (NIGHT, "UTC", "2025-03-03T21:59", False),
        (NIGHT, "UTC", "2025-03-03T22:00", True),
        (NIGHT, "UTC", "2025-03-03T06:59", True),
        (NIGHT, "UTC", "2025-03-03T07:00", False),
        (QuietHours(time(11), time(13)), "UTC", "2025-03-03T12:00", True),
        (QuietHours(time(11), time(13)), "UTC", "2025-03-03T13:00", False),
        (None, "UTC", "2025-03-03T03:00", False),
        # 30 March 2025: 02:00 becomes 03:00 in Berlin, so the night ends at 05:00 UTC.
        (NIGHT, BERLIN, "2025-03-30T04:59", True),
        (NIGHT, BERLIN, "2025-03-30T05:00", False),
        (NIGHT, BERLIN, "2025-03-29T06:00", False),
        # 26 October 2025: 03:00 becomes 02:00, so it ends at 06:00 UTC.
        (NIGHT, BERLIN, "2025-10-26T05:59", True),
        (NIGHT, BERLIN, "2025-10-26T06:00", False),
        (NIGHT, BERLIN, "2025-10-25T05:00", False),
        (NIGHT, "Asia/Kathmandu", "2025-03-03T16:15", True),
        (NIGHT, "Asia/Kathmandu", "2025-03-03T16:14", False),
    ],
)
def test_quiet_hours_are_those_on_the_wall(
    hours: QuietHours | None, zone: str, moment: str, quiet: bool
) -> None:
    assert in_quiet_hours(_topic(quiet_hours=hours, timezone=zone), _utc(moment)) is quiet


@pytest.mark.parametrize(
    ("plan", "zone", "moment", "day"),
    [
        (DigestPlan(time(8)), "UTC", "2025-03-03T07:59", "2025-03-02"),
        (DigestPlan(time(8)), "UTC", "2025-03-03T08:00", "2025-03-03"),
        (DigestPlan(time(8)), "America/New_York", "2025-03-03T12:59", "2025-03-02"),
        (DigestPlan(time(8)), "America/New_York", "2025-03-03T13:00", "2025-03-03"),
        (DigestPlan(time(8), 0), "UTC", "2025-03-03T08:00", "2025-03-03"),
        (DigestPlan(time(8), 0), "UTC", "2025-03-03T07:59", "2025-02-24"),
        (DigestPlan(time(8), 6), "UTC", "2025-03-03T08:00", "2025-03-02"),
        # 02:30 does not exist on 30 March in Berlin: it comes at 03:30, which is 01:30 UTC.
        (DigestPlan(time(2, 30)), BERLIN, "2025-03-30T01:29", "2025-03-29"),
        (DigestPlan(time(2, 30)), BERLIN, "2025-03-30T01:30", "2025-03-30"),
        # 02:30 exists twice on 26 October: the first, at 00:30 UTC, counts.
        (DigestPlan(time(2, 30)), BERLIN, "2025-10-26T00:29", "2025-10-25"),
        (DigestPlan(time(2, 30)), BERLIN, "2025-10-26T00:30", "2025-10-26"),
        (DigestPlan(time(2, 30)), BERLIN, "2025-10-26T01:30", "2025-10-26"),
        (DigestPlan(time(8)), "UTC", "1970-01-01T00:00", "1969-12-31"),
        (DigestPlan(time(8)), "UTC", "2099-12-31T23:59", "2099-12-31"),
    ],
)
def test_the_day_of_the_newest_digest(plan: DigestPlan, zone: str, moment: str, day: str) -> None:
    assert period(plan, zone, _utc(moment)) == date.fromisoformat(day)


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("at", [time(0), time(2), time(2, 30), time(3), time(23, 59)])
def test_a_year_has_one_digest_a_day_and_none_goes_back(zone: str, at: time) -> None:
    now, days = _utc("2025-01-10T00:00"), []
    while now < _utc("2026-01-10T00:00"):
        days.append(period(DigestPlan(at), zone, now))
        now += timedelta(minutes=30)
    assert days == sorted(days)
    assert len(set(days)) in (365, 366)
    every = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)}
    assert set(days) == every


@pytest.mark.parametrize(
    ("changes", "channel", "stage", "hold"),
    [
        ({}, Channel("#c"), Stage.SIGNED, None),
        ({"quiet_hours": NIGHT}, Channel("#c"), Stage.SIGNED, Hold.QUIET),
        (
            {"quiet_hours": NIGHT, "urgent": frozenset({Stage.SIGNED})},
            Channel("#c"),
            Stage.SIGNED,
            None,
        ),
        (
            {"quiet_hours": NIGHT, "urgent": frozenset({Stage.SIGNED})},
            Channel("#c"),
            Stage.AGREED,
            Hold.QUIET,
        ),
        ({"at_most": Budget(1, timedelta(days=1))}, Channel("#c"), Stage.NONE, Hold.WEIGHED),
        ({}, Channel("#c", at_most=Budget(1, timedelta(days=1))), Stage.NONE, Hold.WEIGHED),
        (
            {"quiet_hours": NIGHT, "at_most": Budget(1, timedelta(days=1))},
            Channel("#c"),
            Stage.NONE,
            Hold.QUIET,
        ),
    ],
)
def test_why_an_alert_is_held(
    changes: dict[str, object], channel: Channel, stage: Stage, hold: Hold | None
) -> None:
    night = _utc("2025-03-03T23:00")
    alert = sample_alert(stage=stage)
    assert hold_of(alert, [_topic(**changes)], channel, night) is hold
    assert hold_of(alert, [_topic(**changes)], channel, night, away=True) is Hold.CATCH_UP


def test_a_message_for_two_topics_is_quiet_only_where_both_are() -> None:
    night = _utc("2025-03-03T23:00")
    topics = [_topic(quiet_hours=NIGHT), _topic()]
    assert hold_of(sample_alert(), topics, Channel("#c"), night) is None

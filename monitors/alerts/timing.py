"""When a channel may be told something: quiet hours, holds, and the days of digests. Pure.

All of it is worked out anew from the time that is handed in, so that a clock that was wrong
leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitors.model import Alert, Channel, DigestPlan, Hold, Topic


def hold_of(
    alert: Alert, topics: Sequence[Topic], channel: Channel, now: datetime, *, away: bool = False
) -> Hold | None:
    """Why a new story or step is not sent at once; None where it is.

    :param topics: the topics that the alert serves
    :param away: Tidings was away for long, and catches up
    """
    if away:
        return Hold.CATCH_UP
    urgent = any(alert.stage in topic.urgent for topic in topics)
    if not urgent and topics and all(in_quiet_hours(topic, now) for topic in topics):
        return Hold.QUIET
    if channel.at_most or any(topic.at_most for topic in topics):
        return Hold.WEIGHED
    return None


def in_quiet_hours(topic: Topic, now: datetime) -> bool:
    """Whether the topic's quiet hours are on, by the clock on the wall in its time zone."""
    quiet = topic.quiet_hours
    if quiet is None:
        return False
    wall = now.astimezone(ZoneInfo(topic.timezone)).time()
    if quiet.start < quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def period(plan: DigestPlan, timezone: str, now: datetime) -> date:
    """The local day of the newest digest whose time has come.

    A time that a clock change skips comes as much later, one that it repeats comes once.
    """
    zone = ZoneInfo(timezone)
    day = now.astimezone(zone).date()
    # In UTC: two times of one zone are compared by their wall clocks, which may go back.
    if datetime.combine(day, plan.at, tzinfo=zone).astimezone(UTC) > now:
        day = _before(day)
    while plan.weekday is not None and day.weekday() != plan.weekday:
        day = _before(day)
    return day


def length(plan: DigestPlan) -> timedelta:
    """From one digest to the next."""
    return timedelta(days=1 if plan.weekday is None else 7)


def _before(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day

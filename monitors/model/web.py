"""What is remembered of how a source's server behaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a feed says that it wants to be asked (RSS 2.0: ttl, skipHours, skipDays).

    :param ttl: how long its answer may be kept
    :param skip_hours: hours of the day, 0 to 23 in UTC, in which it is not to be asked
    :param skip_days: days of the week in UTC, 0 for Monday, on which it is not to be asked
    """

    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WebMemory:
    """What earlier polls taught about a source's server.

    :param url: the source's address in the watch list; where that changes, all of this ends
    :param full_at: when it last answered with content, not with "not modified"
    :param listed_key: digest of what that content listed
    :param distrusted_until: its validators misled us, and are not sent before this time
    :param moved_to: where a permanent redirect led
    :param moved_since: when that was first seen
    :param moved_last: when it last counted
    :param moved_times: how often it counted; see :mod:`monitors.fetch.moves`
    """

    url: str = ""
    full_at: datetime | None = None
    listed_key: str | None = None
    distrusted_until: datetime | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_last: datetime | None = None
    moved_times: int = 0
    pace: Pace = Pace()

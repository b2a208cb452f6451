"""Dates as sources write them."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta

from monitors.timestamps import moment_of

_EARLIEST_YEAR = 1990
_AHEAD = timedelta(days=2)


def parse_date(
    raw: str, now: datetime, guess: time.struct_time | tuple[int, ...] | None = None
) -> datetime | None:
    """``raw`` as an aware UTC time, or None where it cannot be understood or believed.

    Understood are ISO 8601 and RFC 822 dates; a time without a zone counts as UTC. Dates
    before 1990, or more than two days after ``now``, are not believed.

    :param guess: a feed library's reading in UTC, for formats that are neither
    """
    moment = moment_of(raw)
    if moment is None and guess is not None and not re.match(r"\s*\d{4}-\d\d-\d\d", raw):
        moment = _from_guess(guess)
    if moment is None or moment.year < _EARLIEST_YEAR or moment > now + _AHEAD:
        return None
    return moment


def _from_guess(guess: time.struct_time | tuple[int, ...]) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(tuple(guess)), UTC)
    except (ValueError, OverflowError, TypeError, OSError):
        return None

"""Dates as sources write them."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta

from monitors.timestamps import EARLIEST, moment_of

_AHEAD = timedelta(days=2)
# A day in digits with the year first, or a month in letters. What else there is in digits
# a library takes apart as it likes: 18-02-2025 for 2018, 10:00 for today.
_CLEAR = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?!\d)|[^\W\d_\u2e80-\u9fff]{3}|년|오[전후]")


def parse_date(
    raw: str, now: datetime, guess: time.struct_time | tuple[int, ...] | None = None
) -> datetime | None:
    """``raw`` as an aware UTC time, or None where it cannot be understood or believed.

    Understood is what :func:`monitors.timestamps.moment_of` reads. Dates before 1990, or more
    than two days after ``now``, are not believed.

    :param guess: a feed library's reading in UTC, for other formats; heard where year and
        day stand in ``raw``
    """
    text = " ".join(raw.split())
    moment = moment_of(text)
    if moment is None and guess is not None and not re.match(r"\d{4}-\d\d-\d\d", text):
        moment = _from_guess(guess, text)
    if moment is None or moment < EARLIEST or moment > now + _AHEAD:
        return None
    return moment


def _from_guess(guess: time.struct_time | tuple[int, ...], text: str) -> datetime | None:
    try:
        moment = datetime.fromtimestamp(calendar.timegm(tuple(guess)), UTC)
    except (ValueError, OverflowError, TypeError, OSError):
        return None
    written = {int(digits) for digits in re.findall(r"\d{1,4}", text)}
    days = {(moment + timedelta(days=step)).day for step in (-1, 0, 1)}  # in any zone
    clear = _CLEAR.search(text) and moment.year in written and written & days
    return moment if clear else None

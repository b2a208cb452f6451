"""Dates as sources write them."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_EARLIEST_YEAR = 1990
_AHEAD = timedelta(days=2)
_ZONES = {"MSK": 3, "MSD": 4, "EET": 2, "EEST": 3, "CET": 1, "CEST": 2, "WEST": 1, "BST": 1}
_RFC822 = re.compile(r"^(?:[A-Za-z]{3,9},?\s+)?\d{1,2}[\s-][A-Za-z]{3,9}[\s-]\d{2,4}\b")


def parse_date(
    raw: str, now: datetime, guess: time.struct_time | tuple[int, ...] | None = None
) -> datetime | None:
    """``raw`` as an aware UTC time, or None where it cannot be understood or believed.

    Understood are ISO 8601 and RFC 822 dates; a time without a zone counts as UTC. Dates
    before 1990, or more than two days after ``now``, are not believed.

    :param guess: a feed library's reading in UTC, for formats that are neither
    """
    text = " ".join(raw.split())
    moment = _iso(text) or _rfc822(text)
    if moment is None and guess is not None and not re.match(r"\d{4}-\d\d-\d\d", text):
        moment = _from_guess(guess)
    if moment is None or moment.year < _EARLIEST_YEAR or moment > now + _AHEAD:
        return None
    return moment


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d", text):
        return None
    try:
        return _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _rfc822(text: str) -> datetime | None:
    if not _RFC822.match(text):
        return None
    fields = parsedate_tz(text)
    if fields is None:
        return None
    seconds = fields[9]
    name = re.search(r"\b([A-Z]{3,4})$", text)
    if name and name[1] in _ZONES:
        seconds = _ZONES[name[1]] * 3600
    try:
        zone = timezone(timedelta(seconds=seconds or 0))
        return datetime(*fields[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_guess(guess: time.struct_time | tuple[int, ...]) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(tuple(guess)), UTC)
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

"""Dates as sources write them."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_EARLIEST_YEAR = 1990
_AHEAD = timedelta(days=2)
_ZONES = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "TRT": 3, "SAST": 2, "EAT": 3, "PKT": 5, "IST": 5.5,
    "WIB": 7, "ICT": 7, "HKT": 8, "SGT": 8, "AWST": 8, "KST": 9, "JST": 9, "ACST": 9.5,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours east of UTC, of names that feeds use. Some have other meanings: IST is read as India's."""

_NAMED = re.compile(r"(?<=\d:\d\d)(?:\.\d+)?\s*(?P<name>[A-Z]{1,4})$")
_OFFSET = re.compile(
    r"(?<=\d:\d\d)\s*(?:GMT|UTC?|Z)?\s*(?P<sign>[+-])(?P<hours>\d\d?):?(?P<minutes>[0-5]\d)?"
    r"(?:\s*\(.*\))?$"
)
"""A zone at the end of a date, after its time, as the many forms beside RFC 822's have it."""

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
        pass
    named = _NAMED.search(text)
    if named is None or named["name"] not in _ZONES:
        return None
    try:
        moment = datetime.fromisoformat(text[: named.start("name")].rstrip())
        return moment.replace(tzinfo=_zone(_ZONES[named["name"]])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rfc822(text: str) -> datetime | None:
    if not _RFC822.match(text):
        return None
    offset, named = _OFFSET.search(text), _NAMED.search(text)
    fields = parsedate_tz(text[: offset.start()] if offset else text)
    if fields is None:
        return None
    hours = (fields[9] or 0) / 3600
    if offset:
        hours = int(offset["hours"]) + int(offset["minutes"] or 0) / 60
        hours = -hours if offset["sign"] == "-" else hours
    elif named and named["name"] in _ZONES:
        hours = _ZONES[named["name"]]
    try:
        return datetime(*fields[:6], tzinfo=_zone(hours)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


def _from_guess(guess: time.struct_time | tuple[int, ...]) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(tuple(guess)), UTC)
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

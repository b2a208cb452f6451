"""A moment as feeds and pages write it: ISO 8601, RFC 822, and the forms beside them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

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


def moment_of(written: str) -> datetime | None:
    """``written`` in UTC, or None where it cannot be understood; never a moment made up.

    A time without a zone counts as UTC, and so does one with the name of a zone that is unknown
    where the form is RFC 822's, which asks for a name or an offset.
    """
    text = re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", " ".join(written.split()))
    return _iso(text) or _rfc822(text)


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


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)

"""Times as feeds and pages write them: ISO 8601, RFC 822, and what is meant to be one of them.

A time that is read wrongly is worse than none: an article with it is taken for old, or for
new. So zones in every usual form are heard, and what is in doubt is no time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing on the web is older: an earlier time is a mistake."""

# IST is India's here: of those who write it, hers are the most by far.
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1,
    "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "TRT": 3, "IDT": 3,
    "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "PKT": 5, "IST": 5.5, "NPT": 5.75, "ICT": 7,
    "WIB": 7, "WITA": 8, "WIT": 9, "SGT": 8, "HKT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5,
    "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3, "ART": -3,
}  # fmt: skip
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"
_ZONE = re.compile(
    rf"(?P<clock>{_CLOCK})(?:\s?(?P<half>[AP])\.?M\.?)?"
    r"(?:\s*(?:GMT|UTC|UT)?\s?(?P<sign>[+-])(?P<hours>\d\d?):?(?P<minutes>\d\d)?"
    r"|\s*(?P<name>[A-Z]{1,4}))?(?:\s\([^()]*\))?$",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d")
_SLASHES = re.compile(r"^(\d{4})/(\d\d?)/(\d\d?)(?!\d)")
_WEEKDAY = re.compile(r"^[^\W\d_]+\.?,?\s*(?=\d)")
_RFC822 = re.compile(r"^(\d{1,2})[\s-]([A-Za-z]{3,9})\.?[\s-](\d{4}|\d\d)(?!\d)[\sT]?(.*)$")
# "Tue Feb 18 10:00:00 +0300 2025" and "Feb 18, 2025 10:00": the month first, as words only.
_YEAR_LAST = re.compile(
    rf"^(?:[A-Za-z]{{3,9}},? )?([A-Za-z]{{3,9}}) (\d\d?) ({_CLOCK}) (?:(\S{{1,6}}) )?(\d{{4}})$"
)
_MONTH_FIRST = re.compile(
    rf"^(?:[A-Za-z]{{3,9}},? )?([A-Za-z]{{3,9}})\.? (\d\d?),? (\d{{4}})(?:,? ({_CLOCK}.*))?$"
)
_SECONDS = re.compile(r"1\d{9}(?:\d{3})?")  # since 1970, perhaps in thousandths


def moment_of(raw: str) -> datetime | None:
    """``raw`` in UTC, or None where it is neither ISO 8601 nor RFC 822 nor meant as such.

    A time without a zone, or with one that nobody knows, counts as UTC; a day as its
    midnight. Days in digits that do not begin with the year are not read: nobody knows
    which is the month. Before :data:`EARLIEST` is no time.
    """
    text = " ".join(raw.split())
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if match := _YEAR_LAST.match(text):
        month, day, clock, zone, year = match.groups()
        text = f"{day} {month} {year} {clock} {zone or ''}".rstrip()
    elif match := _MONTH_FIRST.match(text):
        month, day, year, clock = match.groups()
        text = f"{day} {month} {year} {clock or ''}".rstrip()
    text = _ZONE.sub(_plainly, _WEEKDAY.sub("", text))
    text = _SLASHES.sub(lambda m: f"{m[1]}-{m[2]:0>2}-{m[3]:0>2}", text)
    try:
        moment = _iso(text) if _ISO.match(text) else _rfc822(text)
        return moment.astimezone(UTC) if moment and moment >= EARLIEST else None
    except (ValueError, OverflowError):
        return None


def _plainly(match: re.Match[str]) -> str:
    """A clock of 24 hours, with its zone as ``+0300``; a zone that nobody knows as it stands."""
    clock, half = match["clock"], (match["half"] or "").upper()
    hour = int(clock.partition(":")[0])
    if half and hour <= 12:
        clock = f"{hour % 12 + 12 * (half == 'P'):02}{clock[clock.index(':') :]}"
    if match["sign"]:
        return f"{clock} {match['sign']}{match['hours']:0>2}{match['minutes'] or '00'}"
    name = (match["name"] or "").upper()
    if name not in _ZONES:
        return f"{clock} {name}".rstrip()
    minutes = round(_ZONES[name] * 60)
    return f"{clock} {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _iso(text: str) -> datetime:
    moment = datetime.fromisoformat(re.sub(r"(?<=\d) (?=[+-]\d)", "", text.upper()))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rfc822(text: str) -> datetime | None:
    match = _RFC822.match(text)
    if match is None:
        return None
    day, month, year, clock = match.groups()
    month = month[:3] if month.lower() == "sept" else month
    fields = parsedate_tz(f"{day} {month} {year} {clock or '00:00'}")
    if fields is None:
        return None
    return datetime(*fields[:6], tzinfo=timezone(timedelta(seconds=fields[9] or 0)))

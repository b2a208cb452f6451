"""Calendar dates that a text writes out, in ten languages."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from babel.dates import get_month_names

_LANGUAGES = ("en", "ru", "uk", "de", "fr", "es", "it", "pt", "pl", "nl")
# A bare number is a year only where a word says so: "in 2017", not "2017 crowns".
_YEAR = re.compile(
    r"\b(?:in|since|of|from|until|by|year|в|во|с|до|у|з|im|jahr|seit|von|bis|en|dès|depuis|de|desde|"
    r"nel|dal|em|w|od|roku|sinds|van)\s+(?:early |late |mid-)?"
    r"((?:19[5-9]|20[0-4])\d)\b(?![.,]\d)"
    r"|\b((?:19[5-9]|20[0-4])\d)(?=\s+(?:году|года|год|г\.|року|рік)(?!\w))",
    re.IGNORECASE,
)


class WrittenDate(NamedTuple):
    """A date as written: ``latest`` is the last day that it can mean."""

    position: int
    latest: date


def written_dates(text: str, near: date) -> list[WrittenDate]:
    """The dates in ``text``, in reading order.

    :param near: a day and month without a year mean the year that brings them closest to it
    """
    found: dict[int, date] = {}
    taken: list[tuple[int, int]] = []
    for match in _pattern().finditer(text):
        latest = _latest(match, near)
        if latest is not None:
            found[match.start()] = latest
            taken.append(match.span())
    for match in _YEAR.finditer(text):
        if not any(a <= match.start() < b for a, b in taken):
            found[match.start()] = date(int(match[1] or match[2]), 12, 31)
    return [WrittenDate(position, latest) for position, latest in sorted(found.items())]


def _latest(match: re.Match[str], near: date) -> date | None:
    groups = match.groupdict()
    try:
        if groups["iso"]:
            return date.fromisoformat(groups["iso"])
        if groups["numeric"]:
            day, month, year = map(int, groups["numeric"].split("."))
            return date(year, month, day)
        name = groups["m1"] or groups["m2"] or groups["m3"]
        month = _months()[name.lower()]
        if groups["m3"]:
            return _last_day(int(groups["y3"]), month)
        day = int(groups["d1"] or groups["d2"])
        if written := groups["y1"] or groups["y2"]:
            return date(int(written), month, day)
        return min(
            (date(near.year + step, month, day) for step in (-1, 0, 1)),
            key=lambda day: abs(day - near),
        )
    except ValueError:  # 31 February, or 29 February where a year has none
        return None


def _last_day(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in _LANGUAGES:
        for context in ("format", "stand-alone"):
            for number, name in get_month_names("wide", context=context, locale=language).items():
                names.setdefault(name.lower(), number)
    return names


@cache
def _pattern() -> re.Pattern[str]:
    month = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    return re.compile(
        r"\b(?P<iso>\d{4}-\d\d-\d\d)\b"
        r"|\b(?P<numeric>\d{1,2}\.\d{1,2}\.(?:19|20)\d\d)\b"
        rf"|\b(?P<d1>\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+|of\s+)?(?P<m1>{month})\b"
        r"(?:,?\s+(?:de\s+)?(?P<y1>(?:19|20)\d\d))?"
        rf"|\b(?P<m2>{month})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|[.,:]\d)"
        r"(?:,?\s+(?P<y2>(?:19|20)\d\d))?"
        rf"|\b(?P<m3>{month})\s+(?:de\s+)?(?P<y3>(?:19|20)\d\d)\b",
        re.IGNORECASE,
    )

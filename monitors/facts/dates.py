"""Days that a text names, resolved against the article's own date.

Month names come from CLDR through Babel. A day without a year is taken in the year that
brings it nearest to the article's date; a day ahead counts as nearer than one behind.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from babel.core import UnknownLocaleError
from babel.dates import get_month_names

_ISO = re.compile(r"(?<!\d)(?P<y>\d{4})([-/])(?P<m>\d{2})\2(?P<d>\d{2})(?!\d)")
_DOTTED = re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)")
_TO = r"(?:\s?[-–—/]\s?|\s(?:and|to|und|bis|et|au|y|al|и|по|і|та|do|i|e)\s)"
_CAPITAL_MONTHS = frozenset({"en", "de"})
"""Where a month in lower case is another word: "he may 20 times"."""


@cache
def _months(language: str) -> tuple[re.Pattern[str], dict[str, int]] | None:
    numbers: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            try:
                names = get_month_names(width, context, locale=language)
            except (UnknownLocaleError, ValueError):
                return None
            for number, name in names.items():
                word = name.lower().rstrip(".")
                if len(word) >= 3:
                    numbers.setdefault(word, number)
    names = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True))
    nth = r"(?:st|nd|rd|th|er|º|\.)?"
    pattern = re.compile(
        rf"(?<!\w)(?:(?:(?P<d3>\d{{1,2}}){nth}{_TO})?(?P<d1>\d{{1,2}}){nth}(?:\s+(?:de|of))?"
        rf"\s+(?P<m1>{names})"
        rf"|(?P<m2>{names})\.?\s+(?P<d2>\d{{1,2}}){nth}(?!\d|[.,]?\d|:)"
        rf"(?:{_TO}(?P<d4>\d{{1,2}}){nth}(?!\d|[.,]?\d|:))?)"
        rf"(?:\.?,?\s+(?:del?\s+)?(?P<y>\d{{4}}))?(?!\w)"
    )
    return pattern, numbers


def months(language: str) -> frozenset[str]:
    """The names of months, in lower case; none where CLDR does not know the language."""
    known = _months(language)
    return frozenset(known[1]) if known else frozenset()


def dates_in(text: str, language: str, today: date | None) -> tuple[frozenset[date], str]:
    """The days named in ``text``, and the text with their names blanked out.

    :param today: the article's date; without it only days with a year are found
    """
    found: set[date] = set()
    spans: list[tuple[int, int]] = []
    # A letter that grows in lower case would shift the spans.
    lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for pattern in (_ISO, _DOTTED):
        for match in pattern.finditer(lowered):
            spans.append(match.span())
            _add(found, int(match["y"]), int(match["m"]), int(match["d"]))
    months = _months(language)
    if months:
        named, numbers = months
        for match in named.finditer(lowered):
            name = "m1" if match["m1"] else "m2"
            if language in _CAPITAL_MONTHS and text[match.start(name)].islower():
                continue
            spans.append(match.span())
            month = numbers[match[name]]
            for day in filter(None, (match["d1"], match["d2"], match["d3"], match["d4"])):
                year = int(match["y"]) if match["y"] else _nearest_year(month, int(day), today)
                if year:
                    _add(found, year, month, int(day))
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return frozenset(found), text


def _nearest_year(month: int, day: int, today: date | None) -> int | None:
    if today is None:
        return None
    years = (today.year - 1, today.year, today.year + 1)
    days = {year: _distance(year, month, day, today) for year in years}
    return min(years, key=lambda year: days[year])


def _distance(year: int, month: int, day: int, today: date) -> int:
    try:
        gap = (date(year, month, day) - today).days
    except ValueError:
        return 10_000
    # What lies ahead is named without its year more often than what lies behind.
    return gap if gap >= 0 else round(-gap * 1.5)


def _add(found: set[date], year: int, month: int, day: int) -> None:
    try:
        found.add(date(year, month, day))
    except ValueError:
        return  # 31 February is no day

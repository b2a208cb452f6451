"""What stands before and behind an article's text: headline, byline, date, labels.

Trafilatura often takes them for text. Only what is nothing else is set aside, and only at
the edges; it is kept for people to see. A line in doubt stays in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from monitors.articles import markers
from monitors.articles.dates import written_dates
from monitors.articles.texts import ends_sentence, tidy, words_of

_FIRST = 8  # so many lines may stand before the text
_KICKER = 40
_DATED = 80
_DATE = 30
_CLOCK = re.compile(
    r"[\W\d]*\d[\W\d]*(?:(?:gmt|utc|msk|мск|cet|cest|est|edt|a\.?m|p\.?m|uhr|h)\.?[\W\d]*)*",
    re.IGNORECASE,
)
_IDEOGRAPHIC_DATE = re.compile(r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日")
_ANY_DAY = date(2000, 1, 1)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def trimmed(
    paragraphs: Sequence[str], headlines: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """``paragraphs`` without what is none at their edges, and what was set aside.

    :param headlines: the page's headline in every form that it has
    """
    known = {words_of(headline) for headline in headlines} - {""}
    start, end = 0, len(paragraphs)
    limit = min(_FIRST, end)
    found = [i for i in range(limit) if _is_headline(paragraphs[i], known)]
    # What comes before the headline is the site's.
    for i in found[:1]:
        if all(_is_label(line) for line in paragraphs[:i]):
            start = i + 1
    while start < limit and _is_opening(paragraphs[start], known):
        start += 1
    while end > start and _is_closing(paragraphs[end - 1]):
        end -= 1
    if start >= end:
        return tuple(paragraphs), ()
    return tuple(paragraphs[start:end]), (*paragraphs[:start], *paragraphs[end:])


def _is_headline(line: str, known: set[str]) -> bool:
    words = words_of(line)
    return any(
        words == headline
        or (words.endswith(headline) and len(words) <= len(headline) + _KICKER and " " in headline)
        for headline in known
    )


def _is_opening(line: str, known: set[str]) -> bool:
    return _is_headline(line, known) or _is_label(line) or _is_dated(line)


def _is_label(line: str) -> bool:
    """Whether ``line`` says who, when or what kind of page; never a sentence."""
    if len(line) > 200 or (ends_sentence(line) and len(line) > 60):
        return False
    return bool(
        line.casefold().strip(" .:!|>»") in markers.NAVIGATION
        or _CLOCK.fullmatch(line)
        or markers.BYLINE.fullmatch(line)
        or markers.CREDIT.match(line)
    )


def _is_dated(line: str) -> bool:
    """Whether a short line is there to give a date."""
    if len(line) > _DATED or ends_sentence(line):
        return False
    if _IDEOGRAPHIC_DATE.search(line):
        return True
    if len(re.findall(r"\d+", line)) < 2 or not _YEAR.search(line):
        return False
    return bool(written_dates(tidy(line), _ANY_DAY)) and (":" in line or len(line) <= _DATE)


def _is_closing(line: str) -> bool:
    label = line.casefold().strip(" .:!|>»") in markers.NAVIGATION
    return len(line) <= 200 and (label or markers.COPYRIGHT.match(line) is not None)

"""Cutting an article into passages, and telling evidence from captions, recaps and dirt.

A passage that is no evidence is kept, since people may want to see it, but no match and no
alert may rest on it. The rules lean to evidence: only what gives itself away by a marker, a
place next to a photo credit, or dates that are all in the past, is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitors.articles import markers
from monitors.articles.dates import written_dates
from monitors.articles.language import UNKNOWN, script_of, writes_in
from monitors.articles.sentences import pieces
from monitors.articles.texts import ends_sentence, tidy, words_of
from monitors.model import Passage, PassageKind

OLD_NEWS = timedelta(days=10)

_LINE = 200
_NAV = 30
_CLOCK_LINE = re.compile(
    r"[\W\d]*(?:\d[\W\d]*(?:gmt|utc|msk|мск|cet|cest|est|edt|a\.?m|p\.?m)?)+", re.IGNORECASE
)
_LIST_MARK = re.compile(r"^(?:[•·▪●►▶■◆*]+|-{1,2}(?=\s))\s*")

K = PassageKind


def cut(
    title: str,
    summary: str,
    paragraphs: Sequence[str],
    language: str,
    published: datetime | None = None,
    captions: Sequence[str] = (),
    asides: Sequence[str] = (),
) -> tuple[tuple[Passage, ...], bool]:
    """The passages of an article in reading order, and whether it was translated by machine.

    The summary stands in as lead where no paragraph is evidence. Paragraphs over 600
    characters are cut at sentence ends into passages of about 500 that keep their kind.

    :param published: the article's date; with it, paragraphs of the second half that only
        tell of dates over ten days older are recaps
    :param captions: of its figures; they come last, and a line that repeats one is one
    :param asides: lines around its text; they come last too
    """
    title = tidy(title)
    lines = [line for p in paragraphs for line in _split(p)]
    translated = any(_is_translation_remark(line) for line in lines)
    kinds = _classify(lines, title, language, published)
    below = {words_of(text) for text in captions} - {""}
    kinds = [K.CAPTION if words_of(x) in below else k for x, k in zip(lines, kinds, strict=True)]
    if not any(kind.is_evidence for kind in kinds):
        added = [line for line in _split(summary) if words_of(line) != words_of(title)]
        translated = translated or any(_is_translation_remark(line) for line in added)
        kinds += _classify(added, title, language, published)
        lines += added
    _mark_lead(lines, kinds)
    known = {words_of(line) for line in lines}
    known.add(words_of(title))
    for kind, around in ((K.CAPTION, captions), (K.BOILERPLATE, asides)):
        extra = [text for text in map(tidy, around) if words_of(text) not in known]
        lines, kinds = [*lines, *extra], [*kinds, *(kind for _ in extra)]
    texts: list[tuple[PassageKind, str]] = [(K.TITLE, title)] if title else []
    for kind, line in zip(kinds, lines, strict=True):
        texts.extend((kind, piece) for piece in pieces(line))
    return tuple(Passage(i, kind, text) for i, (kind, text) in enumerate(texts)), translated


def _split(text: str) -> list[str]:
    lines = (_LIST_MARK.sub("", tidy(line)) for line in text.splitlines())
    return [line for line in lines if line]


def _classify(
    lines: Sequence[str], title: str, language: str, published: datetime | None
) -> list[PassageKind]:
    """The kind of each line; evidence is ``BODY`` throughout."""
    kinds = [_alone(line, title) for line in lines]
    _mark_repeats(lines, kinds)
    _mark_captions(lines, kinds, language)
    _mark_related(lines, kinds)
    stubs = _mark_stubs(lines, kinds)
    _mark_recaps(lines, kinds, stubs, published)
    return kinds


def _alone(line: str, title: str) -> PassageKind:
    """What ``line`` gives away by itself."""
    size = len(line)
    if title and words_of(line) == words_of(title):
        return K.BOILERPLATE
    if line.casefold().strip(" .:!|>»") in markers.NAVIGATION or not any(map(str.isalpha, line)):
        return K.BOILERPLATE
    if _is_translation_remark(line) or _CLOCK_LINE.fullmatch(line):
        return K.BOILERPLATE
    if _is_credit(line):
        return K.CAPTION
    if size <= 250 and markers.POSITION.search(line):
        return K.CAPTION
    if size <= 300 and markers.starts(markers.RELATED, line):
        return K.RELATED
    if size <= 350 and markers.SERVICE.search(line):
        return K.BOILERPLATE
    if size <= _LINE and (markers.COPYRIGHT.match(line) or markers.BYLINE.fullmatch(line)):
        return K.BOILERPLATE
    return K.BODY


def _is_translation_remark(line: str) -> bool:
    return len(line) <= _LINE and markers.TRANSLATED.search(line) is not None


def _is_credit(line: str) -> bool:
    if markers.CREDIT.match(line) and len(line) <= 300:
        return True
    if len(line) <= 300 and markers.CREDIT_TAIL.search(line) and not markers.COPYRIGHT.match(line):
        return True
    return len(line) <= 100 and markers.AGENCY_LINE.fullmatch(line) is not None


def _mark_repeats(lines: Sequence[str], kinds: list[PassageKind]) -> None:
    seen: set[str] = set()
    for i, line in enumerate(lines):
        words = words_of(line)
        if kinds[i] is K.BODY and words in seen:
            kinds[i] = K.BOILERPLATE
        seen.add(words)


def _mark_captions(lines: Sequence[str], kinds: list[PassageKind], language: str) -> None:
    """Lines that belong to a photo credit below them, and lines in another script."""
    for i in reversed(range(len(lines))):
        if kinds[i] is not K.BODY or not _is_fragment(lines[i]):
            continue
        below = i + 1 < len(lines)
        foreign = _is_foreign(lines[i], language)
        if below and kinds[i + 1] is K.CAPTION:
            pair = not _is_credit(lines[i + 1])  # a caption already: only a twin joins it
            if not pair or foreign or script_of(lines[i]) != script_of(lines[i + 1]):
                kinds[i] = K.CAPTION
        elif foreign:
            twin = below and kinds[i + 1] is K.BODY and _is_fragment(lines[i + 1])
            kinds[i] = K.CAPTION if twin else K.BOILERPLATE
            if twin:
                kinds[i + 1] = K.CAPTION


def _is_fragment(line: str) -> bool:
    return len(line) <= _LINE and not ends_sentence(line) and not line.endswith(":")


def _is_foreign(line: str, language: str) -> bool:
    script = script_of(line)
    return script is not None and language != UNKNOWN and not writes_in(language, script)


def _mark_related(lines: Sequence[str], kinds: list[PassageKind]) -> None:
    """The headlines below a bare "Read also:"."""
    listing = False
    for i, line in enumerate(lines):
        if kinds[i] is K.RELATED:
            listing = len(line) <= 40
        elif kinds[i] is K.BODY and listing and _is_fragment(line):
            kinds[i] = K.RELATED
        else:
            listing = False


def _mark_stubs(lines: Sequence[str], kinds: list[PassageKind]) -> set[int]:
    """Labels and headings of a few letters, unless nothing else is there; returns which."""
    if not any(k is K.BODY and len(line) > _NAV for k, line in zip(kinds, lines, strict=True)):
        return set()
    stubs = {
        i
        for i, line in enumerate(lines)
        if kinds[i] is K.BODY
        and len(line) <= _NAV
        and len(line.split()) <= 3
        and _is_fragment(line)
        and not _is_background_heading(line)
    }
    for i in stubs:
        kinds[i] = K.BOILERPLATE
    return stubs


def _is_background_heading(line: str) -> bool:
    return line.casefold().strip(" :") in markers.BACKGROUND_HEADINGS


def _mark_recaps(
    lines: Sequence[str],
    kinds: list[PassageKind],
    stubs: set[int],
    published: datetime | None,
) -> None:
    """Paragraphs that retell old news; never the first one."""
    total = sum(kind is K.BODY for kind in kinds)
    place = -1
    below_heading = False
    for i, line in enumerate(lines):
        if i in stubs:
            below_heading = False  # the next heading
        if kinds[i] is not K.BODY:
            continue
        place += 1
        if _is_background_heading(line):
            below_heading = place > 0
            kinds[i] = K.RECAP if place else K.BOILERPLATE
            continue
        if _is_fragment(line) and len(line) <= 100:
            below_heading = False
        if place and (below_heading or _is_recap(line, place, place * 2 >= total, published)):
            kinds[i] = K.RECAP


def _is_recap(line: str, place: int, late: bool, published: datetime | None) -> bool:
    if markers.starts(markers.RECAP_STRONG, line):
        return True
    if markers.TODAY.search(line):
        return False
    if (late or place >= 3) and markers.starts(markers.RECAP_WEAK, line):
        return True
    return late and published is not None and _is_all_past(line, published)


def _is_all_past(line: str, published: datetime) -> bool:
    """Whether ``line`` opens with a date, and every date in it is old."""
    day = published.date()
    dates = written_dates(line, day)
    return (
        bool(dates) and dates[0].position <= 40 and max(d.latest for d in dates) < day - OLD_NEWS
    )


def _mark_lead(lines: Sequence[str], kinds: list[PassageKind]) -> None:
    """The first evidence; a heading only where no whole paragraph follows."""
    evidence = [i for i, kind in enumerate(kinds) if kind is K.BODY]
    whole = [i for i in evidence if len(lines[i]) > 100 or not _is_fragment(lines[i])]
    for i in (whole or evidence)[:1]:
        kinds[i] = K.LEAD

"""A correction of what was told: the same report once more, with another fact.

A regression over two texts takes a corrected report for the same development, since it is
the same but for a word. Readers who were told the wrong figure have to be told the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitors.decide.novelty import Comparison
from monitors.decide.reading import Reading
from monitors.model import Facts, Mention

_CUES = frozenset({"correction", "body correction"})
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def corrects(
    reading: Reading, compared: Iterable[Comparison], told: Iterable[Mention]
) -> Mention | None:
    """The told mention whose fact this article says was wrong, if any.

    The article must call itself a correction, repeat an own earlier report of its source,
    and state another figure, date or place than that, or deny what it said; or be that report
    with another date in the same headline, without a word on it. Other figures change in
    silence as they grow, of victims or votes, and are no correction. What has been told in its
    corrected form since, by whatever source, is not told again.

    :param compared: the nearest earlier mentions
    :param told: everything that readers know of
    """
    called_so = bool(_CUES & reading.facts.cues)
    known = list(told)
    for comparison in compared:
        mention = comparison.mention
        own = mention.source_id == reading.article.source_id
        if not (own and comparison.features["copy"] and mention.told):
            continue
        if (called_so and _changed(reading, mention)) or _another_date(reading, mention):
            return None if _spread(reading, mention, known) else mention
    return None


def _spread(reading: Reading, wrong: Mention, known: Sequence[Mention]) -> bool:
    """Whether readers were told what is right, after they were told what is wrong."""
    fresh = _details(reading.facts) - _details(wrong.facts)
    since = (
        other
        for other in known
        if other.development_id != wrong.development_id and other.seen_at > wrong.seen_at
    )
    return bool(fresh) and any(fresh <= _details(other.facts) for other in since)


def _another_date(reading: Reading, mention: Mention) -> bool:
    """The same headline but for its figures, and a day in place of another."""
    ours, theirs = reading.facts.dates, mention.facts.dates
    title, before = reading.article.title, mention.title
    return (
        bool(ours - theirs and theirs - ours)
        and _figures(title) != _figures(before)
        and _FIGURE.sub("#", title).casefold() == _FIGURE.sub("#", before).casefold()
    )


def _changed(reading: Reading, mention: Mention) -> bool:
    """Another detail in place of one, or in the headline; or a denial, or the other way."""
    ours, theirs, title = reading.facts, mention.facts, reading.article.title
    fresh, gone = _details(ours) - _details(theirs), _details(theirs) - _details(ours)
    headline = any(ours.shown.get(detail, detail) in title for detail in fresh)
    figures, before = _figures(title), _figures(mention.title)
    denied = "negation" in ours.cues and "negation" not in theirs.cues
    return (
        bool(fresh and (gone or headline))
        or bool(figures - before and before - figures)  # a time of day is no number of facts
        or denied
        or ours.direction * theirs.direction < 0
    )


def _details(facts: Facts) -> frozenset[str]:
    days = {day.isoformat() for day in facts.dates}
    return frozenset({*facts.numbers, *facts.places, *days})


def _figures(text: str) -> frozenset[str]:
    return frozenset(_FIGURE.findall(text))

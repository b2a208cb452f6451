"""Is it new? A comparison of facts with what this topic's readers were already told.

Vectors find what is near; then names, places, numbers, ordinals, dates, stage and direction
are compared one by one, since a cosine does not see that sanctions were lifted rather than
imposed. The weighing is a logistic regression over these comparisons (a small one beats any
single cosine for new event detection: measured .164 against .258 on ECB+, TDT cost).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitors.decide.calibration import Calibration
from monitors.decide.memory import Memory, Rarity
from monitors.decide.reading import Reading
from monitors.model import Facts, Mention, Stage

FEW = 3
"""Mentions that are added to all known ones, so that the first are no rule."""

CANDIDATES = 24
"""Nearest mentions that are compared fact by fact."""

BUSY = timedelta(days=2)
"""Other developments that were reported so short a time ago make it less sure that what comes
soon after a report is the same: on a busy topic nearness in time says little."""


BELIEVED = timedelta(days=7)
"""How long before it is seen a report may say that it was published."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An article held against one earlier mention.

    :param same: probability that both report the same development
    :param story: cosine of both leads as reports: how surely they belong to one story
    """

    mention: Mention
    same: float
    story: float
    features: Mapping[str, float]


def compare_all(
    reading: Reading, memory: Memory, calibration: Calibration, now: datetime
) -> list[Comparison]:
    """The nearest earlier mentions, most likely the same development first."""
    if not len(memory):
        return []
    closeness = memory.vectors() @ reading.compared_by
    nearest = np.argsort(-closeness)[:CANDIDATES]
    compared = []
    for row in nearest:
        mention = memory.mentions[int(row)]
        features = pair_features(reading, mention, float(closeness[row]), memory, now)
        compared.append(
            Comparison(
                mention,
                calibration.same.probability(features),
                features["lead"],
                features,
            )
        )
    return sorted(compared, key=lambda c: -c.same)


def pair_features(
    reading: Reading, mention: Mention, cosine: float, memory: Memory, now: datetime
) -> dict[str, float]:
    """What is alike and what differs between an article and an earlier mention."""
    ours, theirs = reading.facts, mention.facts
    same_language = reading.article.language == mention.language
    names = _alike(ours.names | ours.places, theirs.names | theirs.places, memory.name_rarity)
    when = _when(now, reading.article.published)
    since = when - _when(mention.seen_at, mention.published)
    hours = abs(since.total_seconds()) / 3600.0
    return {
        "lead": cosine,
        "words": _alike(ours.terms, theirs.terms, memory.rarity) if same_language else 0.0,
        "same language": float(same_language),
        "names": names,
        "names new": _share_missing(ours, theirs, memory.name_rarity),
        "names gone": _share_missing(theirs, ours, memory.name_rarity),
        "same source": _same_source(reading.article.source_id, mention, memory),
        "negation differs": float(("negation" in ours.cues) != ("negation" in theirs.cues)),
        "numbers shared": float(bool(ours.numbers & theirs.numbers)),
        "numbers differ": float(_differ(ours.numbers, theirs.numbers)),
        "dates shared": float(bool(ours.dates & theirs.dates)),
        "dates differ": float(_differ(ours.dates, theirs.dates)),
        "places differ": float(_differ(ours.places, theirs.places)),
        "ordinals differ": float(_differ(ours.ordinals, theirs.ordinals)),
        "other way": float(ours.direction * theirs.direction < 0),
        "stage differs": float(_stages_differ(ours.stage, theirs.stage)),
        "days": min(hours / 24.0, 30.0) / 30.0,
        "hours": float(np.exp(-hours / 12.0)),
        "two days": float(np.exp(-hours / 48.0)),
        "busy": float(np.log1p(_others(mention, memory, when))),
        "copy": float(_is_copy(ours, theirs, cosine, hours, same_language)),
    }


def new_facts(ours: Facts, earlier: Sequence[Facts]) -> tuple[str, ...]:
    """What ``ours`` states and nothing earlier does, one phrase each, at most four.

    :param earlier: facts of what was seen before; a stage counts as new only against those
    """
    phrases: list[str] = []
    if ours.stage is not Stage.NONE and ours.stage not in {facts.stage for facts in earlier}:
        phrases.append(f"stage: {ours.stage.value}")
    days = sorted(ours.dates.difference(*(facts.dates for facts in earlier)))
    if days:
        phrases.append(
            f"date: {_listed(ours.shown.get(d.isoformat(), d.isoformat()) for d in days)}"
        )
    places = sorted(ours.places.difference(*(facts.places for facts in earlier)))
    if places:
        phrases.append(f"place: {_listed(places)}")
    numbers = sorted(ours.numbers.difference(*(facts.numbers for facts in earlier)))
    if numbers:
        phrases.append(f"figure: {_listed(ours.shown.get(n, n) for n in numbers)}")
    names = ours.names.difference(*(facts.names for facts in earlier))
    written = [shown for key, shown in ours.shown.items() if key in names]
    if written:
        phrases.append(f"name: {_listed(written)}")
    return tuple(phrases[:4])


def _listed(words: Iterable[str]) -> str:
    """The first two, as a reader reads them."""
    return ", ".join([word for word in words if word][:2])


def _is_copy(ours: Facts, theirs: Facts, cosine: float, hours: float, same_language: bool) -> bool:
    """A wire copy under another headline, or a translation: no independent source.

    Copies in one language share half of their words or more; other reports of the same
    development hardly ever a third. Translations follow within hours and come close: of those
    that are labelled as such in ten streams four in five do, of own reports of the same in
    another language one in sixteen.
    """
    if same_language:
        together = len(ours.terms | theirs.terms)
        return bool(together) and len(ours.terms & theirs.terms) / together >= 0.4
    return cosine >= 0.8 and hours <= 6.0


def _same_source(source_id: str, mention: Mention, memory: Memory) -> float:
    """An outlet hardly reports the same twice; the more of what is known comes from one
    source, the less that says: a feed may carry the news of many outlets. 0 to 1.
    """
    if source_id != mention.source_id:
        return 0.0
    return 1.0 - memory.count_from(source_id) / (len(memory) + FEW)


def _when(seen: datetime, published: datetime | None) -> datetime:
    """When a report came: as it says itself, unless that is long ago or still to come.

    After an outage, or where a source is asked once a day, all that it lists is seen at once.
    """
    if published is None or not seen - BELIEVED <= published <= seen:
        return seen
    return published


def _others(mention: Mention, memory: Memory, when: datetime) -> int:
    """How many other developments were reported shortly before."""
    begin = when - BUSY
    lately = {
        other.development_id
        for other in memory.seen_since(begin)
        if _when(other.seen_at, other.published) >= begin
    }
    return len(lately - {mention.development_id})


def _alike(ours: frozenset[str], theirs: frozenset[str], rarity: Rarity) -> float:
    """Cosine of two sets whose members weigh by their rarity; 0 to 1."""
    if not ours or not theirs:
        return 0.0
    shared = sum(rarity(term) ** 2 for term in ours & theirs)
    lengths = rarity.length(ours) * rarity.length(theirs)
    return float(shared / max(lengths, 1e-9) ** 0.5)


def _share_missing(ours: Facts, theirs: Facts, rarity: Rarity) -> float:
    """Share of our names and places, weighed by rarity, that ``theirs`` lack; 0 to 1."""
    mine = ours.names | ours.places
    total = sum(rarity(name) for name in mine)
    if not total:
        return 0.0
    return sum(rarity(name) for name in mine - theirs.names - theirs.places) / total


def _differ(ours: Set[object], theirs: Set[object]) -> bool:
    """Both name something, and nothing in common."""
    return bool(ours) and bool(theirs) and not ours & theirs


def _stages_differ(ours: Stage, theirs: Stage) -> bool:
    return ours is not theirs and Stage.NONE not in (ours, theirs)

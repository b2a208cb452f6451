"""Whether an article fits a topic.

A topic is scored against its own ``not`` examples, its sibling topics and general
background, not alone: a bare cosine is dominated by the entities that all of them share.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.decide.calibration import Calibration
from monitors.decide.reading import Reading, TopicProfile, keyword_hit
from monitors.decide.siblings import Siblings
from monitors.model import Match, Passage, PassageKind

EVEN = 0.0
"""Log odds from which a sibling is a rival. That an article fits the others still less says
nothing of whether it fits this topic: with the bare difference, an article that fitted no
topic fitted one of them."""


KEPT = {"screen", "fit"}
"""Parts that are told of a decision even where the match does without: by these an article came
this far, and what it is worth is weighed."""


def match(
    reading: Reading,
    profile: TopicProfile,
    siblings: Sequence[TopicProfile],
    calibration: Calibration,
) -> Match:
    """How well the article fits, and the passage that fits best.

    :param siblings: the watch list's other topics
    """
    others = Siblings.of(siblings)
    features, best = _features(reading, profile, others)
    features |= _fit(reading, profile, others, calibration)
    score = calibration.match.probability(features)
    unweighed = frozenset(features) - calibration.match.weights.keys() - KEPT
    return Match(score, best, features | _weight(reading, calibration), unweighed)


def excluded(reading: Reading, profile: TopicProfile) -> str | None:
    """The operator's own excluding keyword that stands in title or lead, if any."""
    return keyword_hit(profile.topic.keywords.none, reading.key_text)


def _features(
    reading: Reading, profile: TopicProfile, siblings: Siblings
) -> tuple[dict[str, float], Passage]:
    mean, spread = profile.level
    near = siblings.beside(reading, profile)
    sibling, beside = siblings.nearest(reading)
    # Both sides above what general news score, so that the first text that says what a topic is
    # not, written or learnt, moves nothing but what is near to it.
    over_negative = near.over_negative - (mean - profile.apart) if profile.not_examples.size else 0
    features = {
        "topic": (near.anywhere - mean) / spread,
        "headline": (near.headline - mean) / spread,
        "about": near.about,
        "examples": near.examples,
        "over not": float(over_negative),
        "not": near.negative - profile.apart,
        "no examples": float(not len(profile.examples)),
        "over siblings": near.anywhere - sibling if siblings else 0.0,
        "headline over siblings": near.headline - beside if siblings else 0.0,
        "words": _overlap(reading, profile),
        "subject": _subject(reading, profile),
        "subject missing": float(_lacks_main_name(reading, profile)),
        "screen": reading.screened.get(profile.topic.id, 0.0),
        "same way": float(profile.facts.direction * reading.facts.direction),
        "keyword": _keyword(reading, profile, whole=True),
        "keyword in lead": _keyword(reading, profile, whole=False),
        "opinion": float("opinion" in reading.facts.cues),
        "roundup": float("roundup" in reading.facts.cues),
    }
    return features, _passage(reading, near.best)


def _fit(
    reading: Reading,
    profile: TopicProfile,
    siblings: Siblings,
    calibration: Calibration,
) -> dict[str, float]:
    """What the encoder that was adapted to topics adds."""
    learnt = calibration.fit
    if learnt is None or not len(reading.fit_vector):
        return {}
    own = siblings.fit(reading, profile, learnt)
    rival = siblings.best_fit(reading, learnt) if siblings else EVEN
    return {"fit": own, "fit over siblings": own - max(rival, EVEN)}


def _weight(reading: Reading, calibration: Calibration) -> dict[str, float]:
    """What that encoder says of the article alone; no part of the match."""
    if calibration.fit is None or not len(reading.fit_vector):
        return {}
    return {"weight": calibration.fit.weighs(reading.fit_vector)}


def _passage(reading: Reading, best: int) -> Passage:
    """The passage behind row ``best`` of ``all_vectors``; the first row is title and lead."""
    if reading.item is not None:
        return reading.item
    if best > 0:
        return reading.passages[best - 1]
    for kind in (PassageKind.LEAD, PassageKind.BODY):
        for passage in reading.article.passages:
            if passage.kind is kind:
                return passage
    return Passage(0, PassageKind.TITLE, reading.article.title)


def _overlap(reading: Reading, profile: TopicProfile) -> float:
    """Share of the topic's own words that stand in title and lead, 0 to 1."""
    terms = profile.facts.terms
    if not terms:
        return 0.0
    return len(terms & reading.facts.terms) / min(len(terms), 8)


def _subject(reading: Reading, profile: TopicProfile) -> float:
    """Share of the names that the topic's own words hold, weighed by how often; 0 to 1."""
    total = sum(profile.subject.values())
    if not total:
        return 0.0
    return sum(w for name, w in profile.subject.items() if name in reading.facts.names) / total


def _lacks_main_name(reading: Reading, profile: TopicProfile) -> bool:
    """The name that stands in at least half of the topic's texts is not in title or lead."""
    if not profile.subject or not _shows_names(reading.key_text):
        return False
    main = max(sorted(profile.subject), key=lambda name: profile.subject[name])
    return profile.subject[main] >= 0.5 and main not in reading.facts.names


def _shows_names(text: str) -> bool:
    """Whether most letters have capitals, by which names are found: not in Arabic or Korean."""
    letters = [letter for letter in text if letter.isalpha()]
    cased = sum(letter.lower() != letter.upper() for letter in letters)
    return 2 * cased > len(letters)


def _keyword(reading: Reading, profile: TopicProfile, *, whole: bool) -> float:
    """+1 where a wanted keyword stands in the text, -1 where none does, 0 without keywords.

    :param whole: look into the passages too, not into title and lead alone
    """
    wanted = profile.topic.keywords.any
    if not wanted:
        return 0.0
    beyond = [p.text for p in reading.passages] if whole else []
    return 1.0 if keyword_hit(wanted, " ".join([reading.key_text, *beyond])) else -1.0

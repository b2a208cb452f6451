"""From an article to a verdict: matches, facts, developments, stories, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from monitors.model.opinions import Opinion
from monitors.model.reading import Passage
from monitors.model.stages import Stage

if TYPE_CHECKING:  # numpy takes a tenth of a second to import, and these are only names
    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = "NDArray[np.float32]"

WEIGHT_SCALE = 32.0
"""By what log odds are divided that stand in a vector: to the size of its other numbers, which
are stored in as many steps. One step is .03 of log odds."""
"""One text: shape (d,), unit length. Many texts: shape (n, d), unit rows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text states, in a form that is compared across languages.

    :param stage: how far the matter has got, by the text's own words
    :param cues: every stage, direction and tone that has a word in the text
    :param direction: +1 eases, lifts, opens, raises; -1 imposes, closes, lowers; 0 neither
    :param names: keys of names, alike across spellings and scripts
    :param places: keys of place names
    :param numbers: normalised figures, e.g. ``3.5e6`` or ``12%``
    :param ordinals: "second round" gives 2
    :param dates: days named, resolved against the article's own date
    :param terms: base forms of content words
    :param shown: key to the form a person reads, for names, places, numbers and dates
    """

    stage: Stage = Stage.NONE
    cues: frozenset[str] = frozenset()
    direction: int = 0
    names: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    ordinals: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()
    terms: frozenset[str] = frozenset()
    shown: Mapping[str, str] = field(default_factory=dict)


class Verdict(StrEnum):
    """What a decision does."""

    ALERT = "alert"
    UPDATE = "update"
    DIGEST = "digest"
    NONE = "none"


class Reason(StrEnum):
    """Why a decision is what it is. Closed: stored, counted and shown."""

    NEW_STORY = "new story"
    NEW_STEP = "new step"
    CORROBORATION = "corroboration"
    REPEAT = "repeat"
    RECAP = "recap"
    OFF_TOPIC = "off topic"
    NEAR_MISS = "near miss"
    OPPOSITE = "opposite direction"
    EXCLUDED = "excluded"
    NOT_SIGNIFICANT = "not significant"
    BASELINE = "baseline"
    STALE = "stale"
    UNREADABLE = "unreadable"
    OVER_BUDGET = "over budget"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Match:
    """How an article fits a topic.

    :param score: 0 to 1, calibrated: .5 is the line at sensitivity ``balanced``
    :param passage: the passage that fits best
    :param parts: the named scores that were looked at
    :param unweighed: names of those that count for nothing in ``score``
    """

    score: float
    passage: Passage
    parts: Mapping[str, float] = field(default_factory=dict)
    unweighed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mention:
    """An article that was found to report a development of a topic.

    :param key_text: title and lead, what the vector stands for
    :param told: whether readers have been told of the development
    :param first: whether this mention founded the development
    :param model_id: the encoder that made the vector; vectors of two encoders say nothing
        about each other
    :param match: by this report alone, where the development was held back; 0 where unknown
    :param significance: likewise
    """

    topic_id: str
    story_id: str
    development_id: str
    article_id: str
    source_id: str
    title: str
    key_text: str
    quote: str
    language: str
    seen_at: datetime
    published: datetime | None
    facts: Facts
    vector: Vector
    told: bool
    first: bool = True
    copy_of: str | None = None
    model_id: str = ""
    match: float = 0.0
    significance: float = 0.0


@dataclass(frozen=True, slots=True)
class Development:
    """One new step of a story, founded by one article."""

    id: str
    story_id: str
    topic_id: str
    article_id: str
    headline: str
    stage: Stage
    significance: float
    founded_at: datetime
    told: bool


@dataclass(frozen=True, slots=True)
class Story:
    """A chain of developments of one topic."""

    id: str
    topic_id: str
    headline: str
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one article and topic.

    :param score: the topic match, 0 to 1
    :param scores: every number that counted, by name
    :param passage: the text that the decision rests on
    :param nearest: id of the nearest article told before
    :param new_facts: what is new, one phrase each, e.g. ``date: 9 May 2025``
    :param opinion: what the outside judge said, where it was asked and answered
    """

    article_id: str
    topic_id: str
    verdict: Verdict
    reason: Reason
    decided_at: datetime
    score: float
    passage: str
    scores: Mapping[str, float] = field(default_factory=dict)
    development_id: str | None = None
    story_id: str | None = None
    nearest: str | None = None
    nearest_title: str = ""
    new_facts: tuple[str, ...] = ()
    explanation: str = ""
    opinion: Opinion | None = None

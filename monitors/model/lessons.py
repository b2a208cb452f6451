"""What readers' answers taught about a topic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitors.model.answering import AnswerKind


class LessonKind(StrEnum):
    """What a lesson changes about its topic. Closed: stored and shown."""

    EXAMPLE = "example"
    """an article that was useful stands beside the topic's ``examples``"""
    COUNTEREXAMPLE = "counterexample"
    """one that was not relevant stands beside its ``not``"""
    LINE = "line"
    """the confidence from which a development alerts is moved"""
    NOVELTY = "novelty"
    """the likeness from which a development counts as known is moved"""


class LessonState(StrEnum):
    """How far a lesson has got. Only an active one acts."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REFUSED = "refused"
    UNDONE = "undone"


class LessonReason(StrEnum):
    """Why a lesson is in its state. Closed: stored and shown."""

    WAITS = "waits for its replay"
    NOTHING_STORED = "no stored articles to replay it on"
    PASSED = "replayed: nothing useful is lost"
    LOSES_USEFUL = "would lose an alert that was useful"
    RATE = "would change the rate of alerts too much"
    OPERATOR = "an operator undid it"
    WITHDRAWN = "its answers no longer say so"
    REPLACED = "a newer one took its place"


@dataclass(frozen=True, slots=True)
class Change:
    """What a lesson would have done to the alert on one article.

    :param opinion: what readers answered to it; None where nobody did
    :param told: whether it is told with the lesson, and was not without it; or the reverse
    """

    article_id: str
    headline: str
    opinion: AnswerKind | None
    told: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The replay of a lesson over stored articles.

    :param at: when it was replayed
    :param days: over how many days
    :param written: alerts a day of the topic as it is written, without any lesson
    :param before: with what was in force
    :param after: with this lesson too
    :param useful: alerts that were answered useful, and are told before
    :param changes: alerts that it changes, those that somebody answered first
    """

    at: datetime
    days: float
    written: float
    before: float
    after: float
    useful: int = 0
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing that answers taught about a topic.

    :param id: 0 until it is stored
    :param article_id: of an example or counterexample
    :param text: what of it joins the topic's own texts: title and lead
    :param language: of ``text``
    :param shift: of a line or novelty: by how much, in probability
    :param answers: the numbers of the answers that it rests on
    :param changed_at: since when it is in its state
    :param trial: its last replay, if there was one
    """

    topic_id: str
    kind: LessonKind
    state: LessonState
    reason: LessonReason
    proposed_at: datetime
    changed_at: datetime
    answers: tuple[int, ...] = ()
    article_id: str = ""
    text: str = ""
    language: str = ""
    shift: float = 0.0
    trial: Trial | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class LearntText:
    """A text that joined a topic's own.

    :param lesson: the number of the lesson
    """

    text: str
    language: str
    lesson: int = 0


@dataclass(frozen=True, slots=True)
class Learnt:
    """Everything learnt about a topic that is in force.

    :param line: added to the line of confidence
    :param novelty: added to the likeness from which a development counts as known
    """

    examples: tuple[LearntText, ...] = ()
    not_examples: tuple[LearntText, ...] = ()
    line: float = 0.0
    novelty: float = 0.0

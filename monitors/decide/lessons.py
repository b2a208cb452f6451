"""What readers' answers teach about a topic: proposals within bounds. Pure.

::

    answers ─► one opinion an article ─► proposals ─► replayed ─► in force
                (a strict majority)      (bounded)    (trial.py)   (taught)

A lesson is a text that joins the topic's own examples or counterexamples, or a line that is
moved. None acts before :func:`monitors.decide.trial.weigh` has let it pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitors.model import (
    Answer,
    AnswerKind,
    Learnt,
    LearntText,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Topic,
)

MOST = 6
"""Texts of each kind that a topic learns. Chosen by hand, because the examples that
operators write are two to five, and what is learnt should not outweigh them; in trials on
parts of the streams ten did worse than six (F1 .65 and .67, without replays)."""

BY_ONE = 4
"""Of these, as many may rest on one person alone. Chosen by hand, because a channel with one
reader should learn, and one who presses anything should not decide all of it."""

LEAST = 3
"""Articles with an opinion before a topic learns anything. Chosen by hand, because one or two
clicks may be slips."""

LEAST_FOR_LINE = 6
"""Articles with an opinion before a line moves, and :data:`GAIN` of them must then be judged
better. Chosen by hand, because a line acts on every article of the topic."""

GAIN = 2

LINE = 0.05
"""How far the alert line moves at most: less than a third of the way to that of the next
sensitivity (.39, .575 and .76 as shipped). Chosen by hand, because beyond that the operator's own
choice of a sensitivity would no longer hold."""

NOVELTY = 0.1
"""How far the likeness that counts as known moves at most. Chosen by hand, because from .6 to
.88 it was worth choosing on streams (``monitors/learning/lines.py``), and .8 was the best."""

STEP = 0.01
"""Lines are moved in steps of this."""

_TEXTS = {
    LessonKind.EXAMPLE: AnswerKind.USEFUL,
    LessonKind.COUNTEREXAMPLE: AnswerKind.NOT_RELEVANT,
}


@dataclass(frozen=True, slots=True)
class Answered:
    """An article of a topic, with what readers said of it.

    :param text: its title and lead
    :param opinion: what most of them said; None where they are divided
    :param answers: the numbers of the answers with this opinion
    :param people: who gave these
    :param at: when the last of these was given
    :param confidence: as it was decided; None where it did not come to that
    :param same: likewise, how like it was to the nearest thing before
    """

    article_id: str
    headline: str
    text: str
    language: str
    opinion: AnswerKind | None
    answers: tuple[int, ...]
    people: frozenset[str]
    at: datetime
    confidence: float | None = None
    same: float | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a topic as it is written, without what was learnt."""

    alert: float
    same: float


def opinion_of(answers: Iterable[Answer]) -> tuple[AnswerKind | None, list[Answer]]:
    """What most people say of an article, and their answers.

    Each person counts once, with the last answer; undone ones and mutes do not count. An
    answer to a message of several topics says nothing certain about any one of them, and
    does not count either.
    """
    last: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda a: (a.at, a.id)):
        counts = answer.undone_at is None and len(answer.topic_ids) == 1
        if counts and answer.kind is not AnswerKind.MUTE:
            last[answer.who] = answer
    votes = Counter(answer.kind for answer in last.values())
    for kind, count in votes.items():
        if 2 * count > len(last):
            return kind, [answer for answer in last.values() if answer.kind is kind]
    return None, []


def proposals(
    topic_id: str,
    answered: Sequence[Answered],
    known: Sequence[Lesson],
    lines: Lines,
    now: datetime,
) -> list[Lesson]:
    """What the answers teach beyond what is known, within the bounds.

    :param answered: of this topic
    :param known: all lessons of the topic, in any state
    """
    clear = [one for one in answered if one.opinion is not None]
    if len(clear) < LEAST:
        return []
    found = [
        lesson
        for kind, opinion in _TEXTS.items()
        for lesson in _texts(topic_id, kind, opinion, clear, known, now)
    ]
    useful_or_not = [
        (one, one.confidence, one.opinion is AnswerKind.USEFUL)
        for one in clear
        if one.opinion is not AnswerKind.NOT_NEW
    ]
    new_or_not = [
        (one, one.same, one.opinion is AnswerKind.NOT_NEW)
        for one in clear
        if one.opinion is not AnswerKind.NOT_RELEVANT
    ]
    for kind, points, line, bound in (
        (LessonKind.LINE, useful_or_not, lines.alert, LINE),
        (LessonKind.NOVELTY, new_or_not, lines.same, NOVELTY),
    ):
        found += _moved(topic_id, kind, points, line, bound, known, now)
    return found


def _texts(
    topic_id: str,
    kind: LessonKind,
    opinion: AnswerKind,
    answered: Sequence[Answered],
    known: Sequence[Lesson],
    now: datetime,
) -> list[Lesson]:
    """Articles with ``opinion`` whose text is not known yet, the surest and newest first."""
    mine = [lesson for lesson in known if lesson.kind is kind]
    settled = {lesson.article_id for lesson in mine if _settled(lesson, answered)}
    alone: Counter[frozenset[str]] = Counter(
        one.people
        for one in answered
        if one.opinion is opinion
        and len(one.people) == 1
        and any(x.article_id == one.article_id and x.state is LessonState.ACTIVE for x in mine)
    )
    found: list[Lesson] = []
    ranked = sorted(
        (one for one in answered if one.opinion is opinion and one.text),
        key=lambda one: (len(one.people), one.at, one.article_id),
        reverse=True,
    )
    for one in ranked:
        if one.article_id in settled or len(found) >= MOST:
            continue
        if len(one.people) == 1:
            if alone[one.people] >= BY_ONE:
                continue
            alone[one.people] += 1
        found.append(
            replace(
                _proposed(topic_id, kind, one.answers, now),
                article_id=one.article_id,
                text=one.text,
                language=one.language,
            )
        )
    return found


def _settled(lesson: Lesson, answered: Sequence[Answered]) -> bool:
    """Whether there is nothing to propose again: it acts, waits, or was undone or refused.

    What was refused is proposed again when more people have said the same.
    """
    if lesson.state is LessonState.UNDONE:
        return lesson.reason is not LessonReason.WITHDRAWN
    if lesson.state is LessonState.REFUSED:
        return not any(
            one.article_id == lesson.article_id and set(one.answers) > set(lesson.answers)
            for one in answered
        )
    return True


def _moved(
    topic_id: str,
    kind: LessonKind,
    points: Sequence[tuple[Answered, float | None, bool]],
    line: float,
    bound: float,
    known: Sequence[Lesson],
    now: datetime,
) -> list[Lesson]:
    """A line that judges the answered articles better, if there is one.

    What was answered before an operator undid such a lesson does not bring it back.
    """
    mine = [lesson for lesson in known if lesson.kind is kind]
    if any(lesson.state is LessonState.PROPOSED for lesson in mine):
        return []
    undone = [x.changed_at for x in mine if x.reason is LessonReason.OPERATOR]
    since = max(undone, default=None)
    counted = [
        (one, score, above)
        for one, score, above in points
        if score is not None and (since is None or one.at > since)
    ]
    shift = best_shift([(score, above) for _, score, above in counted], line, bound)
    held = next((x.shift for x in mine if x.state is LessonState.ACTIVE), 0.0)
    tried = {x.shift for x in mine if x.state is LessonState.REFUSED}
    if not shift or shift == held or shift in tried:
        return []
    answers = sorted({number for one, _, _ in counted for number in one.answers})
    return [replace(_proposed(topic_id, kind, tuple(answers), now), shift=shift)]


def best_shift(points: Sequence[tuple[float, bool]], line: float, bound: float) -> float:
    """By how much to move ``line`` so that it is right about most ``points``; 0 for not at all.

    :param points: score, and whether it belongs above the line
    :param bound: the most to either side. The smallest shift wins among equals
    """
    if len(points) < LEAST_FOR_LINE:
        return 0.0

    def wrong(shift: float) -> int:
        return sum((score >= line + shift) != above for score, above in points)

    steps = round(bound / STEP)
    shifts = sorted((round(n * STEP, 4) for n in range(-steps, steps + 1)), key=abs)
    best = min(shifts, key=lambda shift: (wrong(shift), abs(shift)))
    return best if wrong(0.0) - wrong(best) >= GAIN else 0.0


def _proposed(topic_id: str, kind: LessonKind, answers: tuple[int, ...], now: datetime) -> Lesson:
    return Lesson(
        topic_id, kind, LessonState.PROPOSED, LessonReason.WAITS, now, now, tuple(sorted(answers))
    )  # fmt: skip


def withdrawn(known: Sequence[Lesson], standing: Collection[int]) -> list[Lesson]:
    """Lessons, proposed or in force, whose answers do not stand any more.

    A text needs all of its opinion's answers gone; a line falls with half of them.

    :param standing: the numbers of the answers that count for what they said
    """
    gone = []
    for lesson in known:
        if lesson.state not in (LessonState.PROPOSED, LessonState.ACTIVE):
            continue
        left = sum(number in standing for number in lesson.answers)
        is_text = lesson.kind in _TEXTS
        if (is_text and not left) or (not is_text and 2 * left < len(lesson.answers)):
            gone.append(lesson)
    return gone


def succeeded(active: Sequence[Lesson], lesson: Lesson) -> list[Lesson]:
    """Those of ``active`` that give way when ``lesson`` comes into force.

    An earlier line of the same kind, and the oldest text where there would be too many.
    """
    same = [other for other in active if other.kind is lesson.kind and other != lesson]
    if lesson.kind not in _TEXTS:
        return same
    same.sort(key=lambda other: (other.proposed_at, other.id))
    return same[: max(len(same) + 1 - MOST, 0)]


def taught(topic: Topic, lessons: Iterable[Lesson]) -> Topic:
    """``topic`` with what is in force of ``lessons``, whatever they say, within the bounds."""
    active = [
        lesson
        for lesson in sorted(lessons, key=lambda x: (x.proposed_at, x.id))
        if lesson.topic_id == topic.id and lesson.state is LessonState.ACTIVE
    ]
    return replace(
        topic,
        learnt=Learnt(
            examples=_joined(active, LessonKind.EXAMPLE),
            not_examples=_joined(active, LessonKind.COUNTEREXAMPLE),
            line=_shift(active, LessonKind.LINE, LINE),
            novelty=_shift(active, LessonKind.NOVELTY, NOVELTY),
        ),
    )


def _joined(active: Sequence[Lesson], kind: LessonKind) -> tuple[LearntText, ...]:
    texts = [LearntText(x.text, x.language, x.id) for x in active if x.kind is kind]
    return tuple(texts[-MOST:])


def _shift(active: Sequence[Lesson], kind: LessonKind, bound: float) -> float:
    shift = next((x.shift for x in reversed(active) if x.kind is kind), 0.0)
    return max(-bound, min(bound, shift))

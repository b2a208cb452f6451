"""What answers teach stays within its bounds, whoever presses the buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from deciding_values import CALIBRATION, DAY, HOUR, NOW, TOPIC

from monitors.decide.lessons import (
    BY_ONE,
    LINE,
    MOST,
    NOVELTY,
    Answered,
    Lines,
    best_shift,
    opinion_of,
    proposals,
    succeeded,
    taught,
    withdrawn,
)
from monitors.decide.lines import FAMILIAR, alert_line, same_line
from monitors.model import (
    Answer,
    AnswerKind,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Sensitivity,
)

USEFUL, NOT_NEW, NOT_RELEVANT = (
    AnswerKind.USEFUL, AnswerKind.NOT_NEW, AnswerKind.NOT_RELEVANT
)  # fmt: skip
LINES = Lines(alert=0.45, same=0.8)


def answer(number: int, kind: AnswerKind, who: str = "R-1", **changes: Any) -> Answer:
    made = Answer(kind, who, NOW + number * HOUR, f"K-{number}", topic_ids=("relief",), id=number)
    return replace(made, **changes)


def said(number: int, opinion: AnswerKind | None, who: str = "R-1", **changes: Any) -> Answered:
    made = Answered(
        f"A-{number}", f"Headline {number}", f"Headline {number}. Lead.", "en", opinion,
        (number,), frozenset({who}), NOW + number * HOUR, 0.5, 0.1,
    )  # fmt: skip
    return replace(made, **changes)


def lesson(number: int = 1, **changes: Any) -> Lesson:
    at = NOW + number * HOUR
    made = Lesson(
        "relief", LessonKind.COUNTEREXAMPLE, LessonState.ACTIVE, LessonReason.PASSED, at, at,
        (number,), f"A-{number}", f"Text {number}", "en", id=number,
    )  # fmt: skip
    return replace(made, **changes)


def propose(answered: Sequence[Answered], known: Sequence[Lesson] = ()) -> list[Lesson]:
    return proposals("relief", answered, known, LINES, NOW + 90 * DAY)


def articles(found: Sequence[Lesson], kind: LessonKind) -> list[str]:
    return [x.article_id for x in found if x.kind is kind]


def test_each_person_counts_once_with_the_last_word() -> None:
    kind, answers = opinion_of(
        [answer(1, USEFUL), answer(2, NOT_RELEVANT), answer(3, NOT_RELEVANT, "R-2")]
    )
    assert (kind, [a.id for a in answers]) == (NOT_RELEVANT, [2, 3])


@pytest.mark.parametrize(
    "answers",
    [
        [answer(1, USEFUL), answer(2, NOT_RELEVANT, "R-2")],
        [answer(1, USEFUL, undone_at=NOW)],
        [answer(1, AnswerKind.MUTE)],
        [answer(1, USEFUL, topic_ids=("relief", "summit"))],
    ],
    ids=["divided", "undone", "mute", "of two topics"],
)
def test_what_is_not_clear_is_no_opinion(answers: list[Answer]) -> None:
    assert opinion_of(answers) == (None, [])


def test_useful_articles_become_examples_and_irrelevant_ones_counterexamples() -> None:
    found = propose([said(1, USEFUL), said(2, NOT_RELEVANT), said(3, NOT_NEW), said(4, None)])
    assert articles(found, LessonKind.EXAMPLE) == ["A-1"]
    assert articles(found, LessonKind.COUNTEREXAMPLE) == ["A-2"]
    assert {x.state for x in found} == {LessonState.PROPOSED}
    assert {x.reason for x in found} == {LessonReason.WAITS}
    assert found[0].answers == (1,)
    assert found[0].text == "Headline 1. Lead."


def test_a_click_or_two_teach_nothing() -> None:
    assert propose([said(1, NOT_RELEVANT), said(2, NOT_RELEVANT)]) == []


def test_five_hundred_clicks_of_one_person_are_a_few_lessons() -> None:
    known: list[Lesson] = []
    clicks = [said(n, NOT_RELEVANT) for n in range(500)]
    for round_ in range(20):
        found = propose(clicks, known)
        known += [
            replace(x, id=1000 * round_ + n, state=LessonState.ACTIVE) for n, x in enumerate(found)
        ]
    assert len(articles(known, LessonKind.COUNTEREXAMPLE)) == BY_ONE
    assert articles(known, LessonKind.COUNTEREXAMPLE)[0] == "A-499"


def test_many_people_together_teach_no_more_than_the_most() -> None:
    found = propose([said(n, USEFUL, f"R-{n}") for n in range(50)])
    assert len(articles(found, LessonKind.EXAMPLE)) == MOST
    full = [replace(x, id=n + 1, state=LessonState.ACTIVE) for n, x in enumerate(found)]
    more = lesson(99, kind=LessonKind.EXAMPLE)
    assert len(succeeded(full, more)) == 1
    everything = taught(TOPIC, [*full, more, *(lesson(n) for n in range(200, 300))]).learnt
    assert len(everything.examples) == len(everything.not_examples) == MOST


@pytest.mark.parametrize(
    ("known", "again"),
    [
        (lesson(2), False),
        (lesson(2, state=LessonState.UNDONE, reason=LessonReason.OPERATOR), False),
        (lesson(2, state=LessonState.UNDONE, reason=LessonReason.REPLACED), False),
        (lesson(2, state=LessonState.UNDONE, reason=LessonReason.WITHDRAWN), True),
        (lesson(2, state=LessonState.REFUSED, reason=LessonReason.RATE), False),
        (lesson(2, state=LessonState.REFUSED, reason=LessonReason.RATE, answers=()), True),
    ],
    ids=["in force", "undone", "replaced", "withdrawn", "refused", "refused, more say so"],
)
def test_what_was_settled_does_not_come_back_by_itself(known: Lesson, again: bool) -> None:
    answered = [said(1, NOT_NEW), said(2, NOT_RELEVANT), said(3, NOT_NEW)]
    assert (articles(propose(answered, [known]), LessonKind.COUNTEREXAMPLE) == ["A-2"]) is again


def test_the_line_moves_to_where_it_is_right_more_often() -> None:
    points = [(0.46, False), (0.475, False), (0.6, True), (0.7, True), (0.9, True), (0.8, True)]
    assert best_shift(points, 0.45, LINE) == 0.03
    assert best_shift(points[:5], 0.45, LINE) == 0.0
    turned = [(1 - score, not above) for score, above in points]
    assert best_shift(turned, 0.55, LINE) == -0.03


def test_a_line_that_would_be_right_once_more_stays() -> None:
    points = [(0.46, False), *[(0.7, True)] * 9]
    assert best_shift(points, 0.45, LINE) == 0.0


@pytest.mark.parametrize("above", [True, False])
def test_no_answers_move_a_line_beyond_its_bound(above: bool) -> None:
    points = [(n / 1000, above) for n in range(1000)]
    assert abs(best_shift(points, 0.45, LINE)) == LINE
    wild = lesson(1, kind=LessonKind.LINE, shift=9.0), lesson(2, kind=LessonKind.NOVELTY, shift=-9)
    topic = taught(TOPIC, wild)
    assert (topic.learnt.line, topic.learnt.novelty) == (LINE, -NOVELTY)
    assert alert_line(topic, CALIBRATION) == pytest.approx(0.3 + LINE)
    assert same_line(topic, CALIBRATION) == pytest.approx(0.5 - NOVELTY)


def test_not_new_lowers_what_counts_as_known() -> None:
    told = [said(n, USEFUL, same=0.3) for n in range(4)]
    again = [said(n, NOT_NEW, same=0.74 + n / 1000) for n in range(4, 8)]
    [found] = [x for x in propose([*told, *again]) if x.kind is LessonKind.NOVELTY]
    assert found.shift == -0.06
    assert found.answers == tuple(range(8))


def test_a_line_that_was_undone_needs_new_answers() -> None:
    low = [said(n, NOT_RELEVANT, confidence=0.46) for n in range(4)]
    high = [said(n, USEFUL, confidence=0.8) for n in range(4, 8)]
    answered = [*low, *high]

    def lines(*known: Lesson) -> list[float]:
        return [x.shift for x in propose(answered, known) if x.kind is LessonKind.LINE]

    undone = lesson(
        9, kind=LessonKind.LINE, shift=0.02, state=LessonState.UNDONE,
        reason=LessonReason.OPERATOR, changed_at=NOW + 5 * HOUR,
    )  # fmt: skip
    assert lines() == [0.02]
    assert lines(undone) == []
    assert lines(replace(undone, changed_at=NOW - HOUR)) == [0.02]
    assert lines(lesson(9, kind=LessonKind.LINE, shift=0.02)) == []
    waits = lesson(9, kind=LessonKind.LINE, shift=0.05, state=LessonState.PROPOSED)
    assert lines(waits) == []


def test_a_lesson_falls_with_its_answers() -> None:
    text, line = lesson(1, answers=(1, 2)), lesson(3, kind=LessonKind.LINE, answers=(3, 4, 5))
    assert withdrawn([text, line], {1, 3, 4}) == []
    assert withdrawn([text, line], {3}) == [text, line]
    assert withdrawn([replace(text, state=LessonState.REFUSED)], ()) == []


def test_only_what_is_in_force_for_the_topic_is_taught() -> None:
    topic = taught(
        TOPIC,
        [
            lesson(1),
            lesson(2, kind=LessonKind.EXAMPLE),
            lesson(3, state=LessonState.PROPOSED),
            lesson(4, topic_id="summit"),
        ],
    )
    assert [(x.text, x.lesson) for x in topic.learnt.not_examples] == [("Text 1", 1)]
    assert [(x.text, x.lesson) for x in topic.learnt.examples] == [("Text 2", 2)]
    assert replace(topic, learnt=TOPIC.learnt) == TOPIC


def test_in_a_story_called_known_less_likeness_is_enough() -> None:
    assert same_line(TOPIC, CALIBRATION, "S-1", {"S-1"}) == pytest.approx(0.5 - FAMILIAR)
    assert same_line(TOPIC, CALIBRATION, "S-2", {"S-1"}) == 0.5
    assert alert_line(replace(TOPIC, sensitivity=Sensitivity.STRICT), CALIBRATION) == 0.6


def test_answers_of_months_ago_are_as_good_while_they_stand() -> None:
    old = [said(n, NOT_RELEVANT, at=NOW - timedelta(days=80)) for n in range(3)]
    assert len(propose(old)) == 3

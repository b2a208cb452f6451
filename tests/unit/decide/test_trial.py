"""A lesson passes only where its replay loses nothing useful and keeps the rate."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from deciding_values import NOW

from monitors.decide.trial import SHOWN, weigh
from monitors.model import AnswerKind, LessonReason

OPINIONS = {"u": AnswerKind.USEFUL, "w": AnswerKind.NOT_RELEVANT, "n": AnswerKind.NOT_NEW}


def told(*articles: str) -> dict[str, str]:
    return {article: f"Headline of {article}" for article in articles}


def reason(
    written: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]
) -> LessonReason:
    return weigh(written, before, after, OPINIONS, 10.0, NOW)[1]


def test_what_readers_found_wrong_may_go() -> None:
    all_ = told("u", "w", "n", "x")
    trial, why = weigh(all_, all_, told("u", "x"), OPINIONS, 10.0, NOW)
    assert why is LessonReason.PASSED
    assert (trial.written, trial.before, trial.after, trial.useful) == (0.4, 0.4, 0.2, 1)
    assert [(c.article_id, c.opinion, c.told) for c in trial.changes] == [
        ("n", AnswerKind.NOT_NEW, False),
        ("w", AnswerKind.NOT_RELEVANT, False),
    ]


def test_an_alert_that_was_useful_may_not_go() -> None:
    all_ = told("u", "w", "x", "y", "z")
    assert reason(all_, all_, told("w", "x", "y", "z")) is LessonReason.LOSES_USEFUL


def test_one_that_was_lost_before_is_not_this_lessons_fault() -> None:
    assert reason(told("u", "x", "y"), told("x", "y"), told("x", "y")) is LessonReason.PASSED


@pytest.mark.parametrize(
    ("count", "left", "passes"), [(8, 6, True), (8, 5, False), (1, 0, False), (2, 1, True)]
)
def test_of_what_nobody_answered_a_quarter_may_go_or_one(
    count: int, left: int, passes: bool
) -> None:
    names = [f"a{n}" for n in range(count)]
    found = reason(told(*names), told(*names), told(*names[:left]))
    assert found is (LessonReason.PASSED if passes else LessonReason.RATE)


def test_small_steps_together_are_held_against_the_topic_as_written() -> None:
    names = [f"a{n}" for n in range(8)]
    assert reason(told(*names), told(*names[:6]), told(*names[:5])) is LessonReason.RATE


def test_a_topic_does_not_fall_silent_whatever_was_pressed() -> None:
    names = [f"a{n}" for n in range(8)]
    opinions = dict.fromkeys(names, AnswerKind.NOT_RELEVANT)
    for left, passes in ((2, True), (1, False), (0, False)):
        kept = told(*names[:left])
        found = weigh(told(*names), told(*names), kept, opinions, 1.0, NOW)[1]
        assert (found is LessonReason.PASSED) is passes


@pytest.mark.parametrize(("more", "passes"), [(2, True), (3, False)])
def test_a_topic_does_not_become_half_as_loud_again(more: int, passes: bool) -> None:
    names = ["a", "b", "c", "d"]
    louder = told(*names, *(f"m{n}" for n in range(more)))
    found = reason(told(*names), told(*names), louder)
    assert found is (LessonReason.PASSED if passes else LessonReason.RATE)


def test_many_changes_are_kept_in_part_the_answered_first() -> None:
    many = told("u", *(f"x{n}" for n in range(100)))
    trial, _ = weigh(many, many, {}, OPINIONS, 1.0, NOW)
    assert len(trial.changes) == SHOWN
    assert trial.changes[0].article_id == "u"

"""What every judge promises."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from monitors.errors import JudgeError, JudgeUnavailable, JudgeUnclear
from monitors.model import GROUNDS, Counsel, Ground, Opinion, Question
from monitors.ports import Judge

QUESTION = Question("Relief", "Sanctions are lifted.", (), (), "Bank is delisted", "It was so.")
PAIRS = [(counsel, ground) for counsel, grounds in GROUNDS.items() for ground in sorted(grounds)]
Make = Callable[..., Judge]


@pytest.mark.parametrize(("counsel", "ground"), PAIRS)
def test_every_opinion_of_the_list_comes_through(
    judge_of: Make, counsel: Counsel, ground: Ground
) -> None:
    judge = judge_of((counsel, ground))
    assert judge.review(QUESTION) == Opinion(counsel, ground, judge.name)


@pytest.mark.parametrize("error", [JudgeUnavailable, JudgeUnclear])
def test_no_answer_is_an_error_that_says_what_stands(
    judge_of: Make, error: type[JudgeError]
) -> None:
    with pytest.raises(error, match="the judge") as caught:
        judge_of(error).review(QUESTION)
    assert "\n" not in str(caught.value)


def test_a_judge_goes_on_after_a_failure(judge_of: Make) -> None:
    judge = judge_of(JudgeUnclear, (Counsel.HOLD, Ground.ROUTINE))
    with pytest.raises(JudgeUnclear):
        judge.review(QUESTION)
    assert judge.review(QUESTION).counsel is Counsel.HOLD


def test_any_thread_may_ask(judge_of: Make) -> None:
    judge, found = judge_of((Counsel.TELL, Ground.NEW)), list[Opinion]()
    thread = threading.Thread(target=lambda: found.append(judge.review(QUESTION)))
    thread.start()
    thread.join()
    assert [opinion.counsel for opinion in found] == [Counsel.TELL]


def test_the_name_is_what_opinions_carry(judge_of: Make) -> None:
    judge = judge_of((Counsel.TELL, Ground.NEW))
    assert judge.name
    assert judge.review(QUESTION).judge == judge.name


def test_every_ground_goes_with_exactly_one_counsel() -> None:
    assert sorted(ground for _, ground in PAIRS) == sorted(Ground)

"""Whether a model can be a judge at all."""

from __future__ import annotations

import pytest
from judge_values import PATH, http_judge

from monitors.errors import JudgeUnavailable, JudgeUnfit
from monitors.judges.plain import MISTAKES, QUESTIONS, try_out
from monitors.model import Counsel, Ground
from monitors.testing import ScriptedJudge
from tests.support.webserver import Answer, WebServer

TELL = (Counsel.TELL, Ground.NEW)
HOLD = (Counsel.HOLD, Ground.ROUTINE)
OFF = (Counsel.OFF_TOPIC, Ground.OTHER_SUBJECT)
RIGHT = [TELL if plain.tell else HOLD for plain in QUESTIONS]


def test_one_that_answers_rightly_may_judge() -> None:
    judge = ScriptedJudge(*RIGHT)
    assert try_out(judge, "judge") == "answers 9 of 9 plain questions rightly"
    assert judge.asked == [plain.question for plain in QUESTIONS]


def test_held_back_or_off_topic_is_all_the_same() -> None:
    judge = ScriptedJudge(*(OFF if said == HOLD else said for said in RIGHT))
    assert try_out(judge, "judge").startswith("answers 9 of 9")


@pytest.mark.parametrize("always", [TELL, HOLD, OFF], ids=["tell", "hold", "off topic"])
def test_one_that_always_says_the_same_may_not(always: tuple[Counsel, Ground]) -> None:
    with pytest.raises(JudgeUnfit) as caught:
        try_out(ScriptedJudge(always), "judge small")
    right = 3 if always == TELL else 6
    told = 9 if always == TELL else 0
    assert str(caught.value).startswith(
        f"judge small: it answers {right} of 9 plain questions rightly (it would tell {told},"
    )
    assert "leave JUDGE_URL empty" in caught.value.remedy


@pytest.mark.parametrize(("wrong", "fit"), [(MISTAKES, True), (MISTAKES + 1, False)])
def test_few_mistakes_are_no_matter(wrong: int, fit: bool) -> None:
    turned = [HOLD if said == TELL else TELL for said in RIGHT]
    judge = ScriptedJudge(*turned[:wrong], *RIGHT[wrong:])
    if fit:
        assert try_out(judge, "judge") == f"answers {9 - wrong} of 9 plain questions rightly"
        return
    with pytest.raises(JudgeUnfit):
        try_out(judge, "judge")


def test_one_that_does_not_answer_is_said_not_to(server: WebServer) -> None:
    server.on(PATH, Answer(b"", status=503))
    with pytest.raises(JudgeUnavailable, match="status 503"):
        try_out(http_judge(server), "judge")


def test_each_topic_has_one_thing_to_tell_and_two_that_are_not() -> None:
    by_topic: dict[str, list[bool]] = {}
    for plain in QUESTIONS:
        by_topic.setdefault(plain.question.topic, []).append(plain.tell)
    assert [sorted(tells) for tells in by_topic.values()] == [[False, False, True]] * 3

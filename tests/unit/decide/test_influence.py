"""What was learnt shows in the scores of a decision, beside what it would be without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from deciding_values import CALIBRATION, NOW, TOPIC, memory, mention, profile, reading, vector

from monitors.decide.calibration import Logistic
from monitors.decide.judge import Circumstances, judge
from monitors.decide.names import LESSON, MOVED, NEARNESS, WRITTEN
from monitors.decide.reading import TopicProfile
from monitors.model import Learnt, LearntText, Reason, Verdict

LEARNS = replace(CALIBRATION, match=Logistic(-5.0, {"about": 10.0, "not": -6.0}))
AROUND = Circumstances(NOW)


def learnt(*numbers: int) -> TopicProfile:
    """A topic that was taught counterexamples: the first lesson says 'unlike this body'."""
    rows = [vector(0.8, 0, 0, 0.6), vector(0, 0, 1, 0)]
    texts = tuple(LearntText(f"Text {n}", "en", n) for n in numbers)
    topic = replace(TOPIC, learnt=Learnt(not_examples=texts))
    return profile(
        topic, not_examples=np.vstack(rows[: len(numbers)]), untaught=profile(topic)
    )  # fmt: skip


def test_a_topic_that_learnt_nothing_says_nothing() -> None:
    made = judge(reading(), profile(), [], memory(), LEARNS, AROUND)
    assert made.decision.scores.keys().isdisjoint({WRITTEN, LESSON, NEARNESS})


def test_a_counterexample_lowers_the_match_and_is_named() -> None:
    plain = judge(reading(fit=0.8), profile(), [], memory(), LEARNS, AROUND).decision
    made = judge(reading(fit=0.8), learnt(7, 8), [], memory(), LEARNS, AROUND).decision
    assert plain.verdict is Verdict.ALERT
    assert made.reason is Reason.OFF_TOPIC
    assert made.scores[WRITTEN] == plain.score > made.score
    assert made.scores[LESSON] == 7.0
    assert made.scores[NEARNESS] == pytest.approx(1.0)


def test_in_a_story_called_not_new_a_likely_repetition_is_one() -> None:
    before = memory(mention(vector=vector(0, 1, 0.7, 0)))
    likely = replace(CALIBRATION, same_line=0.6, same=Logistic(-8.0, {"lead": 10.0}))
    plain = judge(reading(), profile(), [], before, likely, AROUND).decision
    assert 0.45 < plain.scores["same"] < 0.6
    assert plain.verdict is Verdict.ALERT
    around = Circumstances(NOW, familiar={"S-1"})
    made = judge(reading(), profile(), [], before, likely, around).decision
    assert made.reason is Reason.CORROBORATION
    other = Circumstances(NOW, familiar={"S-2"})
    assert judge(reading(), profile(), [], before, likely, other).decision == plain


def test_a_moved_line_decides() -> None:
    article = reading(fit=0.7)
    before = judge(article, profile(), [], memory(), CALIBRATION, AROUND).decision
    assert before.verdict is Verdict.ALERT
    above = before.scores["confidence"] - 0.3
    topic = replace(TOPIC, learnt=Learnt(line=above + 0.01))
    after = judge(article, profile(topic), [], memory(), CALIBRATION, AROUND).decision
    assert after.reason is Reason.NOT_SIGNIFICANT
    assert after.scores[MOVED] == topic.learnt.line

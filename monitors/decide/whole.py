"""The verdict on an article that may hold several news: a roundup, item by item."""

from __future__ import annotations

from collections.abc import Sequence

from monitors.decide.calibration import Calibration
from monitors.decide.judge import Circumstances, Judgement, judge
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading, TopicProfile
from monitors.model import Verdict


def judge_whole(
    reading: Reading,
    profile: TopicProfile,
    siblings: Sequence[TopicProfile],
    memory: Memory,
    calibration: Calibration,
    around: Circumstances,
) -> Judgement:
    """Decide on the article as such and on its items; the surest that is worth an alert counts.

    So what is quoted is the item that it rests on, and not how the roundup begins. Where none
    is worth an alert, the article as such decides.
    """
    made = judge(reading, profile, siblings, memory, calibration, around)
    items = [judge(part, profile, siblings, memory, calibration, around) for part in reading.parts]
    worth = [each for each in (*items, made) if each.decision.verdict is Verdict.ALERT]
    return max(worth, key=_confidence, default=made)


def _confidence(made: Judgement) -> float:
    return made.decision.scores.get("confidence", 0.0)

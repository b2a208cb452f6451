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
    """Decide on the article as such, and where that is nothing to tell, on its items.

    The first item that is worth an alert decides; otherwise the article as a whole does.
    """
    made = judge(reading, profile, siblings, memory, calibration, around)
    if made.decision.verdict is Verdict.ALERT:
        return made
    for part in reading.parts:
        item = judge(part, profile, siblings, memory, calibration, around)
        if item.decision.verdict is Verdict.ALERT:
            return item
    return made

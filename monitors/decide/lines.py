"""The lines that hold for a topic: those of its sensitivity, moved by what was learnt."""

from __future__ import annotations

from collections.abc import Collection

from monitors.decide.calibration import Calibration
from monitors.model import Topic

FAMILIAR = 0.15
"""By how much less likeness a development counts as known in a story of which a reader said
that it is not new. Chosen by hand, because such answers are too few to learn it from: it is
half of what lies between the shipped line of .8 and an even chance."""


def alert_line(topic: Topic, calibration: Calibration) -> float:
    """The confidence from which a development alerts."""
    return calibration.alert_lines[topic.sensitivity] + topic.learnt.line


def same_line(
    topic: Topic, calibration: Calibration, story_id: str = "", familiar: Collection[str] = ()
) -> float:
    """The probability from which a development counts as known.

    :param story_id: of the development that it is compared with
    :param familiar: stories of which a reader said that they are not new
    """
    near = FAMILIAR if story_id in familiar else 0.0
    return calibration.same_line + topic.learnt.novelty - near

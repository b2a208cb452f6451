"""What was learnt from answers did to a match: the same match of the topic as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitors.decide.calibration import Calibration
from monitors.decide.match import match
from monitors.decide.names import LESSON, MOVED, NEARNESS, WRITTEN
from monitors.decide.reading import Reading, TopicProfile
from monitors.model import Match, Topic, Vector


def influence(
    fit: Match,
    reading: Reading,
    profile: TopicProfile,
    siblings: Sequence[TopicProfile],
    calibration: Calibration,
) -> Match:
    """``fit``, with what it would be without the texts that were learnt, where there are any."""
    if profile.untaught is None:
        return fit
    plain = match(reading, profile.untaught, siblings, calibration)
    lesson, nearness = _nearest(reading, profile)
    return replace(
        fit,
        parts={
            **fit.parts,
            WRITTEN: plain.score,
            LESSON: float(lesson),
            NEARNESS: nearness,
        },
    )


def moved(topic: Topic) -> dict[str, float]:
    """By how much the topic's line of confidence is moved, where it is."""
    return {MOVED: topic.learnt.line} if topic.learnt.line else {}


def _nearest(reading: Reading, profile: TopicProfile) -> tuple[int, float]:
    """The number of the lesson whose text is nearest to the article, and the cosine."""
    learnt = profile.topic.learnt
    texts = (*learnt.examples, *learnt.not_examples)
    rows: Vector = np.vstack(
        [
            profile.examples[len(profile.examples) - len(learnt.examples) :],
            profile.not_examples[len(profile.not_examples) - len(learnt.not_examples) :],
        ]
    )
    closeness = (reading.all_vectors @ rows.T).max(axis=0)
    best = int(closeness.argmax())
    return texts[best].lesson, float(closeness[best])

"""How well reports of one development are told from others in an archive without times.

Only on topics that taught nothing: every third is left out. No feature uses the times that
the archive makes up: every article is compared as if all others had come half a day before,
on a topic with no other news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from sklearn.metrics import average_precision_score

from monitors.decide.calibration import Calibration, Logistic
from monitors.decide.memory import Memory
from monitors.decide.novelty import compare_all
from monitors.evaluate.bcubed import bcubed
from monitors.learning.examples import World, remembered
from monitors.learning.regressions import teaching
from monitors.streams import Role

FALSE_ALARM = 4.9
"""What a known development that is taken for new costs, beside a new one taken for known: with
the costs and the prior of TDT (Fiscus and Doddington, "Topic Detection and Tracking Evaluation
Overview", 2002)."""

BEFORE = timedelta(hours=12)

LINES = np.linspace(0.02, 0.98, 49)


@dataclass
class Told:
    """An article, the development that it reports, and what was found nearest before it."""

    article: str
    truth: str
    nearest: str = ""
    same: float = 0.0


def measure_archive(world: World, calibration: Calibration) -> dict[str, float]:
    """Pairs, first reports and clusters over the topics that taught nothing.

    :returns: average precision of the pairs; the least cost of new event detection,
        normalised (0: none wrong, 1: as good as calling nothing new), with its line; BCubed F1
        at the line that is best for it
    """
    calm = replace(calibration, same=_without(calibration.same, "busy"))
    topics = [topic.id for topic in world.stream.topics]
    probabilities: list[float] = []
    together: list[bool] = []
    told: list[Told] = []
    then = world.readings[0][0].article.first_seen
    for topic in sorted(set(topics) - set(teaching(topics))):
        memory = Memory()
        for reading, name in world.readings:
            labels = world.stream.labels.get(name, {}).get(topic, ())
            mine = [label for label in labels if label.role is not Role.BACKGROUND]
            if not mine or not len(reading.key_vector):
                continue
            truth = mine[0].development
            undated = replace(reading.article, published=None)
            reading = replace(reading, article=undated)
            found = compare_all(reading, memory, calm, then + BEFORE)
            probabilities += [pair.same for pair in found]
            together += [pair.mention.development_id == truth for pair in found]
            one = Told(reading.article.id, truth)
            if found:
                one = replace(one, nearest=found[0].mention.article_id, same=found[0].same)
            told.append(one)
            memory.add(replace(remembered(reading, topic, truth, truth), seen_at=then))
    if not any(together):
        return {"articles": len(told)}
    least, line = min((cost(told, line), float(line)) for line in LINES)
    return {
        "articles": len(told),
        "pairs": round(float(average_precision_score(together, probabilities)), 3),
        "new event cost": round(float(least), 3),
        "at": round(line, 2),
        "BCubed F1": round(max(clusters(told, line) for line in LINES), 3),
    }


def _without(regression: Logistic, feature: str) -> Logistic:
    weights = {name: w for name, w in regression.weights.items() if name != feature}
    return replace(regression, weights=weights)


def cost(told: Sequence[Told], line: float) -> float:
    """Share of new ones that are missed, and 4.9 times that of known ones that are not."""
    seen: set[str] = set()
    missed = new = false = known = 0
    for one in told:
        if one.truth in seen:
            known += 1
            false += one.same < line
        else:
            new += 1
            missed += one.same >= line
        seen.add(one.truth)
    return missed / max(new, 1) + FALSE_ALARM * false / max(known, 1)


def clusters(told: Sequence[Told], line: float) -> float:
    """BCubed F1 where each joins the nearest that is as sure as ``line``."""
    cluster: dict[str, str] = {}
    for one in told:
        cluster[one.article] = cluster[one.nearest] if one.same >= line else one.article
    return bcubed((cluster[one.article], one.truth) for one in told).f1 or 0.0

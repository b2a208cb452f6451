"""The numbers that decisions rest on: learnt for one model, refused for another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from monitors.decide.fit import TopicFit
from monitors.model import Sensitivity, Vector


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over named features: small enough to read."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Between 0 and 1; a feature that is absent counts as 0."""
        total = 0.0
        for name, weight in self.weights.items():
            total += weight * features.get(name, 0.0)
        total += self.bias
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything learnt for one reader model.

    :param background: vectors of general news, shape (n, d), unit rows
    :param match: does an article fit a topic
    :param same: do two articles of a topic report the same development
    :param significance: would an analyst want a message
    :param match_lines: sensitivity to the probability from which an article is on topic
    :param alert_lines: sensitivity to the confidence from which a development alerts: the
        product of match, novelty and significance
    :param fit: what the encoder that was adapted to topics says, if there is one
    :param same_line: probability from which a development is not new
    :param story_line: cosine of leads from which a development continues the story of its
        nearest neighbour; in learning a neighbour this near was of the same story in nine
        cases of ten
    """

    model_id: str
    background: Vector
    match: Logistic
    same: Logistic
    significance: Logistic
    match_lines: Mapping[Sensitivity, float]
    alert_lines: Mapping[Sensitivity, float]
    same_line: float
    story_line: float
    near_miss: float = 0.2
    fit: TopicFit | None = None

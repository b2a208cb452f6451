"""An encoder that needs no model, and the calibration that goes with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from monitors.decide.calibration import Calibration, Logistic
from monitors.decide.fit import unit
from monitors.model import Sensitivity, Vector
from monitors.ports import Encoder

if TYPE_CHECKING:
    from monitors.desk import Desk


class WordEncoder:
    """An encoder without a model: texts are alike as far as they share long words.

    Each word of four letters or more, in lower case, is hashed to one dimension and a sign,
    so that the same text gives the same vector in every process.

    :param dimensions: length of a vector
    """

    def __init__(self, dimensions: int = 8192) -> None:
        self.dimensions = dimensions
        self.model_id = f"words-{dimensions}"

    def encode(self, texts: Sequence[str]) -> Vector:
        """Vectors of ``texts``: float32, shape (n, d), unit rows, in the same order."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w{4,}", text.lower()) or ["(none)"]:
                digest = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                row[(digest >> 1) % self.dimensions] += 1.0 if digest & 1 else -1.0
        return unit(rows)


_GENERAL_NEWS = (
    "Goalkeeper injured before the cup final. The striker trains alone this week.",
    "Heavy rain expected in the north. Rivers may flood farms near the coast.",
    "Museum shows paintings by a forgotten master. Visitors queue round the block.",
    "Inflation slows in March. Shoppers pay less for bread, milk and petrol.",
    "New telephone has a larger screen. Reviewers praise its battery.",
    "Actors leave the theatre after a dispute over wages with its director.",
)


def plain_calibration(encoder: Encoder) -> Calibration:
    """Numbers set by hand that suit a :class:`WordEncoder`.

    An article fits a topic when a good part of its words are the topic's and it does not go
    the other way; it is the same development as another when most of their words, names and
    numbers are; everything is significant but opinion and speculation.
    """
    background = encoder.encode(list(_GENERAL_NEWS))
    half = dict.fromkeys(Sensitivity, 0.5)
    return Calibration(
        model_id=encoder.model_id,
        background=background,
        match=Logistic(-4.0, {"topic": 0.6, "headline": 0.4, "not": -4.0, "same way": 2.0}),
        same=Logistic(
            -5.0,
            {"lead": 8.0, "words": 4.0, "names": 2.0, "other way": -4.0, "stage differs": -3.0}
            | {"numbers differ": -2.0, "dates differ": -2.0, "ordinals differ": -3.0},
        ),
        significance=Logistic(3.0, {"title opinion": -6.0, "title speculated": -6.0}),
        match_lines=half | {Sensitivity.STRICT: 0.7, Sensitivity.BROAD: 0.3},
        alert_lines=dict.fromkeys(Sensitivity, 0.3),
        same_line=0.5,
        story_line=0.5,
    )


def judge_by_words(desk: Desk) -> None:
    """Let ``desk`` screen, read, match and decide by words, so that no model is loaded."""
    desk.screen = desk.reader = desk.matcher = words = WordEncoder()
    desk.calibration = plain_calibration(words)

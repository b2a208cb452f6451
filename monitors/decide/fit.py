"""What an encoder that was adapted to news topics says of an article and a topic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitors.model import Vector


@dataclass(frozen=True, slots=True)
class TopicFit:
    """The few numbers on top of the adapted encoder's vectors.

    Learnt together with its two adapters, by ``tools/adapt.py`` and
    ``tools/adapt_weight.py``, from labelled topics of many fields: none of them of the
    streams that decisions are measured on. A vector is the first adapter's, of shape (d,),
    with the second's beside it: of shape (2 d,) together.

    :param model_id: the encoder that it belongs to
    :param scale: steepness of the match over the cosine
    :param bias: the cosine at which the match is even
    :param weight: of the second adapter's vector, for being worth a message, shape (d,)
    :param offset: its constant
    """

    model_id: str
    scale: float
    bias: float
    weight: Vector
    offset: float

    def matches(self, article: Vector, topics: Vector) -> Vector:
        """Log odds that the article is on the topic, by each of its texts.

        :param topics: a row for each wording, of one topic or of many
        """
        closeness = topics[:, : len(self.weight)] @ self._part(article, 0) * np.sqrt(2.0)
        odds: Vector = self.scale * (closeness - self.bias)
        return odds

    def weighs(self, article: Vector) -> float:
        """Log odds that what the article reports is worth a message to its topic's readers."""
        return float(self._part(article, 1) @ self.weight + self.offset)

    def _part(self, vectors: Vector, number: int) -> Vector:
        """The unit vectors of one adapter."""
        size = len(self.weight)
        part: Vector = vectors[..., number * size : (number + 1) * size] * np.sqrt(2.0)
        return part.astype(np.float32)


def nothing() -> Vector:
    """In place of a vector, where no adapted encoder has read the text."""
    return np.empty(0, dtype=np.float32)

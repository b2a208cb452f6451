"""What an encoder that was adapted to news topics says of an article and a topic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitors.model import Vector


@dataclass(frozen=True, slots=True)
class TopicFit:
    """The few numbers on top of the adapted encoder's vectors.

    Learnt together with the adapter, by ``tools/adapt.py``, from labelled topics of many
    fields: none of them of the streams that decisions are measured on.

    :param model_id: the encoder that it belongs to
    :param scale: steepness of the match over the cosine
    :param bias: the cosine at which the match is even
    :param article: weights of the article's vector for being worth a message, shape (d,)
    :param pair: weights of the product of both vectors for the same, shape (d,)
    :param offset: its constant
    """

    model_id: str
    scale: float
    bias: float
    article: Vector
    pair: Vector
    offset: float

    def matches(self, article: Vector, topic: Vector) -> float:
        """Log odds that the article is on the topic; the mean over the topic's texts.

        :param article: shape (d,)
        :param topic: shape (n, d): the topic in one wording or several
        """
        return float(np.mean(self.scale * (topic @ article - self.bias)))

    def matters(self, article: Vector, topic: Vector) -> float:
        """Log odds that what the article reports is worth a message to the topic's readers."""
        products = topic * article
        return float(article @ self.article + np.mean(products @ self.pair) + self.offset)


def nothing() -> Vector:
    """In place of a vector, where no adapted encoder has read the text."""
    return np.empty(0, dtype=np.float32)

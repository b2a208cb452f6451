"""What an encoder that was adapted to news says of an article, a topic, and other articles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitors.model import Vector


def nothing() -> Vector:
    """In place of a vector, where no adapted encoder has read the text."""
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TopicFit:
    """The few numbers on top of the adapted encoder's vectors.

    Learnt together with its three adapters, by ``tools/adapt.py``, ``tools/adapt_weight.py``
    and ``tools/adapt_events.py``, from labelled topics of many fields: none of them of the
    streams that decisions are measured on. A vector is the first adapter's, of shape (d,),
    with those of the others beside it: of shape (3 d,) together.

    :param model_id: the encoder that it belongs to
    :param scale: steepness of the match over the cosine
    :param bias: the cosine at which the match is even
    :param weight: of the second adapter's vector, for being worth a message, shape (d,)
    :param offset: its constant
    :param usual: the mean of the third adapter's vectors over general news, shape (d,); empty
        where there is no third
    """

    model_id: str
    scale: float
    bias: float
    weight: Vector
    offset: float
    usual: Vector = field(default_factory=nothing)

    def matches(self, article: Vector, topics: Vector) -> Vector:
        """Log odds that the article is on the topic, by each of its texts.

        :param topics: a row for each wording, of one topic or of many
        """
        # Not the part of each topic by itself: of a thousand topics that would be most of it.
        closeness = topics[:, : len(self.weight)] @ self._part(article, 0) * self._size(article)
        odds: Vector = self.scale * (closeness - self.bias)
        return odds

    def weighs(self, article: Vector) -> float:
        """Log odds that what the article reports is worth a message to its topic's readers."""
        return float(self._part(article, 1) @ self.weight + self.offset)

    def events(self, articles: Vector) -> Vector:
        """What articles report, as unit vectors, shape (..., d): the same news are near.

        What all news have in common is subtracted. Without it cosines of different news lie
        close to those of the same.
        """
        return unit(self._part(articles, 2) - self.usual)

    def _part(self, vectors: Vector, number: int) -> Vector:
        """The unit vectors of one adapter."""
        size = len(self.weight)
        part: Vector = vectors[..., number * size : (number + 1) * size] * self._size(vectors)
        return part.astype(np.float32)

    def _size(self, vectors: Vector) -> float:
        """What the parts of a unit vector were divided by, so that each had length 1."""
        return float(np.sqrt(vectors.shape[-1] // len(self.weight)))


def unit(vectors: Vector) -> Vector:
    """Rows (or the one row) scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vector = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled

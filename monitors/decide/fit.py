"""What an encoder that was adapted to news says of an article, a topic, and other articles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitors.model import WEIGHT_SCALE, Vector


def nothing() -> Vector:
    """In place of a vector, where no adapted encoder has read the text."""
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TopicFit:
    """The few numbers on top of the adapted encoder's vectors.

    Learnt together with its three adapters, by ``tools/adapt.py``, ``tools/adapt_weight.py``
    and ``tools/adapt_events.py``, from labelled topics of many fields: none of them of the
    streams that decisions are measured on. A vector has the first adapter's d numbers, the
    third's, and two that say what the second makes of an article, for and against; all of one
    scale, so that the whole has length 1.

    :param model_id: the encoder that it belongs to
    :param scale: steepness of the match over the cosine
    :param bias: the cosine at which the match is even
    :param size: d, the numbers of one adapter's vector
    :param usual: the mean of the third adapter's vectors over general news, shape (d,); empty
        where there is no third
    """

    model_id: str
    scale: float
    bias: float
    size: int
    usual: Vector = field(default_factory=nothing)

    def topics(self, vectors: Vector) -> Vector:
        """The unit vectors by which articles and topics are held against each other, (..., d)."""
        return unit(vectors[..., : self.size])

    def matches(self, article: Vector, topics: Vector) -> Vector:
        """Log odds that the article is on the topic, by each of its texts.

        :param topics: what :meth:`topics` makes of each wording, of one topic or of many
        """
        odds: Vector = self.scale * (topics @ self.topics(article) - self.bias)
        return odds

    def weighs(self, article: Vector) -> float:
        """Log odds that what the article reports is worth a message to its topic's readers."""
        speaks_for, against = article[2 * self.size :]
        length = float(np.linalg.norm(article[: self.size]))
        return WEIGHT_SCALE * float(speaks_for - against) / max(length, 1e-9)

    def events(self, articles: Vector) -> Vector:
        """What articles report, as unit vectors, shape (..., d): the same news are near.

        What all news have in common is subtracted. Without it cosines of different news lie
        close to those of the same.
        """
        return unit(unit(articles[..., self.size : 2 * self.size]) - self.usual)


def unit(vectors: Vector) -> Vector:
    """Rows (or the one row) scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vector = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled

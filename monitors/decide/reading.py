"""What deciding is handed: an article as it was understood, and a topic's profile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitors.decide.calibration import Calibration
from monitors.decide.fit import nothing
from monitors.model import Article, Facts, Passage, Tier, Topic, Vector


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with everything that was computed from its text alone.

    :param tier: of its source
    :param source_name: of its source
    :param key_text: title and lead, at most 400 characters: what the event is
    :param key_vector: of ``key_text``, shape (d,)
    :param passages: the evidence passages that were encoded
    :param passage_vectors: theirs, shape (n, d)
    :param screened: topic id to the fast encoder's score, in standard deviations above that
        of general news, for topics that passed
    :param facts: of title and lead
    :param model_id: the encoder by whose vectors it is compared with other reports
    :param fit_vector: of ``key_text`` by the encoder that was adapted to news, shape (f,)
    :param event_vector: what ``key_text`` reports, by the same encoder, shape (e,); empty where
        there is none
    :param parts: the items of a roundup, each as a reading of its own
    :param item: the passage that such an item is; None for an article as a whole
    """

    article: Article
    tier: Tier
    source_name: str
    key_text: str
    key_vector: Vector
    passages: tuple[Passage, ...]
    passage_vectors: Vector
    screened: Mapping[str, float]
    facts: Facts
    model_id: str = ""
    fit_vector: Vector = field(default_factory=nothing)
    event_vector: Vector = field(default_factory=nothing)
    parts: tuple[Reading, ...] = ()
    item: Passage | None = None

    @property
    def all_vectors(self) -> Vector:
        """Key and passages, shape (1 + n, d)."""
        if not len(self.passage_vectors):
            return self.key_vector[None]
        return np.vstack([self.key_vector[None], self.passage_vectors])

    @property
    def compared_by(self) -> Vector:
        """The vector by which it is compared with other reports."""
        return self.event_vector if len(self.event_vector) else self.key_vector


@dataclass(frozen=True, slots=True)
class TopicProfile:
    """A topic, ready to be compared.

    :param about: vectors of name and description, shape (a, d)
    :param examples: vectors of the example headlines, shape (e, d)
    :param not_examples: likewise for what the operator does not want
    :param level: mean and standard deviation of what general news score on this topic
    :param apart: the mean of what general news score on what the topic is not; 0 where nothing
        says what it is not
    :param facts: of the topic's own words: its direction and terms
    :param subject: key of a name to the share of the topic's texts that hold it: what the
        topic is about, by the operator's own words
    :param fit: the topic in one or two wordings, by the encoder that was adapted to topics,
        shape (n, f)
    :param untaught: the same topic as it is written, where readers' answers taught something.
        What was learnt stands last in ``examples`` and ``not_examples``
    """

    topic: Topic
    about: Vector
    examples: Vector
    not_examples: Vector
    level: tuple[float, float]
    facts: Facts
    subject: Mapping[str, float]
    fit: Vector = field(default_factory=nothing)
    apart: float = 0.0
    untaught: TopicProfile | None = None

    @property
    def positive(self) -> Vector:
        """Everything that says what the topic is."""
        return np.vstack([self.about, self.examples]) if len(self.examples) else self.about


def profile(
    topic: Topic,
    about: Vector,
    examples: Vector,
    not_examples: Vector,
    facts: Facts,
    subject: Mapping[str, float],
    calibration: Calibration,
    fit: Vector | None = None,
) -> TopicProfile:
    """A profile whose level is measured on the shipped general news.

    Scores are then told in standard deviations above what unrelated news score on this
    very topic, so that one line means the same rate of false matches for every topic.
    """
    positive = np.vstack([about, examples]) if len(examples) else about
    scores = closeness(calibration.background, positive)
    level = (float(scores.mean()), float(max(scores.std(), 1e-3)))
    return TopicProfile(
        topic,
        about,
        examples,
        not_examples,
        level,
        facts,
        subject,
        nothing() if fit is None else fit,
        float(closeness(calibration.background, not_examples).mean()),
    )


def closeness(texts: Vector, references: Vector) -> Vector:
    """Cosine of each text to its nearest reference, shape (n,); 0 without references."""
    if not len(references) or not len(texts):
        return np.zeros(len(texts), dtype=np.float32)
    nearest: Vector = (texts @ references.T).max(axis=1)
    return nearest


def keyword_hit(words: Sequence[str], text: str) -> str | None:
    """The first of ``words`` that stands in ``text``; a star at its end matches any ending."""
    lowered = text.lower()
    for word in words:
        pattern = re.escape(word.lower()).replace(r"\*", r"\w*")
        if re.search(rf"(?<!\w){pattern}(?!\w)", lowered):
            return word
    return None

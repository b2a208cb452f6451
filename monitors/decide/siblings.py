"""The topics of one watch list, held against an article all at once.

An article is asked for each topic that it may concern how near it is to it, and to the
nearest other one. With a thousand topics that would be a million comparisons an article;
here they are a few matrix products, made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np

from monitors.decide.fit import TopicFit
from monitors.decide.reading import Reading, TopicProfile
from monitors.model import Vector


class Peak(NamedTuple):
    """The highest of the topics' scores, whose it is, and the highest of the others'."""

    first: float
    place: int
    second: float

    @classmethod
    def of(cls, scores: Vector) -> Peak:
        """The peak of one score a topic."""
        place = int(scores.argmax())
        others = np.delete(scores, place)
        return cls(float(scores[place]), place, float(others.max()) if len(others) else 0.0)

    def beside(self, place: int | None) -> float:
        """The highest score of any topic but that at ``place``."""
        return self.second if place == self.place else self.first


class Nearness(NamedTuple):
    """How near an article is to a topic: cosines to the nearest of its texts, 0 without any.

    :param best: the row of ``all_vectors`` that is nearest to what says what the topic is
    :param anywhere: that row's
    :param headline: the first row's, which is title and lead
    :param about: of any row to the topic's description
    :param examples: of any row to its examples
    :param negative: of the best row to what the topic is not
    :param over_negative: the most by which any row is nearer to the topic than to what it is
        not; 0 where nothing says what it is not
    """

    best: int
    anywhere: float
    headline: float
    about: float
    examples: float
    negative: float
    over_negative: float


@dataclass(frozen=True, slots=True)
class _Near:
    """How near an article is to each topic.

    :param anywhere: the highest cosine of any passage, to the topics as they are written
    :param headline: that of title and lead, likewise
    :param columns: each field of :class:`Nearness`, topic by topic
    """

    anywhere: Peak
    headline: Peak
    columns: list[list[Any]]

    def to(self, place: int) -> Nearness:
        """The topic at ``place``."""
        return Nearness(*(column[place] for column in self.columns))


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of one kind of all topics, a row each, those of a topic together.

    :param starts: of each topic's rows; one without texts has a row of zeros
    :param some: which topics have texts of the kind
    """

    rows: Vector
    starts: np.ndarray
    some: np.ndarray

    @classmethod
    def of(cls, blocks: Sequence[Vector]) -> _Texts:
        width = max((block.shape[1] for block in blocks if len(block)), default=0)
        nothing = np.zeros((1, width), dtype=np.float32)  # as near to anything as to nothing
        filled = [block if len(block) else nothing for block in blocks]
        starts = np.cumsum([0, *map(len, filled[:-1])])
        return cls(np.vstack(filled), starts, np.asarray([len(block) > 0 for block in blocks]))

    def nearest(self, vectors: Vector) -> Vector:
        """The cosine of each vector to each topic's nearest text, shape (n, topics)."""
        if not self.some.any():
            return np.zeros((len(vectors), len(self.some)), dtype=np.float32)
        found: Vector = np.maximum.reduceat(vectors @ self.rows.T, self.starts, axis=1)
        return found

    def means(self, scores: Vector) -> Vector:
        """Of one score a row, the mean of each topic's."""
        sizes = np.diff([*self.starts, len(self.rows)])
        found: Vector = (np.add.reduceat(scores, self.starts) / sizes).astype(np.float32)
        return found


class Company:
    """All topics of a watch list; what was asked last of an article is remembered."""

    def __init__(self, profiles: Iterable[TopicProfile]) -> None:
        self.profiles = tuple(profiles)
        self._places = {p.topic.id: place for place, p in enumerate(self.profiles)}
        if self.profiles:
            self._wordings = _Texts.of([p.fit for p in self.profiles])
            self._about = _Texts.of([p.about for p in self.profiles])
            self._examples = _Texts.of([p.examples for p in self.profiles])
            # What readers taught one topic is replayed on that topic alone, and acts on it alone.
            self._written = self._examples
            if any(p.untaught for p in self.profiles):
                self._written = _Texts.of([(p.untaught or p).examples for p in self.profiles])
            self._not = _Texts.of([p.not_examples for p in self.profiles])
        self._near: tuple[Reading, _Near] | None = None
        self._fits: tuple[Reading, TopicFit, list[float], Peak] | None = None

    def without(self, topic_id: str) -> Siblings:
        """The others, beside this topic."""
        return Siblings(self, self._places.get(topic_id))

    def near(self, reading: Reading) -> _Near:
        """How near ``reading`` is to each topic."""
        known = self._near
        if known is None or known[0] is not reading:
            self._near = known = reading, self._held_against(reading.all_vectors)
        return known[1]

    def _held_against(self, vectors: Vector) -> _Near:
        about, examples = self._about.nearest(vectors), self._examples.nearest(vectors)
        positive = self._nearer(about, examples, self._examples.some)
        written = positive
        if self._written is not self._examples:
            texts = self._written
            written = self._nearer(about, texts.nearest(vectors), texts.some)
        negative = self._not.nearest(vectors)
        best, anywhere = positive.argmax(axis=0), positive.max(axis=0)
        columns = [
            best,
            anywhere,
            positive[0],
            about.max(axis=0),
            examples.max(axis=0),
            np.take_along_axis(negative, best[None], axis=0)[0],
            np.where(self._not.some, (positive - negative).max(axis=0), 0.0),
        ]
        return _Near(
            Peak.of(written.max(axis=0)),
            Peak.of(written[0]),
            [column.tolist() for column in columns],
        )

    def _nearer(self, about: Vector, examples: Vector, some: np.ndarray) -> Vector:
        """The nearer of the two, topic by topic, of those that it has texts of."""
        # Without texts of a kind there is a 0, which is nearer than a cosine below 0.
        nearer = np.where(some, np.maximum(about, examples), about)
        return np.where(self._about.some, nearer, examples)

    def fits(self, reading: Reading, learnt: TopicFit) -> tuple[list[float], Peak]:
        """What the adapted encoder says, topic by topic, and the highest of it."""
        known = self._fits
        if known is None or known[0] is not reading or known[1] is not learnt:
            odds = learnt.matches(reading.fit_vector, self._wordings.rows)
            found = self._wordings.means(odds)
            self._fits = known = reading, learnt, found.tolist(), Peak.of(found)
        return known[2:]


class Siblings(Sequence[TopicProfile]):
    """The other topics of a watch list.

    :param company: all of them
    :param own: the place of the topic whose siblings they are; None where it is not among them
    """

    def __init__(self, company: Company, own: int | None = None) -> None:
        self._company = company
        self._own = own

    @classmethod
    def of(cls, profiles: Sequence[TopicProfile]) -> Siblings:
        """``profiles``, where they are not siblings already."""
        return profiles if isinstance(profiles, Siblings) else cls(Company(profiles))

    def nearest(self, reading: Reading) -> tuple[float, float]:
        """The highest cosine of any passage, and that of title and lead; 0 without siblings."""
        if not self:
            return 0.0, 0.0
        near = self._company.near(reading)
        return near.anywhere.beside(self._own), near.headline.beside(self._own)

    def beside(self, reading: Reading, profile: TopicProfile) -> Nearness:
        """How near ``reading`` is to the topic of ``profile``, whose siblings these are."""
        if self._own is not None and _same_texts(self._company.profiles[self._own], profile):
            return self._company.near(reading).to(self._own)
        return Company((profile,)).near(reading).to(0)

    def fit(self, reading: Reading, profile: TopicProfile, learnt: TopicFit) -> float:
        """What the adapted encoder says of the topic of ``profile``, whose siblings these are."""
        if self._own is not None and self._company.profiles[self._own].fit is profile.fit:
            return self._company.fits(reading, learnt)[0][self._own]
        return float(learnt.matches(reading.fit_vector, profile.fit).mean())

    def best_fit(self, reading: Reading, learnt: TopicFit) -> float:
        """The highest that it says of one of the others; there must be siblings."""
        return self._company.fits(reading, learnt)[1].beside(self._own)

    def __len__(self) -> int:
        return len(self._company.profiles) - (self._own is not None)

    @overload
    def __getitem__(self, place: int) -> TopicProfile: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[TopicProfile]: ...
    def __getitem__(self, place: int | slice) -> TopicProfile | Sequence[TopicProfile]:
        others = [p for at, p in enumerate(self._company.profiles) if at != self._own]
        return others[place]


def _same_texts(one: TopicProfile, other: TopicProfile) -> bool:
    """Whether two profiles of a topic, which may differ in its lines, have the same texts."""
    return (
        one.about is other.about
        and one.examples is other.examples
        and one.not_examples is other.not_examples
    )

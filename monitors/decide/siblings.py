"""The topics of one watch list, held against each other.

An article is asked for each topic that it may concern how near it is to the nearest other
one. With a thousand topics that would be a million comparisons an article; here they are
one matrix product, made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, overload

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


class Company:
    """All topics of a watch list; what was asked last of an article is remembered."""

    def __init__(self, profiles: Iterable[TopicProfile]) -> None:
        self.profiles = tuple(profiles)
        self._places = {p.topic.id: place for place, p in enumerate(self.profiles)}
        blocks = [profile.positive for profile in self.profiles]
        width = max((block.shape[1] for block in blocks if len(block)), default=0)
        nothing = np.zeros((1, width), dtype=np.float32)  # as near to anything as to nothing
        blocks = [block if len(block) else nothing for block in blocks]
        self._rows = np.vstack(blocks) if blocks else nothing
        self._starts = np.cumsum([0, *map(len, blocks[:-1])]) if blocks else np.zeros(0, int)
        self._near: tuple[Reading, Peak, Peak] | None = None
        self._fits: tuple[Reading, TopicFit, Peak] | None = None

    def without(self, topic_id: str) -> Siblings:
        """The others, beside this topic."""
        return Siblings(self, self._places.get(topic_id))

    def near(self, reading: Reading) -> tuple[Peak, Peak]:
        """The highest cosine over topics of any passage, and that of title and lead."""
        known = self._near
        if known is None or known[0] is not reading:
            products = reading.all_vectors @ self._rows.T
            near = np.maximum.reduceat(products, self._starts, axis=1)
            self._near = known = reading, Peak.of(near.max(axis=0)), Peak.of(near[0])
        return known[1:]

    def fits(self, reading: Reading, learnt: TopicFit) -> Peak:
        """The highest over topics of what the adapted encoder says."""
        known = self._fits
        if known is None or known[0] is not reading or known[1] is not learnt:
            found = [learnt.matches(reading.fit_vector, p.fit) for p in self.profiles]
            self._fits = known = reading, learnt, Peak.of(np.asarray(found))
        return known[2]


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
        anywhere, headline = self._company.near(reading)
        return anywhere.beside(self._own), headline.beside(self._own)

    def best_fit(self, reading: Reading, learnt: TopicFit) -> float:
        """The highest that the adapted encoder says; there must be siblings."""
        return self._company.fits(reading, learnt).beside(self._own)

    def __len__(self) -> int:
        return len(self._company.profiles) - (self._own is not None)

    @overload
    def __getitem__(self, place: int) -> TopicProfile: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[TopicProfile]: ...
    def __getitem__(self, place: int | slice) -> TopicProfile | Sequence[TopicProfile]:
        others = [p for at, p in enumerate(self._company.profiles) if at != self._own]
        return others[place]

"""What a topic's readers were told, and everything else that was seen on the topic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

import numpy as np

from monitors.model import Mention, Vector


class Rarity:
    """How rare each word is among what was remembered; unseen is rarest.

    Weights are kept until something is remembered: a decision asks for the same ones often.
    """

    def __init__(self) -> None:
        self._count = 0
        self._seen: Counter[str] = Counter()
        self._weights: dict[str, float] = {}
        self._lengths: dict[frozenset[str], float] = {}

    def add(self, words: frozenset[str]) -> None:
        """Count the words of one more mention."""
        self._count += 1
        self._seen.update(words)
        self._weights.clear()
        self._lengths.clear()

    def __call__(self, word: str) -> float:
        """Inverse document frequency of ``word``."""
        weight = self._weights.get(word)
        if weight is None:
            weight = math.log((self._count + 8.0) / (self._seen[word] + 0.5))
            self._weights[word] = weight
        return weight

    def length(self, words: frozenset[str]) -> float:
        """Sum of the squares of their weights."""
        length = self._lengths.get(words)
        if length is None:
            length = self._lengths[words] = sum(self(word) ** 2 for word in words)
        return length


class Memory:
    """The mentions of one topic, oldest first, with what is needed to compare quickly.

    Only :meth:`add` and :meth:`retell` change it; a decision reads it and never writes.
    """

    def __init__(self, mentions: Iterable[Mention] = ()) -> None:
        self.mentions: list[Mention] = []
        self._rows: Vector = np.empty((0, 0), dtype=np.float32)
        self.rarity = Rarity()
        """of terms"""
        self.name_rarity = Rarity()
        """of names and places"""
        self._sources: Counter[str] = Counter()
        for mention in mentions:
            self.add(mention)

    def __len__(self) -> int:
        return len(self.mentions)

    def add(self, mention: Mention) -> None:
        """Remember one more mention."""
        count = len(self.mentions)
        if count >= len(self._rows):  # grow by doubling: appending stays cheap
            grown = np.zeros((max(64, 2 * count), len(mention.vector)), dtype=np.float32)
            grown[:count] = self._rows[:count] if count else grown[:0]
            self._rows = grown
        self._rows[count] = mention.vector
        self.mentions.append(mention)
        self.rarity.add(mention.facts.terms)
        self.name_rarity.add(mention.facts.names | mention.facts.places)
        self._sources[mention.source_id] += 1

    def retell(self, development_id: str, *, told: bool) -> None:
        """Whether readers know a development after all, or do not: all its mentions follow."""
        self.mentions = [
            replace(m, told=told) if m.development_id == development_id else m
            for m in self.mentions
        ]

    def count_from(self, source_id: str) -> int:
        """How many of the mentions come from a source."""
        return self._sources[source_id]

    def seen_since(self, moment: datetime) -> Iterator[Mention]:
        """The mentions that were seen since ``moment``, newest first."""
        return takewhile(lambda mention: mention.seen_at >= moment, reversed(self.mentions))

    def vectors(self) -> Vector:
        """Shape (n, d), in the order of ``mentions``."""
        return self._rows[: len(self.mentions)]

    def of_development(self, development_id: str) -> Sequence[Mention]:
        """The mentions of one development."""
        return [m for m in self.mentions if m.development_id == development_id]

    def of_story(self, story_id: str) -> Sequence[Mention]:
        """The mentions of one story."""
        return [m for m in self.mentions if m.story_id == story_id]

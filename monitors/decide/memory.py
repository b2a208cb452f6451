"""What a topic's readers were told, and everything else that was seen on the topic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from monitors.model import Mention, Vector


class Memory:
    """The mentions of one topic, oldest first, with what is needed to compare quickly.

    Only :meth:`add` and :meth:`retell` change it; a decision reads it and never writes.
    """

    def __init__(self, mentions: Iterable[Mention] = ()) -> None:
        self.mentions: list[Mention] = []
        self._rows: Vector = np.empty((0, 0), dtype=np.float32)
        self._terms: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
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
        self._terms.update(mention.facts.terms)
        self._names.update(mention.facts.names | mention.facts.places)

    def retell(self, development_id: str, *, told: bool) -> None:
        """Whether readers know a development after all, or do not: all its mentions follow."""
        self.mentions = [
            replace(m, told=told) if m.development_id == development_id else m
            for m in self.mentions
        ]

    def vectors(self) -> Vector:
        """Shape (n, d), in the order of ``mentions``."""
        return self._rows[: len(self.mentions)]

    def rarity(self, term: str) -> float:
        """Inverse document frequency of ``term`` among the mentions; unseen is rarest."""
        return math.log((len(self) + 8.0) / (self._terms[term] + 0.5))

    def name_rarity(self, name: str) -> float:
        """The same for a name or place."""
        return math.log((len(self) + 8.0) / (self._names[name] + 0.5))

    def of_development(self, development_id: str) -> Sequence[Mention]:
        """The mentions of one development."""
        return [m for m in self.mentions if m.development_id == development_id]

    def of_story(self, story_id: str) -> Sequence[Mention]:
        """The mentions of one story."""
        return [m for m in self.mentions if m.story_id == story_id]

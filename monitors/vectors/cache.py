"""A text is encoded once for each model: vectors are kept by the text's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from monitors.clock import Clock
from monitors.model import Vector
from monitors.ports import Encoder, VectorStore
from monitors.rounding import in_half_bytes, rounded


def text_key(text: str) -> str:
    """SHA-256 of ``text``, 32 hex digits: the cache key, and nobody can read the text in it."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


HALF_BYTES = frozenset({"builtin:use3-short"})
"""Models of which four bits a number are enough: made for it (``tools/shorten.py``), and used to
screen only, by the nearness of many passages to a topic. Vectors are turned to a cosine of .99."""


class CachedEncoder:
    """An encoder in front of which a store remembers.

    Is itself an :class:`~monitors.ports.Encoder`. Numbers are rounded to 8 bits, so that they
    take a byte each; to 16 where 8 would turn the vector (:mod:`monitors.rounding`), and
    to 4 for :data:`HALF_BYTES`.
    """

    def __init__(self, encoder: Encoder, store: VectorStore, clock: Clock) -> None:
        self._encoder = encoder
        self._store = store
        self._clock = clock

    def over(self, store: VectorStore) -> CachedEncoder:
        """The same encoder in front of which another store remembers."""
        return CachedEncoder(self._encoder, store, self._clock)

    @property
    def model_id(self) -> str:
        return self._encoder.model_id

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        keys = [text_key(text) for text in texts]
        known = self._store.get(self.model_id, set(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = self._encoder.encode(list(missing.values()))
            # As stored: a vector is the same number whether it was cached or not.
            added = {key: self._rounded(row) for key, row in zip(missing, fresh, strict=True)}
            self._store.put(self.model_id, added, self._clock.now())
            known |= added
        return np.stack([known[key] for key in keys])

    def _rounded(self, row: Vector) -> Vector:
        return in_half_bytes(row) if self.model_id in HALF_BYTES else rounded(row)

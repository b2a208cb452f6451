"""A text is encoded once for each model: vectors are kept by the text's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from monitors.clock import Clock
from monitors.model import Vector
from monitors.ports import Encoder, VectorStore

SAME = 0.9998
"""Least cosine of a vector and its rounded form. Of the built-in models it is .9999 and more."""


def text_key(text: str) -> str:
    """SHA-256 of ``text``, 32 hex digits: the cache key, and nobody can read the text in it."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


class CachedEncoder:
    """An encoder in front of which a store remembers.

    Is itself an :class:`~monitors.ports.Encoder`. Numbers are rounded to 8 bits, so that they
    take a byte each; to 16 where 8 would turn the vector by more than :data:`SAME` allows.
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
            added = {key: rounded(row) for key, row in zip(missing, fresh, strict=True)}
            self._store.put(self.model_id, added, self._clock.now())
            known |= added
        return np.stack([known[key] for key in keys])


def rounded(row: Vector) -> Vector:
    """``row`` in numbers that take a byte each where that is the same vector, else two."""
    short = _in_bytes(row)
    lengths = float(np.linalg.norm(short) * np.linalg.norm(row))
    if lengths and float(short @ row) >= SAME * lengths:
        return short
    return row.astype(np.float16).astype(np.float32)


def _in_bytes(row: Vector) -> Vector:
    """Whole multiples, by at most 127, of the least power of two with which that is so."""
    most = float(np.abs(row).max(initial=0.0))
    fraction, exponent = np.frexp(most / 127)
    step = np.float32(np.ldexp(1.0, int(exponent) - int(fraction == 0.5)))
    multiples: Vector = np.rint(row / step) * step
    return multiples.astype(np.float32)

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


HALF_BYTES = frozenset({"builtin:use3-short"})
"""Models of which four bits a number are enough: made for it (``tools/shorten.py``), and used to
screen only, by the nearness of many passages to a topic. Vectors are turned to a cosine of .99."""


class CachedEncoder:
    """An encoder in front of which a store remembers.

    Is itself an :class:`~monitors.ports.Encoder`. Numbers are rounded to 8 bits, so that they
    take a byte each; to 16 where 8 would turn the vector by more than :data:`SAME` allows, and
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


def rounded(row: Vector) -> Vector:
    """``row`` in numbers that take a byte each where that is the same vector, else two."""
    # The least power of two of which 127 reach the largest number.
    fraction, exponent = np.frexp(float(np.abs(row).max(initial=0.0)) / 127)
    short = _in_steps(row, int(exponent) - int(fraction == 0.5), 127)
    lengths = float(np.linalg.norm(short) * np.linalg.norm(row))
    if lengths and float(short @ row) >= SAME * lengths:
        return short
    return row.astype(np.float16).astype(np.float32)


def in_half_bytes(row: Vector) -> Vector:
    """``row`` in numbers of four bits: what is larger than 7 steps is cut to them.

    A step is about .35 of the numbers' root mean square, with which normally distributed ones
    lose least (Max, IRE Trans. Inf. Theory 6, 1960).
    """
    spread = float(np.sqrt(np.mean(row**2)))
    return _in_steps(row, round(np.log2(0.35 * spread)), 7) if spread else row


def _in_steps(row: Vector, exponent: int, most: int) -> Vector:
    """Whole multiples, by at most ``most``, of a power of two."""
    step = np.float32(np.ldexp(1.0, exponent))
    multiples: Vector = np.clip(np.rint(row / step), -most, most) * step
    return multiples.astype(np.float32)

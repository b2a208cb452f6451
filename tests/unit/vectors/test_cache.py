from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import numpy as np

from monitors.clock import FixedClock
from monitors.decide.fit import unit
from monitors.model import Vector
from monitors.store.columns import packed
from monitors.vectors.cache import CachedEncoder

NOW = datetime(2025, 3, 1, tzinfo=UTC)
TEXTS = [f"Text number {n}" for n in range(50)]


class Drawn:
    """Unit vectors that differ from text to text."""

    model_id, dimensions = "drawn", 512

    def encode(self, texts: Collection[str]) -> Vector:
        seeds = [TEXTS.index(text) for text in texts]
        rows = [np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds]
        return unit(np.stack(rows).astype(np.float32))


class Kept:
    """A store of vectors in memory, that keeps what it is given."""

    def __init__(self) -> None:
        self.rows: dict[str, Vector] = {}

    def get(self, model_id: str, keys: Collection[str]) -> dict[str, Vector]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    def put(self, model_id: str, vectors: Mapping[str, Vector], now: datetime) -> None:
        self.rows |= vectors


def test_a_vector_is_the_same_whether_it_was_cached_or_not() -> None:
    encoder = CachedEncoder(Drawn(), Kept(), FixedClock(NOW))
    np.testing.assert_array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))


def test_vectors_take_a_byte_a_number_and_keep_their_cosines() -> None:
    store = Kept()
    kept = CachedEncoder(Drawn(), store, FixedClock(NOW)).encode(TEXTS)
    assert {len(packed(row)) for row in store.rows.values()} == {1 + Drawn.dimensions}
    plain = Drawn().encode(TEXTS)
    assert np.abs(kept @ plain.T - plain @ plain.T).max() < 0.003


def test_a_vector_of_nothing_stays_one() -> None:
    class Nothing(Drawn):
        def encode(self, texts: Collection[str]) -> Vector:
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)

    encoder = CachedEncoder(Nothing(), Kept(), FixedClock(NOW))
    assert not encoder.encode(TEXTS[:1]).any()


def test_a_vector_that_a_byte_a_number_would_turn_keeps_two() -> None:
    """One number dwarfs all others, as in some models: in its steps they would be nothing."""

    class Lopsided(Drawn):
        def encode(self, texts: Collection[str]) -> Vector:
            rows = super().encode(texts)
            rows[:, 7] = 3.0
            return unit(rows)

    store = Kept()
    kept = CachedEncoder(Lopsided(), store, FixedClock(NOW)).encode(TEXTS)
    assert {len(packed(row)) for row in store.rows.values()} == {2 * Drawn.dimensions}
    assert (unit(kept) * Lopsided().encode(TEXTS)).sum(axis=1).min() > 0.99999


def test_the_fast_model_takes_half_a_byte_a_number() -> None:
    class Fast(Drawn):
        model_id, dimensions = "builtin:use3-short", 192

    store = Kept()
    kept = CachedEncoder(Fast(), store, FixedClock(NOW)).encode(TEXTS)
    assert {len(packed(row)) for row in store.rows.values()} == {1 + Fast.dimensions // 2}
    assert (unit(kept) * Fast().encode(TEXTS)).sum(axis=1).min() > 0.98

"""What the cache adds, in front of an encoder that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from monitors.clock import FixedClock
from monitors.errors import EncoderError
from monitors.model import Vector
from monitors.store import SqlStore, open_store
from monitors.testing import WordEncoder
from monitors.vectors.cache import CachedEncoder, text_key
from monitors.vectors.encoder import SentenceEncoder

CLOCK = FixedClock(datetime(2025, 2, 18, tzinfo=UTC))


class Counting(WordEncoder):
    """Remembers what it was asked; refuses where it is told to."""

    def __init__(self, name: str = "words") -> None:
        super().__init__(16)
        self.model_id = name
        self.asked: list[str] = []
        self.broken = False

    def encode(self, texts: Sequence[str]) -> Vector:
        if self.broken:
            raise EncoderError(self.model_id, "broken")
        self.asked += texts
        return super().encode(texts)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'vectors.db'}")
    opened.migrate()
    yield opened
    opened.close()


def test_a_text_is_encoded_once(store: SqlStore) -> None:
    counting = Counting()
    cached = CachedEncoder(counting, store.vectors, CLOCK)
    first = cached.encode(["alpha", "beta", "alpha"])
    again = cached.encode(["beta", "gamma", "alpha"])
    assert counting.asked == ["alpha", "beta", "gamma"]
    assert np.array_equal(first[[1, 0]], again[[0, 2]])


def test_another_process_finds_the_same_numbers(store: SqlStore) -> None:
    fresh = CachedEncoder(Counting(), store.vectors, CLOCK).encode(["alpha beta gamma delta"])
    counting = Counting()
    stored = CachedEncoder(counting, store.vectors, CLOCK).encode(["alpha beta gamma delta"])
    assert counting.asked == []
    assert np.array_equal(fresh, stored)
    assert stored.dtype == np.float32


def test_models_do_not_share_vectors(store: SqlStore) -> None:
    CachedEncoder(Counting("one"), store.vectors, CLOCK).encode(["alpha"])
    other = Counting("two")
    CachedEncoder(other, store.vectors, CLOCK).encode(["alpha"])
    assert other.asked == ["alpha"]


def test_what_is_known_needs_no_model(store: SqlStore) -> None:
    counting = Counting()
    cached = CachedEncoder(counting, store.vectors, CLOCK)
    known = cached.encode(["alpha"])
    counting.broken = True
    assert np.array_equal(cached.encode(["alpha"]), known)
    with pytest.raises(EncoderError):
        cached.encode(["alpha", "beta"])


def test_a_key_hides_its_text_and_takes_any_text() -> None:
    keys = {text_key(text) for text in ("alpha", "Alpha", "", "\0", "\ud800x")}
    assert len(keys) == 5
    assert all(len(key) == 32 and key.isalnum() for key in keys)


@pytest.mark.parametrize("name", ["builtin:nothing", "nowhere/no-model"])
def test_an_unknown_model_is_refused_with_a_remedy(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = name if name.startswith("builtin:") else str(tmp_path / name)
    with pytest.raises(EncoderError) as refused:
        SentenceEncoder(missing).encode(["text"])
    assert refused.value.subject == missing
    assert "builtin:e5-small" in refused.value.remedy
    assert "\n" not in str(refused.value)


def test_a_model_is_loaded_only_when_it_is_used() -> None:
    assert SentenceEncoder("builtin:nothing").model_id == "builtin:nothing"

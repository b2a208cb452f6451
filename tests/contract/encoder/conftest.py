from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from monitors.clock import SystemClock
from monitors.ports import Encoder
from monitors.store import open_store
from monitors.vectors.cache import CachedEncoder
from monitors.vectors.encoder import SentenceEncoder

ENCODERS = (
    "builtin:use3",
    "builtin:use3-short",
    "builtin:e5-small",
    "builtin:e5-topics",
    "cached",
)


@cache
def loaded(name: str) -> SentenceEncoder:
    """One model for all tests: loading takes seconds."""
    return SentenceEncoder(name, "test" if name == "builtin:e5-topics" else "")


@pytest.fixture(params=ENCODERS)
def encoder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Encoder]:
    """Each adapter of the port; the cached one starts with an empty database."""
    if request.param != "cached":
        yield loaded(request.param)
        return
    store = open_store(f"sqlite:///{tmp_path / 'vectors.db'}")
    store.migrate()
    yield CachedEncoder(loaded("builtin:use3"), store.vectors, SystemClock())
    store.close()

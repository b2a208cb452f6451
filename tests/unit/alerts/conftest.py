from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitors.clock import FixedClock
from monitors.ports import Outbox
from monitors.store import open_store
from monitors.testing import MemoryNotifier, MemoryOutbox, SteppingTime


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2025, 2, 18, 14, 16, tzinfo=UTC))


@pytest.fixture
def time(clock: FixedClock) -> SteppingTime:
    return SteppingTime(clock)


@pytest.fixture
def notifier(clock: FixedClock) -> MemoryNotifier:
    return MemoryNotifier(clock)


@pytest.fixture(params=["memory", "sqlite"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outbox]:
    """Every test of the deliverer runs on the fake and on a real database."""
    if request.param == "memory":
        yield MemoryOutbox()
        return
    store = open_store(f"sqlite:///{tmp_path / 'tidings.db'}")
    store.migrate()
    yield store.outbox
    store.close()

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lessons_values import FESTIVAL, STRIKE, Readers

from tests.support.newsroom import opened


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Readers]:
    """A database of a week in which three of each family were told, and how it came about."""
    folder = tmp_path_factory.mktemp("week")
    with opened(folder) as room:
        readers = Readers(room)
        room.begin()
        assert all(readers.tell(*STRIKE[:3], *FESTIVAL[:3]))
    return folder / "tidings.db", readers


@pytest.fixture
def readers(week: tuple[Path, Readers], tmp_path: Path) -> Iterator[Readers]:
    """The newsroom after that week, on a database of its own."""
    database, earlier = week
    shutil.copy(database, tmp_path / "tidings.db")
    with opened(tmp_path, now=earlier.room.clock.now()) as room:
        yield Readers(room, earlier)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.newsroom import Newsroom, opened


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with opened(tmp_path) as newsroom:
        yield newsroom

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.report.gather import gather
from monitors.report.pages import pages
from monitors.store import SqlStore, open_store
from tests.support.report_values import NOW, WATCHLIST, fill


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'tidings.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of a newsroom whose texts mean harm."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('report') / 'tidings.db'}")
    store.migrate()
    fill(store)
    made = {page.path: page.render() for page in pages(gather(store, WATCHLIST, NOW))}
    store.close()
    return made

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import launch
from tests.support.report_site import build


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one file only: while it is there, nothing else in the process may run asyncio."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report."""
    return build(tmp_path_factory.mktemp("report"))

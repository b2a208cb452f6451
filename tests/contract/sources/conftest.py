from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitors.sandbox import Sandbox
from tests.support.webserver import WebServer, running


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(workers=1)
    yield sandbox
    sandbox.close()


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server

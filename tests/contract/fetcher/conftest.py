from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.webserver import WebServer, running


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server

"""A prepared install, and what runs the commands of the guide in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.demo.localslack import LocalSlack
from tests.support.guide import Walk, quick_models
from tests.support.guide_install import BEFORE, NEWS, list_in_feed, open_newsroom, write_install
from tests.support.webserver import WebServer, running


@pytest.fixture(scope="session")
def web() -> Iterator[WebServer]:
    with running() as server:
        open_newsroom(server)
        yield server


@pytest.fixture(scope="session")
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(["news-alerts", "grain"], rate_limit=False) as server:
        yield server


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, web: WebServer, slack: LocalSlack) -> Path:
    """An install after its silent first look and a run with news."""
    folder = tmp_path_factory.mktemp("install")
    write_install(folder, web, slack.api_url, slack.token)
    with quick_models():
        walk = Walk(folder, web)
        assert walk.run("tidings run").code == 0
        list_in_feed(web, (*NEWS, *BEFORE))
        assert walk.run("tidings run --source harbour-courier").code == 0
    return folder


@pytest.fixture
def walk(prepared: Path, web: WebServer, tmp_path: Path) -> Iterator[Walk]:
    """A copy of that install for one page."""
    folder = tmp_path / "tidings"
    shutil.copytree(prepared, folder)
    with quick_models():
        yield Walk(folder, web)

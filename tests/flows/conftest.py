"""A Prefect server for the session; a newsroom and a Slack over HTTP for each test."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flow_world import Place, quick_desk, small_stream

from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.demo.server import NewsroomServer, newsroom_watchlist
from monitors.settings import load_settings
from monitors.wiring import open_desk
from tests.support.newsroom import NOW


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[asyncio.Runner]:
    """The loop for all flows: Prefect keeps a connection for each, and closes it late."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=300),
        # A run waits a second for its heartbeat to end.
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        asyncio.Runner() as runner,
    ):
        yield runner


@pytest.fixture(autouse=True)
def sockets_of_prefect(request: pytest.FixtureRequest) -> Iterator[None]:
    """Prefect leaves connections to its server to the garbage collector; ours count.

    They hang on the tracebacks of flows that failed, too, so they are collected here and
    not in the next test.
    """
    if "prefect_server" not in request.fixturenames:
        yield
        return
    from prefect.settings import PREFECT_API_URL

    request.getfixturevalue("prefect_server")
    port = urlsplit(str(PREFECT_API_URL.value())).port
    unclosed = rf"unclosed .*raddr=\('127\.0\.0\.1', {port}\)"
    # Warnings are caught around the whole test, so this lasts until its end.
    warnings.filterwarnings("ignore", message=unclosed, category=ResourceWarning)
    yield
    gc.collect()


@pytest.fixture
def place(
    prefect_server: asyncio.Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    for flow in ("monitor", "deliver", "backtest", "alarm", "reembed"):
        monkeypatch.setattr(f"flows.{flow}.open_desk", partial(quick_desk, open_desk))
    clock = FixedClock(NOW)
    stream = small_stream()
    with (
        NewsroomServer(stream, clock) as newsroom,
        LocalSlack(["harbour", "ops"], clock=clock, rate_limit=False) as slack,
    ):
        watch = tmp_path / "watch.yaml"
        watch.write_text(newsroom_watchlist(stream, newsroom.base_url), "utf-8")
        environment = {
            "TIDINGS_WATCH": str(watch),
            "TIDINGS_DATABASE_URL": f"sqlite:///{tmp_path / 'tidings.db'}",
            "TIDINGS_ALLOW_HOSTS": "127.0.0.1",
            "TIDINGS_HOST_SPACING": "0",
            "TIDINGS_MESSAGE_SPACING": "0",
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_API_URL": slack.api_url,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert load_settings().watch == watch
        yield Place(prefect_server, newsroom, clock, slack)

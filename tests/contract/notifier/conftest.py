from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from rich.console import Console

from monitors.alerts.notify import ConsoleNotifier, SlackNotifier
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.ports import Notifier
from monitors.testing import MemoryNotifier

CANARY = "xoxb-canary-5f3d2a"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2025, 2, 18, 14, 15, tzinfo=UTC))


@pytest.fixture
def slack(clock: FixedClock) -> Iterator[LocalSlack]:
    channels = ("#news-alerts", "#sanctions")
    with LocalSlack(channels, token=CANARY, clock=clock, rate_limit=False) as local:
        yield local


@pytest.fixture(params=["slack", "console", "memory"])
def notifier(request: pytest.FixtureRequest, clock: FixedClock, slack: LocalSlack) -> Notifier:
    if request.param == "slack":
        return SlackNotifier(CANARY, api_url=slack.api_url, timeout=2, clock=clock)
    if request.param == "console":
        return ConsoleNotifier(Console(file=io.StringIO(), width=90), clock)
    return MemoryNotifier(clock)

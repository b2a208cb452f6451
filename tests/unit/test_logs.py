"""Logging: our own lines at the level that was asked for, and none with a secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from monitors import logs
from monitors.alerts.notify import SlackNotifier


@pytest.fixture(autouse=True)
def _level_of_before() -> Iterator[None]:
    level = logging.getLogger(logs.LOGGER).level
    yield
    logging.getLogger(logs.LOGGER).setLevel(level)


def test_only_our_own_lines_are_shown_from_the_level_on() -> None:
    others = logging.getLogger("slack_sdk").isEnabledFor(logging.DEBUG)
    logs.configure("DEBUG")
    assert logging.getLogger("monitors.steps.read").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("slack_sdk").isEnabledFor(logging.DEBUG) is others
    logs.configure("ERROR")
    assert not logging.getLogger("monitors.steps.read").isEnabledFor(logging.WARNING)


def test_the_slack_client_stays_quiet_at_every_level() -> None:
    logs.configure("DEBUG")
    client = f"{SlackNotifier.__module__}.client"
    assert not logging.getLogger(client).isEnabledFor(logging.ERROR)


def test_an_unforeseen_error_is_logged_by_type_and_place_not_by_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    address = "https://feed.example/?token=" + "s3cret"[::-1]
    try:
        raise ValueError(address)
    except ValueError as error:
        logs.unforeseen(logging.getLogger("monitors.test"), "polling TASS", error)
    assert "polling TASS: unexpected ValueError" in caplog.text
    assert "test_logs.py" in caplog.text
    assert "s3cret"[::-1] not in caplog.text

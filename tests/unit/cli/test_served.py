"""What ``check`` says of the address of the report."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from monitors.cli.served import served
from monitors.errors import ConnectionFailed, SettingsError
from monitors.fetch.client import HttpFetcher
from tests.support.webserver import Answer, WebServer, running

REPORT = "<!doctype html><title>Stories · Tidings</title>".encode()


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server


def look(web: WebServer, *, allowed: bool = True, path: str = "/tidings/") -> str:
    async def ask() -> str:
        fetcher = HttpFetcher(allow_hosts=(web.host,) if allowed else (), spacing=0.0)
        try:
            return await served(web.url(path), fetcher)
        finally:
            await fetcher.close()

    return asyncio.run(ask())


def test_a_report_that_is_there_is_good(web: WebServer) -> None:
    web.on("/tidings/index.html", Answer(REPORT))
    assert look(web) == f"messages link to {web.url('/tidings/')}"


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_is_good(web: WebServer, status: int) -> None:
    web.on("/tidings/index.html", Answer(status=status))
    assert "asks for a login" in look(web)


def test_a_network_of_ones_own_is_not_looked_into(web: WebServer) -> None:
    assert "not looked at" in look(web, allowed=False)
    assert web.seen == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [(Answer(status=404), "answers 404"), (Answer(b"<title>Welcome</title>"), "but no report")],
)
def test_something_else_is_named_with_what_to_do(
    web: WebServer, answer: Answer, said: str
) -> None:
    web.on("/tidings/index.html", answer)
    with pytest.raises(SettingsError, match=said) as found:
        look(web)
    assert "Serve the folder of TIDINGS_REPORT_DIR there" in str(found.value)


def test_nobody_who_answers_is_an_error_too(web: WebServer) -> None:
    web.on("/tidings/index.html", Answer(reset=True, length=100))
    with pytest.raises(ConnectionFailed):
        look(web)

from __future__ import annotations

import asyncio
import gzip

import httpcore
import httpx
import pytest

from monitors.fetch.guard import GuardedBackend
from monitors.fetch.transport import LOCATION, guarded_client
from tests.support.webserver import Answer, WebServer, redirect, running

TIMEOUT = httpx.Timeout(5.0)


def ask(backend: GuardedBackend, url: str) -> tuple[httpx.Response, bytes, int]:
    """The answer, its body as it came, and the cookies that the client holds then."""

    async def work() -> tuple[httpx.Response, bytes, int]:
        async with guarded_client(backend, TIMEOUT) as client:
            response = await client.send(httpx.Request("GET", url), stream=True)
            body = b"".join([chunk async for chunk in response.aiter_raw()])
            return response, body, len(client.cookies.jar)

    return asyncio.run(work())


def ask_here(url: str, web: WebServer) -> tuple[httpx.Response, bytes, int]:
    return ask(GuardedBackend({web.host}), url)


def test_an_answer_comes_whole_and_as_it_was_sent() -> None:
    with running() as web:
        body = gzip.compress(b"news")
        url = web.on("/a", Answer(body, headers={"Content-Encoding": "gzip", "X-A": "1"}))
        response, received, _ = ask_here(url, web)
        assert (response.status_code, response.http_version) == (200, "HTTP/1.1")
        assert response.headers["x-a"] == "1"
        assert received == body


@pytest.mark.parametrize("target", ["/new?a=b", "http://[bad/", "//", "http:", "x" * 70_000])
def test_a_redirect_is_handed_over_unread(target: str) -> None:
    with running() as web:
        response, _, _ = ask_here(web.on("/a", redirect(target)), web)
        assert response.status_code == 302
        assert response.extensions[LOCATION] == target
        assert response.next_request is None


def test_the_client_holds_no_cookie() -> None:
    with running() as web:
        answer = Answer(b"x", headers={"Set-Cookie": "id=1; Path=/"})
        assert ask_here(web.on("/a", answer), web)[2] == 0


@pytest.mark.parametrize(
    "name",
    [
        "ConnectError",
        "ConnectTimeout",
        "LocalProtocolError",
        "NetworkError",
        "PoolTimeout",
        "ProtocolError",
        "ReadError",
        "ReadTimeout",
        "RemoteProtocolError",
        "TimeoutException",
        "UnsupportedProtocol",
        "WriteError",
        "WriteTimeout",
    ],
)
def test_errors_keep_their_name_and_text(name: str) -> None:
    async def failing(host: str, port: int) -> list[str]:
        raise getattr(httpcore, name)("why")

    with pytest.raises(httpx.TransportError, match="why") as caught:
        ask(GuardedBackend(resolve=failing), "http://outlet.example/")
    assert type(caught.value) is getattr(httpx, name)


def test_other_errors_pass_as_they_are() -> None:
    async def failing(host: str, port: int) -> list[str]:
        raise LookupError("why")

    with pytest.raises(LookupError, match="why"):
        ask(GuardedBackend(resolve=failing), "http://outlet.example/")

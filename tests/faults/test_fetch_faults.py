"""Servers that misbehave: each gives its error, in time and in bounded memory."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import resource
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitors.errors import (
    BodyRefused,
    ConnectionFailed,
    FetchError,
    FetchTimeout,
    TooManyRedirects,
)
from monitors.fetch.client import HttpFetcher, _check_hop
from monitors.fetch.guard import check_url
from monitors.model import Page
from tests.support.webserver import Answer, WebServer, running


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server


def fetch(url: str, **options: Any) -> Page:
    settings: dict[str, Any] = {"allow_hosts": {"127.0.0.1"}, "spacing": 0, "deadline": 5}
    settings |= options

    async def work() -> Page:
        fetcher = HttpFetcher(**settings)
        try:
            return await fetcher.fetch(url)
        finally:
            await fetcher.close()

    return asyncio.run(work())


def test_a_server_that_never_answers_meets_the_deadline(web: WebServer) -> None:
    began = time.monotonic()
    with pytest.raises(FetchTimeout, match=r"within 0\.3 s"):
        fetch(web.on("/a", Answer(b"x", delay=30)), deadline=0.3)
    assert time.monotonic() - began < 20


def test_a_silent_server_meets_the_read_timeout(web: WebServer) -> None:
    with pytest.raises(FetchTimeout, match="too long to wait for data"):
        fetch(web.on("/a", Answer(b"x", delay=30)), read_timeout=0.2)


def test_a_body_that_drips_meets_the_overall_deadline(web: WebServer) -> None:
    drips = itertools.repeat(b"x", 1000)
    with pytest.raises(FetchTimeout):
        fetch(web.on("/a", Answer(chunks=drips, pause=0.05)), deadline=0.5)


def test_redirects_share_one_deadline(web: WebServer) -> None:
    for hop in range(5):
        web.on(f"/{hop}", Answer(status=302, headers={"Location": f"/{hop + 1}"}, delay=0.2))
    with pytest.raises(FetchTimeout):
        fetch(web.url("/0"), deadline=0.5)


def test_an_endless_body_is_cut_at_the_limit(web: WebServer) -> None:
    endless = itertools.repeat(b"x" * 65536)
    with pytest.raises(BodyRefused, match="larger than 1 MB"):
        fetch(web.on("/a", Answer(chunks=endless)), limit=1_000_000)


def test_a_large_announced_length_is_refused_before_reading(web: WebServer) -> None:
    began = time.monotonic()
    with pytest.raises(BodyRefused):
        fetch(web.on("/a", Answer(length=10_000_000_000, chunks=[b"x"], pause=30)))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_refused_in_bounded_memory(web: WebServer, coding: str) -> None:
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    zeros = bytes(1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(100)) + packer.flush()
    url = web.on("/a", Answer(bomb, headers={"Content-Encoding": coding}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BodyRefused, match="larger than 10 MB"):
        fetch(url)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_a_bomb_in_two_layers_is_refused(web: WebServer) -> None:
    bomb = gzip.compress(gzip.compress(bytes(10_000_000)))
    headers = {"Content-Encoding": "gzip, gzip"}
    with pytest.raises(BodyRefused, match="content encoding"):
        fetch(web.on("/a", Answer(bomb, headers=headers)))


def test_damaged_gzip_is_refused(web: WebServer) -> None:
    url = web.on("/a", Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BodyRefused, match="damaged"):
        fetch(url)


def test_a_truncated_body_is_a_broken_connection(web: WebServer) -> None:
    with pytest.raises(ConnectionFailed, match="ends early"):
        fetch(web.on("/a", Answer(b"half", length=8)))


@pytest.mark.parametrize("body", [b"", b"half"])
def test_a_reset_is_a_broken_connection(web: WebServer, body: bytes) -> None:
    with pytest.raises(ConnectionFailed):
        fetch(web.on("/a", Answer(body, reset=True, length=1000)))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 100,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 40_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_fetch_error(web: WebServer, raw: bytes) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(web.on("/a", Answer(raw=raw)))
    assert caught.value.problem


def test_a_closed_port_is_no_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(ConnectionFailed, match="no connection"):
            fetch(url)


def test_plain_http_on_an_https_port_is_a_failed_handshake(web: WebServer) -> None:
    with pytest.raises(ConnectionFailed, match="TLS"):
        fetch(web.url("/").replace("http:", "https:"))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    with running(context) as server:
        url = server.on("/a", Answer(b"x")).replace("http:", "https:")
        with pytest.raises(ConnectionFailed, match="certificate is not valid"):
            fetch(url)
        assert server.seen == []


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "server.pem"
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_downgrade_to_http_is_refused() -> None:
    with pytest.raises(TooManyRedirects, match="plain http"):
        _check_hop(check_url("http://example.org/"), ["https://example.org/"])


def test_one_failing_fetch_leaves_the_others_alone(web: WebServer) -> None:
    good = web.on("/good", Answer(b"good"))
    bad = web.on("/bad", Answer(b"half", length=8))
    slow = web.on("/slow", Answer(b"x", delay=30))

    async def work() -> list[object]:
        # Long enough for the others on a busy machine, and far below the slow one's 30 s.
        fetcher = HttpFetcher(allow_hosts={web.host}, spacing=0, per_host=8, deadline=3.0)
        tasks = [fetcher.fetch(url) for url in (good, bad, slow, good, good)]
        try:
            return await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await fetcher.close()

    results = asyncio.run(work())
    kinds = [type(result).__name__ for result in results]
    assert kinds == ["Page", "ConnectionFailed", "FetchTimeout", "Page", "Page"]


def test_a_cancelled_fetch_leaves_the_fetcher_usable(web: WebServer) -> None:
    slow = web.on("/slow", Answer(b"x", delay=30))
    good = web.on("/good", Answer(b"good"))

    async def work() -> bytes:
        fetcher = HttpFetcher(allow_hosts={web.host}, spacing=0, per_host=1)
        task = asyncio.create_task(fetcher.fetch(slow))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        try:
            return (await fetcher.fetch(good)).body
        finally:
            await fetcher.close()

    assert asyncio.run(work()) == b"good"

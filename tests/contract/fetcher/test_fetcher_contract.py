"""What every Fetcher does; there is one."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitors.clock import FixedClock
from monitors.errors import (
    AddressRefused,
    BodyRefused,
    ConnectionFailed,
    FetchError,
    HttpStatusError,
    TooManyRedirects,
)
from monitors.fetch.client import HttpFetcher
from monitors.model import Page
from tests.support.webserver import Answer, WebServer, redirect

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def fetch(url: str, web: WebServer, **options: Any) -> Page:
    return fetch_all([url], web, **options)[0]


def fetch_all(urls: list[str], web: WebServer, **options: Any) -> list[Page]:
    call = {k: options.pop(k) for k in ("etag", "last_modified", "accept") if k in options}
    settings: dict[str, Any] = {"allow_hosts": {web.host}, "spacing": 0, "deadline": 5} | options

    async def work() -> list[Page]:
        fetcher = HttpFetcher(clock=FixedClock(NOW), **settings)
        try:
            return [await fetcher.fetch(url, **call) for url in urls]
        finally:
            await fetcher.close()

    return asyncio.run(work())


def test_a_page_comes_with_its_headers(web: WebServer) -> None:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "ETag": '"v1"',
        "Last-Modified": "Sat, 01 Mar 2025 10:00:00 GMT",
        "Cache-Control": "public, max-age=300",
    }
    url = web.on("/a", Answer("Привет".encode(), headers=headers))
    page = fetch(url + "#top", web)
    assert page == Page(
        url=url,
        requested_url=url + "#top",
        status=200,
        body="Привет".encode(),
        content_type="text/html; charset=utf-8",
        etag='"v1"',
        last_modified="Sat, 01 Mar 2025 10:00:00 GMT",
        cache_for=timedelta(minutes=5),
    )


def test_it_says_who_it_is(web: WebServer) -> None:
    url = web.on("/a", Answer(b"x"))
    fetch(url, web, contact="https://example.org/bot", accept="text/html")
    sent = dict(web.seen[0].headers)
    agent = sent.pop("user-agent")
    assert agent.startswith("Tidings/")
    assert agent.endswith(" (+https://example.org/bot)")
    assert sent == {"host": web.host, "accept": "text/html", "accept-encoding": "gzip"}


@pytest.mark.parametrize("cookie", ["id=1", "id=1; Path=/", "id=1; Domain=outlet.example; Path=/"])
def test_it_keeps_no_cookies(web: WebServer, cookie: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    host = f"outlet.example:{web.port}"
    web.on("/a", Answer(status=302, headers={"Location": "/b", "Set-Cookie": cookie}))
    web.on("/b", Answer(b"x", headers={"Set-Cookie": cookie}))
    urls = [f"http://{host}/a", f"http://{host}/b"]
    fetch_all(urls, web, resolve=resolve, allow_hosts={host})
    assert [seen.path for seen in web.seen] == ["/a", "/b", "/b"]
    assert all("cookie" not in seen.headers for seen in web.seen)


def test_environment_proxies_are_not_obeyed(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetch(web.on("/a", Answer(b"direct")), web).body == b"direct"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", lambda data: data),
        ("", lambda data: data),
    ],
)
def test_one_layer_of_compression_is_decoded(
    web: WebServer, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    data = b"tidings " * 1000
    url = web.on("/a", Answer(pack(data), headers={"Content-Encoding": coding}))
    assert fetch(url, web).body == data


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "compress"])
def test_other_encodings_are_refused(web: WebServer, coding: str) -> None:
    url = web.on("/a", Answer(b"data", headers={"Content-Encoding": coding}))
    with pytest.raises(BodyRefused, match="content encoding"):
        fetch(url, web)


def test_validators_are_sent_and_304_accepted(web: WebServer) -> None:
    url = web.on("/a", Answer(status=304, headers={"ETag": '"v2"'}))
    page = fetch(url, web, etag='"v1"', last_modified="Sat, 01 Mar 2025 10:00:00 GMT")
    assert (page.status, page.body, page.etag) == (304, b"", '"v2"')
    assert web.seen[0].headers["if-none-match"] == '"v1"'
    assert web.seen[0].headers["if-modified-since"] == "Sat, 01 Mar 2025 10:00:00 GMT"


def test_304_without_a_validator_is_an_error(web: WebServer) -> None:
    with pytest.raises(HttpStatusError) as caught:
        fetch(web.on("/a", Answer(status=304)), web)
    assert caught.value.status == 304


def test_a_validator_with_line_breaks_is_not_sent(web: WebServer) -> None:
    fetch(web.on("/a", Answer(b"x")), web, etag='"a"\r\nX-Evil: 1')
    assert "if-none-match" not in web.seen[0].headers
    assert "x-evil" not in web.seen[0].headers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451, 500, 502, 503, 204, 206])
def test_other_statuses_say_what_to_do(web: WebServer, status: int) -> None:
    with pytest.raises(HttpStatusError) as caught:
        fetch(web.on("/a", Answer(status=status)), web)
    error = caught.value
    assert error.status == status
    assert str(status) in error.problem
    assert error.remedy
    assert error.subject == web.url("/a")


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Sat, 01 Mar 2025 12:10:00 GMT", timedelta(minutes=10)),
        ("Sat, 01 Mar 2025 11:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("99999999999999999999", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_understood(
    web: WebServer, status: int, value: str, wait: timedelta | None
) -> None:
    url = web.on("/a", Answer(status=status, headers={"Retry-After": value}))
    with pytest.raises(HttpStatusError) as caught:
        fetch(url, web)
    assert caught.value.retry_after == wait


def test_a_host_that_asks_for_a_rest_is_not_asked_again(web: WebServer) -> None:
    busy = web.on("/busy", Answer(status=429, headers={"Retry-After": "60"}))
    other = web.on("/other", Answer(b"x"))

    async def work() -> HttpStatusError:
        fetcher = HttpFetcher(allow_hosts={web.host}, spacing=0)
        with pytest.raises(HttpStatusError):
            await fetcher.fetch(busy)
        with pytest.raises(HttpStatusError) as caught:
            await fetcher.fetch(other)
        await fetcher.close()
        return caught.value

    error = asyncio.run(work())
    assert error.status == 429
    assert error.retry_after is not None
    assert timedelta(seconds=50) < error.retry_after <= timedelta(seconds=60)
    assert [seen.path for seen in web.seen] == ["/busy"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(web: WebServer, status: int) -> None:
    url = web.on("/old?x=1".partition("?")[0], redirect("new?y=ü", status))
    web.on("/new", Answer(b"here"))
    page = fetch(url, web)
    assert page.body == b"here"
    assert page.requested_url == url
    assert page.url == web.url("/new?y=%C3%BC")


def test_five_redirects_are_followed_and_six_are_not(web: WebServer) -> None:
    for hop in range(8):
        web.on(f"/{hop}", redirect(f"/{hop + 1}"))
    web.on("/7", Answer(b"end"))
    assert fetch(web.url("/2"), web).body == b"end"
    with pytest.raises(TooManyRedirects, match="more than 5"):
        fetch(web.url("/1"), web)


def test_a_redirect_loop_is_refused(web: WebServer) -> None:
    web.on("/a", redirect("/b"))
    web.on("/b", redirect("/a"))
    with pytest.raises(TooManyRedirects, match="circle"):
        fetch(web.url("/a"), web)
    assert len(web.seen) == 2


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1/",
        "//10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:pw@example.org/",
        "http://2130706433/",
        "http://[::1]/",
        "http://localhost/",
        "http://[bad/",
    ],
)
@pytest.mark.parametrize("status", [301, 307])
def test_each_hop_passes_the_guard(web: WebServer, location: str, status: int) -> None:
    with pytest.raises(AddressRefused) as caught:
        fetch(web.on("/a", redirect(location, status)), web)
    assert "pw" not in str(caught.value)


def test_a_redirect_without_a_target_is_an_error(web: WebServer) -> None:
    with pytest.raises(HttpStatusError, match="without saying where"):
        fetch(web.on("/a", Answer(status=302)), web)


def test_only_the_named_port_of_an_allowed_host_may_be_fetched(web: WebServer) -> None:
    url = web.on("/a", Answer(b"x"))
    assert fetch(url, web, allow_hosts={"127.0.0.1"}).body == b"x"
    assert fetch(url, web, allow_hosts={"127.0.0.0/8"}).body == b"x"
    with pytest.raises(AddressRefused, match="TIDINGS_ALLOW_HOSTS"):
        fetch(url, web, allow_hosts={f"127.0.0.1:{web.port + 1}"})


def test_feeds_may_be_larger_than_pages(web: WebServer) -> None:
    url = web.on("/a", Answer(b"x" * 150))
    with pytest.raises(BodyRefused, match="larger"):
        fetch(url, web, limit=100, feed_limit=200, accept="text/html")
    page = fetch(url, web, limit=100, feed_limit=200, accept="application/rss+xml")
    assert len(page.body) == 150


def test_secrets_in_urls_stay_out_of_errors(web: WebServer) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(web.url("/a?token=s3cr3t&page=2"), web)
    assert "s3cr3t" not in str(caught.value)
    assert "page=2" in str(caught.value)


@pytest.mark.parametrize("logger", [None, "httpx", "httpcore"])
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_secrets_stay_out_of_logs(
    web: WebServer, caplog: pytest.LogCaptureFixture, level: str, logger: str | None
) -> None:
    caplog.set_level(level)
    caplog.set_level(level, logger=logger)
    web.on("/old", redirect("/new?token=s3cr3t"))
    web.on("/new", Answer(b"x", headers={"Set-Cookie": "session=s3cr3t"}))
    assert fetch(web.url("/old?token=s3cr3t"), web).body == b"x"
    with pytest.raises(FetchError):
        fetch(web.url("/gone?token=s3cr3t"), web)
    assert "s3cr3t" in web.seen[0].path
    assert "s3cr3t" not in caplog.text


def test_after_close_it_can_be_used_in_another_loop(web: WebServer) -> None:
    url = web.on("/a", Answer(b"x"))
    fetcher = HttpFetcher(allow_hosts={web.host}, spacing=0)

    async def work() -> bytes:
        page = await fetcher.fetch(url)
        await fetcher.close()
        await fetcher.close()
        return page.body

    assert [asyncio.run(work()), asyncio.run(work())] == [b"x", b"x"]


def test_a_name_that_does_not_resolve_says_so(web: WebServer) -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(ConnectionFailed, match=r"the name gone\.example does not resolve"):
        fetch("http://gone.example/", web, resolve=nowhere)


def test_a_name_is_resolved_once_and_the_checked_address_dialled(web: WebServer) -> None:
    url = f"http://outlet.example:{web.port}/a"
    web.on("/a", Answer(b"x"))
    answers = [["127.0.0.1"], ["203.0.113.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    allowed = {f"outlet.example:{web.port}"}
    assert fetch(url, web, resolve=resolve, allow_hosts=allowed).body == b"x"
    assert len(answers) == 1
    assert web.seen[0].headers["host"] == f"outlet.example:{web.port}"


@pytest.mark.parametrize("mixed", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"]])
def test_a_name_with_any_private_address_is_refused(web: WebServer, mixed: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return mixed

    with pytest.raises(AddressRefused, match="resolves to"):
        fetch(f"http://outlet.example:{web.port}/", web, resolve=resolve)
    assert web.seen == []

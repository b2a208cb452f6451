"""robots.txt as RFC 9309 says, over a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitors.clock import FixedClock
from monitors.errors import FetchTimeout, HttpStatusError, RobotsRefused
from monitors.fetch.client import HttpFetcher
from monitors.fetch.hosts import MemoryHosts
from monitors.fetch.robots import LIMIT, Robots
from monitors.model import Page
from tests.support.webserver import Answer, Seen, WebServer, redirect

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = b"User-agent: *\nDisallow: /private\n\nUser-agent: Tidings\nDisallow: /drafts\n"

Work = Callable[[HttpFetcher], Coroutine[Any, Any, Any]]


def using(web: WebServer, work: Work, **options: Any) -> Any:
    settings: dict[str, Any] = {"allow_hosts": {web.host}, "spacing": 0, "deadline": 5} | options

    async def run() -> Any:
        fetcher = HttpFetcher(**({"clock": FixedClock(NOW)} | settings))
        try:
            return await work(fetcher)
        finally:
            await fetcher.close()

    return asyncio.run(run())


def fetch(web: WebServer, path: str = "/a", **options: Any) -> Page:
    url = web.on(path, Answer(b"x"))
    page: Page = using(web, lambda f: f.fetch(url, robots=True), **options)
    return page


def paths(web: WebServer) -> list[str]:
    return [seen.path for seen in web.seen]


def test_what_is_forbidden_is_not_asked_for(web: WebServer) -> None:
    web.on("/robots.txt", Answer(RULES))
    with pytest.raises(RobotsRefused, match="does not allow it") as caught:
        fetch(web, "/drafts/1")
    assert "because" in caught.value.remedy
    assert not caught.value.for_now
    assert paths(web) == ["/robots.txt"]
    assert web.seen[0].headers["user-agent"].startswith("Tidings/")


def test_the_group_that_names_us_counts_and_no_other(web: WebServer) -> None:
    web.on("/robots.txt", Answer(RULES))
    assert fetch(web, "/private/1").body == b"x"


def test_without_robots_nothing_is_asked_about_it(web: WebServer) -> None:
    web.on("/robots.txt", Answer(b"User-agent: *\nDisallow: /\n"))
    url = web.on("/a", Answer(b"x"))
    assert using(web, lambda f: f.fetch(url)).body == b"x"
    assert paths(web) == ["/a"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_where_there_is_none_everything_is_allowed(web: WebServer, status: int) -> None:
    web.on("/robots.txt", Answer(status=status))
    assert fetch(web).body == b"x"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_where_it_cannot_be_had_nothing_is_allowed_for_now(web: WebServer, status: int) -> None:
    web.on("/robots.txt", Answer(status=status))
    with pytest.raises(RobotsRefused, match="cannot be read") as caught:
        fetch(web)
    assert caught.value.for_now
    assert paths(web) == ["/robots.txt"]


def test_one_that_never_answers_takes_the_time_of_the_page_and_refuses_it(web: WebServer) -> None:
    web.on("/robots.txt", Answer(RULES, delay=30))
    with pytest.raises(RobotsRefused):
        fetch(web, deadline=0.3)


def test_what_robots_leaves_of_the_time_is_all_that_the_page_has(web: WebServer) -> None:
    web.on("/robots.txt", Answer(RULES, delay=1.5))
    url = web.on("/a", Answer(b"x", delay=2.0))
    with pytest.raises(FetchTimeout):
        using(web, lambda f: f.fetch(url, robots=True), deadline=3.0)


def test_it_is_asked_for_once_a_day_also_by_many_at_once_and_by_the_next_process(
    web: WebServer,
) -> None:
    web.on("/robots.txt", Answer(RULES))
    url = web.on("/a", Answer(b"x"))
    hosts, clock = MemoryHosts(), FixedClock(NOW)

    async def many(fetcher: HttpFetcher) -> None:
        await asyncio.gather(*(fetcher.fetch(url, robots=True) for _ in range(5)))

    for _ in range(2):
        using(web, many, hosts=hosts, clock=clock)
        clock.advance(timedelta(hours=11))
    assert paths(web).count("/robots.txt") == 1
    clock.advance(timedelta(hours=2))
    using(web, many, hosts=hosts, clock=clock)
    assert paths(web).count("/robots.txt") == 2


def test_an_earlier_copy_counts_while_it_cannot_be_had(web: WebServer) -> None:
    hosts, clock = MemoryHosts(), FixedClock(NOW)
    web.on("/robots.txt", Answer(RULES), Answer(status=500))
    assert fetch(web, hosts=hosts, clock=clock).body == b"x"
    clock.advance(DAY)
    assert fetch(web, hosts=hosts, clock=clock).body == b"x"
    with pytest.raises(RobotsRefused, match="does not allow"):
        fetch(web, "/drafts/1", hosts=hosts, clock=clock)
    assert paths(web).count("/robots.txt") == 2


def test_it_is_tried_again_after_half_an_hour_and_given_up_after_thirty_days(
    web: WebServer,
) -> None:
    hosts, clock = MemoryHosts(), FixedClock(NOW)
    web.on("/robots.txt", Answer(status=500))
    for minutes, asked in ((0, 1), (29, 1), (1, 2)):
        clock.advance(timedelta(minutes=minutes))
        with pytest.raises(RobotsRefused):
            fetch(web, hosts=hosts, clock=clock)
        assert len(web.seen) == asked
    clock.advance(30 * DAY)
    assert fetch(web, hosts=hosts, clock=clock).body == b"x"


def test_its_redirects_are_followed_also_to_another_host(web: WebServer) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    hosts = {web.host, f"rules.example:{web.port}"}
    web.on("/robots.txt", redirect(f"http://rules.example:{web.port}/shared"))
    web.on("/shared", Answer(RULES))
    with pytest.raises(RobotsRefused, match="does not allow"):
        fetch(web, "/drafts/1", resolve=resolve, allow_hosts=hosts)


def test_a_chain_of_redirects_without_an_end_counts_as_absence(web: WebServer) -> None:
    web.on("/robots.txt", redirect("/robots.txt"))
    assert fetch(web).body == b"x"


def test_one_that_leads_into_the_operators_network_refuses(web: WebServer) -> None:
    web.on("/robots.txt", redirect("http://169.254.169.254/robots.txt"))
    with pytest.raises(RobotsRefused, match="cannot be read"):
        fetch(web)


def test_every_hop_of_a_page_is_asked_about(web: WebServer) -> None:
    web.on("/robots.txt", Answer(RULES))
    web.on("/drafts/1", Answer(b"x"))
    url = web.on("/go", redirect("/drafts/1"))
    with pytest.raises(RobotsRefused):
        using(web, lambda f: f.fetch(url, robots=True))
    assert paths(web) == ["/robots.txt", "/go"]


def test_of_a_long_one_the_first_500_kilobytes_count(web: WebServer) -> None:
    filler = b"# filler\n" * (LIMIT // 9 + 9)
    web.on("/robots.txt", Answer(RULES + filler + b"User-agent: Tidings\nDisallow: /a\n"))
    assert fetch(web).body == b"x"
    with pytest.raises(RobotsRefused):
        fetch(web, "/drafts/1")


def test_a_rule_that_is_cut_in_two_forbids_nothing(web: WebServer) -> None:
    rule = b"Disallow: /abc"
    start = b"User-agent: *\n"
    filler = b"#" * (LIMIT - len(start) - len(rule) + 1) + b"\n"
    web.on("/robots.txt", Answer(start + filler + rule + b"def\n"))
    assert fetch(web, "/abcxyz").body == b"x"


@pytest.mark.parametrize(
    "rules",
    [b"", b"\0\xff\xfe" * 999, b"<html>not found</html>", b"\xef\xbb\xbf" + RULES],
    ids=["empty", "binary", "html", "byte order mark"],
)
def test_whatever_it_holds_the_rest_is_allowed(web: WebServer, rules: bytes) -> None:
    web.on("/robots.txt", Answer(rules))
    assert fetch(web).body == b"x"


@pytest.mark.parametrize(("written", "kept"), [("0.2", 0.2), ("3600", 5.0), ("-1", 0), ("x", 0)])
def test_a_crawl_delay_is_kept_up_to_five_seconds(written: str, kept: float) -> None:
    async def ask(address: str) -> bytes:
        assert address == "https://outlet.example/robots.txt"
        return f"User-agent: *\nCrawl-delay: {written}\n".encode()

    robots = Robots(MemoryHosts(), FixedClock(NOW))
    url = httpx.URL("https://outlet.example/a?b=c")
    assert asyncio.run(robots.check(url, ask)) == kept


def test_a_host_that_rests_is_not_asked_for_it_either(web: WebServer) -> None:
    web.on("/robots.txt", Answer(RULES))
    busy = web.on("/busy", Answer(status=429, headers={"Retry-After": "60"}))

    async def work(fetcher: HttpFetcher) -> None:
        with pytest.raises(HttpStatusError):
            await fetcher.fetch(busy)
        with pytest.raises(RobotsRefused):
            await fetcher.fetch(web.url("/a"), robots=True)

    using(web, work)
    assert paths(web) == ["/busy"]


def test_permanent_redirects_are_named_and_others_are_not(web: WebServer) -> None:
    def at(status: int) -> Callable[[Seen], Answer]:
        return lambda seen: redirect("/b", status)

    web.on("/b", redirect("/c", 308))
    web.on("/c", Answer(b"x"))
    for status, moved in ((301, "/c"), (308, "/c"), (302, None), (303, None), (307, None)):
        page = using(web, lambda f, s=status: f.fetch(web.on("/a", at(s))))
        assert page.moved_to == (web.url(moved) if moved else None)
    web.on("/b", redirect("/c", 302))
    page = using(web, lambda f: f.fetch(web.on("/a", at(301))))
    assert page.moved_to == web.url("/b")

from __future__ import annotations

import asyncio

import pytest

from monitors.clock import FixedClock
from monitors.errors import AddressRefused, HttpStatusError
from monitors.fetch.client import HttpFetcher
from monitors.sandbox import Sandbox
from monitors.sources.discover import Proposal, discover
from tests.support.feeds import atom, atom_entry, rss, rss_item
from tests.support.polls import NOW
from tests.support.webserver import Answer, WebServer, redirect

HTML = {"Content-Type": "text/html"}
FEED = Answer(rss(rss_item(1) + rss_item(2)).encode())
LINK = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
SITEMAP = Answer(b"<urlset><url><loc>https://e.org/a</loc></url></urlset>")


def look(
    url: str, sandbox: Sandbox, allow: frozenset[str] = frozenset({"127.0.0.1"})
) -> list[Proposal]:
    async def work() -> list[Proposal]:
        fetcher = HttpFetcher(allow_hosts=allow, spacing=0, deadline=5, clock=FixedClock(NOW))
        try:
            return await discover(url, fetcher, NOW, sandbox)
        finally:
            await fetcher.close()

    return asyncio.run(work())


def home(web: WebServer, head: str = "", body: str = "Welcome") -> str:
    text = f"<html><head>{head}</head><body>{body}</body></html>"
    return web.on("/", Answer(text.encode(), headers=HTML))


def test_feeds_that_the_page_names_are_proposed_in_its_order(
    web: WebServer, sandbox: Sandbox
) -> None:
    web.on("/world.rss", FEED)
    web.on("/local.atom", Answer(atom(atom_entry(1)).encode()))
    web.on("/comments/feed", FEED)
    url = home(
        web,
        LINK.format("Comments", "/comments/feed")
        + LINK.format("World", "world.rss")
        + LINK.format("Dead", "/dead.rss")
        + LINK.format("Local", web.url("/local.atom")).replace("rss+xml", "atom+xml"),
    )
    found = look(url, sandbox)
    assert [(p.kind, p.url, p.title, p.entries) for p in found] == [
        ("feed", web.url("/world.rss"), "World", 2),
        ("feed", web.url("/local.atom"), "Local", 1),
    ]
    assert found[0].newest is None
    assert found[1].newest is not None


def test_a_feed_that_a_link_leads_to_is_found(web: WebServer, sandbox: Sandbox) -> None:
    web.on("/news.rss", FEED)
    url = home(web, body='<a href="/about">About</a> <a href="/news.rss">RSS</a>')
    assert [p.url for p in look(url, sandbox)] == [web.url("/news.rss")]


@pytest.mark.parametrize("place", ["/feed", "/rss.xml", "/atom.xml", "/index.xml"])
def test_usual_places_are_tried(web: WebServer, sandbox: Sandbox, place: str) -> None:
    web.on(place, FEED)
    assert [p.url for p in look(home(web), sandbox)] == [web.url(place)]


def test_a_section_is_tried_before_the_whole_site(web: WebServer, sandbox: Sandbox) -> None:
    web.on("/world/feed", FEED)
    web.on("/feed", FEED)
    url = web.on("/world", Answer(b"<html><body>World</body></html>", headers=HTML))
    assert [p.url for p in look(url, sandbox)] == [web.url("/world/feed")]


def test_the_address_of_a_feed_is_its_own_proposal(web: WebServer, sandbox: Sandbox) -> None:
    url = web.on("/anything", FEED)
    assert look(url, sandbox) == [Proposal("feed", url, "", 2)]


def test_sitemaps_in_robots_txt_come_next_those_of_news_first(
    web: WebServer, sandbox: Sandbox
) -> None:
    robots = "User-agent: *\nDisallow: /x\nSitemap: /all.xml\nsitemap: /sitemap-news.xml\n"
    web.on("/robots.txt", Answer(robots.encode()))
    web.on("/all.xml", SITEMAP)
    web.on("/sitemap-news.xml", SITEMAP)
    found = look(home(web), sandbox)
    assert [(p.kind, p.url) for p in found] == [("sitemap", web.url("/sitemap-news.xml"))]


def test_a_sitemap_in_its_usual_place_is_found(web: WebServer, sandbox: Sandbox) -> None:
    web.on("/sitemap.xml", SITEMAP)
    assert [p.url for p in look(home(web), sandbox)] == [web.url("/sitemap.xml")]


def test_a_page_of_headlines_is_the_last_resort(web: WebServer, sandbox: Sandbox) -> None:
    url = home(web, body='<a href="/2025/talks-begin">Talks begin in Riyadh this week</a>')
    assert [(p.kind, p.url, p.entries) for p in look(url, sandbox)] == [("page", url, 1)]


def test_nothing_is_proposed_where_nothing_is(web: WebServer, sandbox: Sandbox) -> None:
    assert look(home(web), sandbox) == []
    assert len(web.seen) < 25


def test_a_page_cannot_make_it_ask_where_it_may_not(web: WebServer, sandbox: Sandbox) -> None:
    url = home(web, LINK.format("x", "http://10.0.0.1/feed"))
    web.on("/feed", redirect("http://169.254.169.254/latest"))
    assert look(url, sandbox) == []
    with pytest.raises(AddressRefused):
        look(url, sandbox, frozenset())


def test_a_site_that_does_not_answer_is_an_error(web: WebServer, sandbox: Sandbox) -> None:
    with pytest.raises(HttpStatusError):
        look(web.url("/gone"), sandbox)

"""From the address of a site to what can be watched of it: feeds, sitemaps, a page of links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from monitors.errors import FetchError, SourceError
from monitors.model import Entry, Page, Source, SourceState
from monitors.ports import Fetcher, SourceReader
from monitors.sandbox import Sandbox, shared
from monitors.sources.feed import FeedReader
from monitors.sources.feedlinks import named_feeds
from monitors.sources.page import PageReader
from monitors.sources.sitemap import SitemapReader

MOST_PROPOSED = 5
_MOST_TRIED = 8
_COMMON = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json",
           "feeds/posts/default", "?feed=rss2")  # fmt: skip
_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap.xml", "sitemap_index.xml")
_IN_ROBOTS = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source that was asked and answered.

    :param title: what the site calls it, may be empty
    :param newest: the latest date among its entries, where there is one
    """

    kind: str
    url: str
    title: str
    entries: int
    newest: datetime | None = None


async def discover(
    url: str, fetcher: Fetcher, now: datetime, sandbox: Sandbox | None = None
) -> list[Proposal]:
    """What of the site at ``url`` can be watched, best first; empty where nothing was found.

    Asked are ``url`` itself, the feeds that its page names, then usual places, then the
    sitemaps that ``robots.txt`` names; a page of links is the last resort. At most some 25
    requests are made, of which each must pass the fetcher's guard.

    :raises FetchError: the page at ``url`` itself cannot be fetched
    """
    sandbox = sandbox or shared()
    found: list[Proposal] = []
    feed = FeedReader(sandbox)
    if itself := await _try("feed", url, "", feed, fetcher, now):
        return [itself]
    page = await fetcher.fetch(url, accept=_ACCEPT)
    for address, title in await _named(page, sandbox):
        if len(found) < MOST_PROPOSED and (
            answered := await _try("feed", address, title, feed, fetcher, now)
        ):
            found.append(answered)
    if not found:
        found = await _first("feed", _usual(page.url, _COMMON), feed, fetcher, now)
    if not found:
        places = await _sitemaps(page.url, fetcher)
        found = await _first("sitemap", places, SitemapReader(sandbox), fetcher, now)
    if not found:
        found = await _first("page", [page.url], PageReader(sandbox), fetcher, now)
    return found


async def _named(page: Page, sandbox: Sandbox) -> list[tuple[str, str]]:
    try:
        named = await sandbox.run_async(
            named_feeds, page.body, page.content_type, page.url, subject="the page"
        )
    except SourceError:
        return []
    return named[:_MOST_TRIED]


async def _sitemaps(url: str, fetcher: Fetcher) -> list[str]:
    """Those in ``robots.txt``, of news first; else where they usually are."""
    try:
        robots = await fetcher.fetch(urljoin(url, "/robots.txt"), accept="text/plain")
        text = robots.body[: 1 << 19].decode("utf-8", "replace")
    except FetchError:
        text = ""
    named = [urljoin(url, place) for place in _IN_ROBOTS.findall(text)]
    named.sort(key=lambda place: "news" not in place.lower())
    return named[:_MOST_TRIED] or _usual(url, _SITEMAPS)


def _usual(url: str, places: Iterable[str]) -> list[str]:
    """``places`` at the site's root; the first one also below ``url``, if that is deeper."""
    root = [urljoin(url, f"/{place}") for place in places]
    deeper = urlsplit(url).path.strip("/")
    below = [urljoin(url.partition("?")[0].rstrip("/") + "/", root[0].rpartition("/")[2])]
    return (below if deeper else []) + root


async def _first(
    kind: str, addresses: Iterable[str], reader: SourceReader, fetcher: Fetcher, now: datetime
) -> list[Proposal]:
    for address in addresses:
        if answered := await _try(kind, address, "", reader, fetcher, now):
            return [answered]
    return []


async def _try(
    kind: str, url: str, title: str, reader: SourceReader, fetcher: Fetcher, now: datetime
) -> Proposal | None:
    """The proposal of ``url``, if it answers as ``kind`` and lists anything."""
    source = Source("proposed", url, kind, url)
    try:
        poll = await reader.poll(source, SourceState(source.id), fetcher, now)
    except (FetchError, SourceError):
        return None
    if not poll.entries:
        return None
    return Proposal(kind, url, title, len(poll.entries), _newest(poll.entries))


def _newest(entries: Iterable[Entry]) -> datetime | None:
    return max((entry.published for entry in entries if entry.published), default=None)

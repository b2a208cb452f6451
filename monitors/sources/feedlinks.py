"""Finds the feeds that an HTML page names."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html
from trafilatura.feeds import FeedParameters, determine_feed

from monitors.redact import redact
from monitors.sources.charsets import to_utf8
from monitors.sources.documents import absolute_url
from monitors.sources.text import shorten, squeeze

_LINK = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_FEED_TYPE = re.compile(
    r"(?:application|text)/(?:x[.-])?(?:rss|atom|rdf|feed)(?:\+(?:xml|json))?", re.IGNORECASE
)
_COMMENTS = re.compile(r"\bcomments?\b|комментар", re.IGNORECASE)
_MOST = 30


def advertised_feed(page: bytes, url: str) -> str | None:
    """The absolute, redacted address of the first feed that ``page`` links to, if any."""
    for link in _LINK.findall(page[: 1 << 18].decode("utf-8", "replace")):
        href = _HREF.search(link)
        if href and _FEED_TYPE.search(link):
            found = absolute_url(href[1].replace("&amp;", "&"), url)
            if found:
                return redact(found)
    return None


def named_feeds(body: bytes, content_type: str, url: str) -> list[tuple[str, str]]:
    """Address and title of each feed that a page names, in page order, none of comments.

    First come those in ``<link rel="alternate">``, then links that look like a feed's, as
    trafilatura finds them. Runs in the sandbox.
    """
    text = to_utf8(body, content_type)
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    found: dict[str, str] = {}
    for link in root.iter("link"):
        relation = (link.get("rel") or "").lower().split()
        if "alternate" in relation and _FEED_TYPE.match(link.get("type") or ""):
            _add(found, link.get("href") or "", link.get("title") or "", url)
    reference = FeedParameters(url, "", url)
    for address in determine_feed(text.decode("utf-8", "replace"), reference):
        _add(found, address, "", url)
    return list(found.items())[:_MOST]


def _add(found: dict[str, str], href: str, title: str, url: str) -> None:
    address = absolute_url(href, url)
    if address and address != url and not _COMMENTS.search(f"{href} {title}"):
        found.setdefault(address, shorten(squeeze(title), 100))

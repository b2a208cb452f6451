"""Finds the feed that an HTML page advertises."""

from __future__ import annotations

import re

from monitors.redact import redact
from monitors.sources.documents import absolute_url

_LINK = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:rss|atom|feed)\+(?:xml|json)", re.IGNORECASE)


def advertised_feed(page: bytes, url: str) -> str | None:
    """The absolute, redacted address of the first feed that ``page`` links to, if any."""
    for link in _LINK.findall(page[: 1 << 18].decode("utf-8", "replace")):
        href = _HREF.search(link)
        if href and _FEED_TYPE.search(link):
            found = absolute_url(href[1].replace("&amp;", "&"), url)
            if found:
                return redact(found)
    return None

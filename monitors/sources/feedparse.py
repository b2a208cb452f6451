"""Feed bytes to entries. Runs in the sandbox."""

from __future__ import annotations

from datetime import datetime

from monitors.errors import NotAFeed
from monitors.fetch.body import gunzip
from monitors.model import Entry
from monitors.sources.charsets import to_utf8
from monitors.sources.documents import describe, limited
from monitors.sources.feeditems import entries_of
from monitors.sources.feedjson import read_json
from monitors.sources.feedlinks import advertised_feed
from monitors.sources.feedxml import read_xml
from monitors.sources.prologue import from_root

_UNPACKED = 15_000_000  # as much as the fetcher takes of a feed


def parse_feed(
    body: bytes, content_type: str, url: str, source_id: str, subject: str, now: datetime
) -> tuple[list[Entry], list[str]]:
    """All entries of an RSS, RDF, Atom, CDF or JSON feed.

    :param body: also gzipped once more, as some servers send it
    :param url: its final address, which relative links refer to
    :param subject: names the source, for errors
    :returns: entries, and one line for each thing that was wrong
    :raises NotAFeed: ``body`` is something else; says what
    :raises UnsafeDocument: it declares entities
    :raises BodyRefused: it is packed, and damaged or too large
    """
    text = to_utf8(gunzip(body, _UNPACKED, subject), content_type)
    skipped: list[str] = []
    if text.lstrip()[:1] == b"{":
        feed = read_json(text, url)
    else:
        document, skipped = from_root(text, subject)
        feed = read_xml(document, url) if document else None
    if feed is None:
        raise _no_feed(text or body, url, subject)
    entries, problems = entries_of(feed, source_id, url, now)
    return entries, limited([*skipped, *problems])


def _no_feed(text: bytes, url: str, subject: str) -> NotAFeed:
    found = describe(text)
    remedy = "Check the address: open it in a browser"
    if found.startswith("an HTML page"):
        feed = advertised_feed(text, url)
        remedy = f"It names this feed: {feed}" if feed else "Name the feed's own address"
    elif found.endswith(("<urlset>", "<sitemapindex>")):
        remedy = "This is a sitemap: use 'kind: sitemap'"
    elif not text.strip():
        remedy = "Nothing came; it is tried again later"
    return NotAFeed(subject, f"no feed, but {found}", remedy)

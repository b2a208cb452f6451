"""The items of an XML feed, leniently and fast, where feedparser cannot have it.

Knows no format: whatever is called ``item`` or ``entry`` is one, whatever its namespace,
and its fields are told by the names that RSS, RDF and Atom have for them. lxml repairs what
is broken, and what was read is let go at once, so that a feed of any size fits.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from lxml import etree

from monitors.sources.documents import absolute_url
from monitors.sources.feeditems import FeedItem, RawFeed
from monitors.sources.languages import normalise_language

FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry"})
"""Local names, lower case, of the elements that a feed begins with."""

_ITEMS = ("item", "entry")
_DATES = ("pubdate", "published", "date", "updated", "issued", "modified", "created", "lastmod")
_SUMMARIES = ("description", "summary", "abstract", "subtitle")
_CONTENTS = ("encoded", "content", "body", "fulltext")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def recover_feed(text: bytes, url: str) -> RawFeed | None:
    """The items of ``text`` (UTF-8), or None where it is no feed.

    :param url: its final address, which relative links refer to
    """
    feed = RawFeed([])
    root, depth = "", 0
    events = etree.iterparse(
        io.BytesIO(text), events=("start", "end"), recover=True, resolve_entities=False,
        no_network=True, huge_tree=True, load_dtd=False, encoding="utf-8",
    )  # fmt: skip
    try:
        for event, element in events:
            name = local_name(element)
            if event == "start":
                root = root or name
                depth += name in _ITEMS
                continue
            if name in _ITEMS:
                depth -= 1
                feed.items.append(_made(_item(element, url)))
                _let_go(element)
            elif depth == 0 and len(element) == 0:
                _of_feed(feed, name, element, url)
    except etree.XMLSyntaxError as error:
        reason = " ".join(str(error).split())[:120]
        feed.problems.append(f"the feed is broken XML ({reason}): read up to there")
    else:
        if len(events.error_log):
            reason = " ".join(events.error_log[0].message.split())[:120]
            feed.problems.append(f"the feed is broken XML ({reason}): read leniently")
    return feed if feed.items or root in FEED_ROOTS else None


def local_name(element: Any) -> str:
    """The name without namespace or prefix, in lower case; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _made(item: FeedItem) -> Callable[[], FeedItem]:
    return lambda: item


def _let_go(element: Any) -> None:
    element.clear(keep_tail=False)
    parent = element.getparent()
    if parent is not None and parent.getparent() is not None:
        while element.getprevious() is not None:
            del parent[0]


def _of_feed(feed: RawFeed, name: str, element: Any, url: str) -> None:
    if name == "language" and feed.language is None:
        feed.language = normalise_language(element.text)
    elif name == "link" and feed.home is None and element.get("rel", "alternate") == "alternate":
        feed.home = absolute_url(element.text or element.get("href") or "", url)


def _item(element: Any, url: str) -> FeedItem:
    item = FeedItem(language=element.get(_LANG))
    contents: list[str] = []
    written: dict[str, str] = {}
    guid = ""
    for child in element:
        name = local_name(child)
        if name == "title" and not item.title:
            item.title, kind = _markup(child), child.get("type", "html")
            item.title_is_html = "html" in kind
        elif name == "link" and not item.url and child.get("rel", "alternate") == "alternate":
            item.url = absolute_url(child.text or child.get("href") or "", _base(child, url)) or ""
        elif name == "origlink":
            item.url = absolute_url(child.text or "", url) or item.url
        elif name in ("guid", "id"):
            item.id = (child.text or "").strip()
            guid = item.id if child.get("ispermalink", child.get("isPermaLink")) != "false" else ""
        elif name in _SUMMARIES:
            item.summary = item.summary or _markup(child)
        elif name in _CONTENTS:
            contents.append(_markup(child))
        elif name in _DATES:
            written.setdefault(name, (child.text or "").strip())
        elif name == "language":
            item.language = child.text
        elif name == "source":
            item.publisher = (child.text or "").strip()
    item.url = item.url or (absolute_url(guid, url) or "" if guid.startswith("http") else "")
    item.content = max(contents, key=len, default="")
    item.published = next((written[name] for name in _DATES if written.get(name)), "")
    return item


def _base(element: Any, url: str) -> str:
    """What relative links at ``element`` refer to: ``xml:base``, else the feed's address."""
    return absolute_url(element.base or "", url) or url


def _markup(element: Any) -> str:
    """Its text; of an element with children their markup, as in XHTML content."""
    if len(element) == 0:
        return (element.text or "").strip()
    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return ((element.text or "") + inner).strip()

"""Feeds of an outlet: RSS 2.0, Atom, JSON Feed and the news sitemap.

Each is a pure function of the postings it lists, so its bytes, and with them its ETag,
change only when the list does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from monitors.demo.edition import Outlet, Posting

FILES = {
    "rss": ("rss.xml", "application/rss+xml; charset=utf-8"),
    "atom": ("atom.xml", "application/atom+xml; charset=utf-8"),
    "jsonfeed": ("feed.json", "application/feed+json; charset=utf-8"),
    "sitemap": ("news-sitemap.xml", "application/xml; charset=utf-8"),
}
"""File name and content type by ``feed_kind``."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed_path(outlet: Outlet) -> str:
    """Path of the outlet's one feed on the server."""
    return outlet.path + FILES[outlet.source.feed_kind][0]


def feed(outlet: Outlet, postings: Sequence[Posting], base: str) -> bytes:
    """The outlet's feed in its kind.

    :param base: scheme, host and port of the server, without a slash at the end
    """
    write = {"rss": _rss, "atom": _atom, "jsonfeed": _jsonfeed, "sitemap": _sitemap}
    return write[outlet.source.feed_kind](outlet, postings, base).encode()


def xml(text: str) -> str:
    """``text`` escaped for XML and HTML, without the characters that XML forbids."""
    return escape(_NOT_XML.sub("", text))


def _body(posting: Posting) -> str:
    return "".join(f"<p>{xml(paragraph)}</p>" for paragraph in posting.article.paragraphs)


def _rss(outlet: Outlet, postings: Sequence[Posting], base: str) -> str:
    source = outlet.source
    items = []
    for posting in postings:
        article = posting.article
        parts = [
            f"<title>{xml(article.title)}</title>",
            f"<link>{base}{posting.path}</link>",
            f'<guid isPermaLink="true">{base}{posting.path}</guid>',
            f"<pubDate>{_rfc822(posting.published)}</pubDate>",
        ]
        if posting.updated > posting.published:
            parts.append(f"<atom:updated>{_iso(posting.updated)}</atom:updated>")
        if source.carries != "title only":
            parts.append(f"<description>{xml(article.summary)}</description>")
        if source.carries == "full text":
            parts.append(f"<content:encoded>{xml(_body(posting))}</content:encoded>")
        items.append(f"<item>{''.join(parts)}</item>")
    built = f"<lastBuildDate>{_rfc822(postings[0].updated)}</lastBuildDate>" if postings else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{xml(source.name)}</title><link>{base}{outlet.path}</link>"
        f"<description>{xml(source.name)}</description><language>{xml(source.language)}</language>"
        f'<atom:link href="{base}{feed_path(outlet)}" rel="self" type="application/rss+xml"/>'
        f"{built}\n" + "\n".join(items) + "\n</channel></rss>\n"
    )


def _atom(outlet: Outlet, postings: Sequence[Posting], base: str) -> str:
    source = outlet.source
    entries = []
    for posting in postings:
        article = posting.article
        parts = [
            f"<title>{xml(article.title)}</title>",
            f'<link rel="alternate" href="{base}{posting.path}"/>',
            f"<id>{base}{posting.path}</id>",
            f"<published>{_iso(posting.published)}</published>",
            f"<updated>{_iso(posting.updated)}</updated>",
        ]
        if source.carries != "title only" and article.summary:
            parts.append(f"<summary>{xml(article.summary)}</summary>")
        if source.carries == "full text":
            parts.append(f'<content type="html">{xml(_body(posting))}</content>')
        entries.append(f'<entry xml:lang="{xml(article.language)}">{"".join(parts)}</entry>')
    # Atom demands a date even of an empty feed; a fixed one keeps the ETag steady.
    updated = _iso(postings[0].updated) if postings else "1970-01-01T00:00:00Z"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{xml(source.language)}">'
        f"<title>{xml(source.name)}</title><id>{base}{outlet.path}</id>"
        f'<link href="{base}{outlet.path}"/><link rel="self" href="{base}{feed_path(outlet)}"/>'
        f"<author><name>{xml(source.name)}</name></author><updated>{updated}</updated>\n"
        + "\n".join(entries)
        + "\n</feed>\n"
    )


def _jsonfeed(outlet: Outlet, postings: Sequence[Posting], base: str) -> str:
    source = outlet.source
    items = []
    for posting in postings:
        article = posting.article
        item = {
            "id": base + posting.path,
            "url": base + posting.path,
            "title": article.title,
            "language": article.language,
            "date_published": _iso(posting.published),
        }
        if posting.updated > posting.published:
            item["date_modified"] = _iso(posting.updated)
        if source.carries != "title only" and article.summary:
            item["summary"] = article.summary
        if source.carries == "full text":
            item["content_html"] = _body(posting)
        else:
            item["content_text"] = item.get("summary", "")  # the format demands some content
        items.append(item)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": source.name,
        "language": source.language,
        "home_page_url": base + outlet.path,
        "feed_url": base + feed_path(outlet),
        "items": items,
    }
    return json.dumps(document, indent=1)


def _sitemap(outlet: Outlet, postings: Sequence[Posting], base: str) -> str:
    name = xml(outlet.source.name)
    urls = [
        f"<url><loc>{base}{posting.path}</loc><lastmod>{_iso(posting.updated)}</lastmod>"
        f"<news:news><news:publication><news:name>{name}</news:name>"
        f"<news:language>{xml(posting.article.language)}</news:language></news:publication>"
        f"<news:publication_date>{_iso(posting.published)}</news:publication_date>"
        f"<news:title>{xml(posting.article.title)}</news:title></news:news></url>"
        for posting in postings
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'
        + "\n".join(urls)
        + "\n</urlset>\n"
    )


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)

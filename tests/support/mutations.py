"""Documents damaged at random, the same for the same seed, and what they are parsed by."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from monitors.articles.extract import extract_bytes
from monitors.sources.feedparse import parse_feed
from monitors.sources.pagelinks import find_links
from monitors.sources.savedpages import read_saved
from monitors.sources.sitemapparse import parse_sitemap
from tests.support.feeds import broken, well_formed

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
LARGEST = 10_000_000
_URL = "https://e.org/2025/02/talks-begin-1"
_CHARSETS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1251", "koi8-r", "latin-1",
             "cp037", "shift_jis", "gb18030", "utf-7", "iso-2022-jp")  # fmt: skip
_TAGS = ("div", "item", "b", "table", "ul", "a", "entry", "content:encoded", "font", "url", "svg")
_BITS = (
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#x110000;", b"&#xD800;", b"&nbsp;", b"&", b"<", b">",
    b'"', b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"<?xml version='1.0' encoding='cp037'?>", b"<rss>",
    b"</item>", b"<script>", b"</html>", b"<base href='http://['>", b"<plaintext>", b"\x1f\x8b",
    b'<!DOCTYPE r [<!ENTITY a "b">]>', b"<!DOCTYPE r [", b"http://[::1", b"xml:base='http://['",
)  # fmt: skip

_PARAGRAPH = "<p>The ministers met on {} in the capital to talk about the ferry and the port.</p>"
_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} | Site
</title><link rel="canonical" href="https://e.org/2025/02/talks-begin-1"><meta property="og:title"
content="{title}"><script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{title}",
"datePublished": "2025-02-18T10:00:00Z"}}</script></head><body><nav><a href="/">Home</a></nav><article>
<h1>{title}</h1>{body}<figure><img src="x"><figcaption>Photo: x</figcaption></figure><table><tr><td>1
</td></tr></table></article><footer>About</footer></body></html>"""
_SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>"""
_LISTED = """<url><loc>https://e.org/{0}</loc><lastmod>2025-02-18</lastmod><news:news><news:title>
Story {0}</news:title><news:publication_date>2025-02-18</news:publication_date></news:news></url>"""


@dataclass(frozen=True)
class Mutant:
    """A damaged document: what is called with what."""

    kind: str
    parse: Callable[..., Any]
    args: tuple[Any, ...]


def mutant(seed: int, number: int) -> Mutant:
    """The ``number``-th document of ``seed``."""
    chance = random.Random(f"{seed}/{number}")
    kind = chance.choices(
        ("feed", "sitemap", "listing", "article", "saved page"), (5, 1, 1, 3, 1)
    )[0]
    body = chance.choice(_seeds(kind))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        body = chance.choice(_CHANGES)(body, chance)[:LARGEST]
    content_type = chance.choice(
        ("", "text/html", "text/xml; charset=utf-8", "text/html; charset=x")
    )
    if kind == "feed":
        return Mutant(kind, parse_feed, (body, content_type, _URL, "s", "source 'S'", NOW))
    if kind == "sitemap":
        return Mutant(kind, parse_sitemap, (body, content_type, _URL, "s", "source 'S'", NOW))
    if kind == "listing":
        return Mutant(kind, find_links, (body, content_type, _URL, None, "s", "source 'S'", NOW))
    if kind == "saved page":
        return Mutant(kind, read_saved, (body, "s", NOW))
    return Mutant(kind, extract_bytes, (body, _URL, "text/html"))


@cache
def _seeds(kind: str) -> list[bytes]:
    if kind == "feed":
        return [case.body for case in (*well_formed(), *broken())]
    if kind == "sitemap":
        index = "<sitemapindex><sitemap><loc>https://e.org/1.xml</loc></sitemap></sitemapindex>"
        plain = _SITEMAP.format("".join(_LISTED.format(n) for n in range(30))).encode()
        return [plain, index.encode(), gzip.compress(plain, mtime=0)]
    if kind == "listing":
        links = "".join(
            f'<li><a href="/2025/story-{n}">Talks begin in the capital, part {n}</a></li>'
            for n in range(40)
        )
        return [f'<html lang="en"><body><ul>{links}</ul></body></html>'.encode()]
    body = "".join(_PARAGRAPH.format(day) for day in ("Monday", "Tuesday", "Friday") * 4)
    pages = [
        _PAGE.format(lang=lang, title=title, body=body).encode()
        for lang, title in (
            ("en", "Talks begin"),
            ("ru", "Переговоры начались"),
            ("ja", "会談開始"),
        )
    ]
    russian = pages[1].replace(b"utf-8", b"windows-1251").decode().encode("cp1251", "replace")
    return [*pages, russian]


# --- ways to damage a document -----------------------------------------------------------


def _span(body: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.choice((1, 8, 64, 512, 4096)))


def _truncate(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _flip_bits(body: bytes, chance: random.Random) -> bytes:
    data = bytearray(body)
    for _ in range(chance.choice((1, 4, 32, 256)) if data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _cut_out(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] + body[end:]


def _repeat(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] + body[start:end] * chance.choice((2, 10, 300)) + body[end:]


def _insert(body: bytes, chance: random.Random) -> bytes:
    start, _ = _span(body, chance)
    return body[:start] + chance.choice(_BITS) * chance.choice((1, 1, 20, 2000)) + body[start:]


def _noise(body: bytes, chance: random.Random) -> bytes:
    start, _ = _span(body, chance)
    return body[:start] + chance.randbytes(chance.choice((1, 16, 256, 5000))) + body[start:]


def _nest(body: bytes, chance: random.Random) -> bytes:
    tag, depth = chance.choice(_TAGS), chance.choice((10, 300, 5000, 60_000))
    start = body.find(b">", _span(body, chance)[0]) + 1
    closing = f"</{tag}>" * depth if chance.random() < 0.5 else ""
    return body[:start] + (f"<{tag}>" * depth + closing).encode() + body[start:]


def _repeat_tag(body: bytes, chance: random.Random) -> bytes:
    tags = list(re.finditer(rb"<[^<>]{1,200}>", body[:100_000]))
    if not tags:
        return body
    tag = chance.choice(tags)
    return body[: tag.end()] + tag[0] * chance.choice((1, 10, 1000, 20_000)) + body[tag.end() :]


def _swell(body: bytes, chance: random.Random) -> bytes:
    start, _ = _span(body, chance)
    piece = chance.choice(
        (b"x", b" ", b"word ", b"&amp;", b"<br>", b"\xd0\xb6", b"<p>text</p>", b"'")
    )
    return (
        body[:start]
        + piece * (chance.choice((1000, 50_000, 500_000)) // len(piece))
        + body[start:]
    )


def _lengthen_attribute(body: bytes, chance: random.Random) -> bytes:
    start = body.find(b">", _span(body, chance)[0])
    value = chance.choice((b"x" * 100_000, b'x="y" ' * 20_000, b"'" * 9999))
    return body if start < 0 else body[:start] + b' href="' + value + body[start:]


def _change_charset(body: bytes, chance: random.Random) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(_CHARSETS), "replace")


def _declare_charset(body: bytes, chance: random.Random) -> bytes:
    head = f"<?xml version='1.0' encoding='{chance.choice(_CHARSETS)}'?>".encode()
    return head + re.sub(rb"^<\?xml[^>]*\?>", b"", body)


def _gzip(body: bytes, chance: random.Random) -> bytes:
    return gzip.compress(body, mtime=0)


def _splice(body: bytes, chance: random.Random) -> bytes:
    other = chance.choice(_seeds(chance.choice(("feed", "sitemap", "listing", "article"))))
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other)) :]


_CHANGES = (
    _truncate, _flip_bits, _cut_out, _repeat, _insert, _noise, _nest, _repeat_tag, _swell,
    _lengthen_attribute, _change_charset, _declare_charset, _gzip, _splice,
)  # fmt: skip

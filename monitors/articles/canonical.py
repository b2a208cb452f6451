"""The address that a page names as its own, and when to believe it.

Sites name wrong ones: the front page on every article, a section, one article on all. A
wrong one makes different articles one, so what is named must look like an article; and on
another site, like this one.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from anyascii import anyascii

from monitors.addresses import canonical_url, is_home, same_site

Tree = Any
"""An element of lxml."""

_WORD = re.compile(r"[a-z]{4,}")
_NUMBER = re.compile(r"\d{5,}")
_ENOUGH = 2  # words that an address and a headline share


def canonical_of(tree: Tree, url: str, title: str) -> str | None:
    """The address that the page at ``url`` names as its own, where that is sane.

    Of the same site, any that is no front page, and no section where ``url`` is an article.
    Of another site, as syndicated articles name their publisher's, only one that has a
    number in common with ``url``, or words with its address or ``title``. Pages that name
    several are believed in none.

    :param title: the page's headline
    """
    named = {href.strip() for href in tree.xpath("//link[@rel='canonical']/@href")}
    named = named or {
        content.strip() for content in tree.xpath("//meta[@property='og:url']/@content")
    }
    addresses = {address for href in named if href and (address := _absolute(href, url))}
    if len(addresses) != 1:
        return None
    (address,) = addresses
    own = _absolute(url, url) or url
    if address == own:
        return address
    if is_home(address) or (is_article(own) and not is_article(address)):
        return None
    return address if same_site(address, url) or _alike(address, own, title) else None


def is_article(url: str) -> bool:
    """Whether ``url`` looks like that of an article: a number, a slug or a query in it."""
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return bool(
        parts.query
        or re.search(r"\d", last)
        or len(re.findall(r"[-_]|%20", last)) >= 2
        or last.endswith((".html", ".htm"))
        or len(last) > 30
    )


def _alike(address: str, own: str, title: str) -> bool:
    """Whether an address on another site is of the same article."""
    if not is_article(address):
        return False
    there = unquote(urlsplit(address).path).lower()
    here = unquote(urlsplit(own).path + "?" + urlsplit(own).query).lower()
    if set(_NUMBER.findall(there)) & set(_NUMBER.findall(here)):
        return True
    slug = set(_WORD.findall(anyascii(there.rstrip("/").rpartition("/")[2])))
    words = set(_WORD.findall(anyascii(here))) | set(_WORD.findall(anyascii(title).lower()))
    shared = slug & words
    return len(shared) >= _ENOUGH and len(shared) * 2 >= len(slug)


def _absolute(href: str, url: str) -> str | None:
    try:
        return canonical_url(urljoin(url, href))
    except ValueError:
        return None

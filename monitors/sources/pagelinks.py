"""The article links of a listing page. Runs in the sandbox."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urlsplit

import tldextract
from courlan import filters, is_navigation_page, is_not_crawlable
from lxml import etree
from lxml import html as lxml_html

from monitors.errors import NotAFeed, SourceError
from monitors.model import Entry
from monitors.sources.charsets import to_utf8
from monitors.sources.documents import absolute_url, describe
from monitors.sources.languages import normalise_language
from monitors.sources.text import shorten, squeeze

MOST_LINKS = 500
_MOST_ANCHORS = 20_000
_HEADLINE_WORDS = 4
_HEADLINE_LENGTH = 25
_DOMAINS = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the built-in list


def find_links(
    body: bytes, content_type: str, url: str, pattern: str | None, source_id: str, subject: str
) -> tuple[list[Entry], list[str]]:
    """The links of a listing page that lead to articles, with their texts as titles.

    :param url: its final address
    :param pattern: regular expression that is searched in the absolute URL; without one,
        links of the same registered domain with the text of a headline are taken
    :returns: entries in page order, and problems
    :raises NotAFeed: no such link is there; says what is
    :raises SourceError: ``pattern`` is no regular expression
    """
    wanted = _compiled(pattern, subject)
    text = to_utf8(body, content_type)
    root = _tree(text)
    if root is None:
        raise NotAFeed(subject, f"no listing page, but {describe(text)}", "Check the address")
    language = normalise_language(root.get("lang"))
    titles = _anchors(root, url)
    if wanted is not None:
        kept = {link: title for link, title in titles.items() if wanted.search(link)}
    else:
        kept = {link: t for link, t in titles.items() if _is_article(link, t, url)}
    if not kept:
        raise _nothing(titles, pattern, text, subject)
    problems = []
    if len(kept) > MOST_LINKS:
        problems.append(f"only the first {MOST_LINKS} of {len(kept)} links are read")
    entries = [
        Entry(source_id=source_id, url=link, title=shorten(title, 500), language=language)
        for link, title in list(kept.items())[:MOST_LINKS]
    ]
    return entries, problems


def _compiled(pattern: str | None, subject: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise SourceError(
            subject, f"its pattern is no regular expression ({error})", "Correct 'pattern'"
        ) from error


def _tree(text: bytes) -> lxml_html.HtmlElement | None:
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root if b"<" in text and b"\0" not in text[:1000] else None


def _anchors(root: lxml_html.HtmlElement, url: str) -> dict[str, str]:
    """Absolute links without fragment, each with the longest text that points at it."""
    base = next((b.get("href") for b in root.iter("base") if b.get("href")), None)
    base = absolute_url(base, url) or url if base else url
    here = urldefrag(url).url
    titles: dict[str, str] = {}
    for number, anchor in enumerate(root.iter("a")):
        if number >= _MOST_ANCHORS:
            break
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        link = absolute_url(urldefrag(href).url, base)
        if link and link != here:
            title = squeeze("".join(anchor.itertext())) or squeeze(anchor.get("title") or "")
            titles[link] = max(titles.get(link, ""), title, key=len)
    return titles


def _is_article(link: str, title: str, url: str) -> bool:
    if _domain(link) != _domain(url):
        return False
    if is_navigation_page(link) or is_not_crawlable(link):
        return False
    path = urlsplit(link).path
    if path in ("", "/") or not filters.type_filter(link) or not filters.path_filter(path, ""):
        return False
    return len(title) >= _HEADLINE_LENGTH and (
        len(title.split()) >= _HEADLINE_WORDS or not title.isascii()
    )


def _domain(url: str) -> str:
    found = _DOMAINS(url)
    registered: str = found.top_domain_under_public_suffix
    return registered or (urlsplit(url).hostname or "")


def _nothing(titles: dict[str, str], pattern: str | None, text: bytes, subject: str) -> NotAFeed:
    if not titles:
        return NotAFeed(
            subject,
            f"no links at all in {describe(text)}",
            "The page may need JavaScript: use its feed or sitemap",
        )
    if pattern:
        paths = ", ".join(shorten(urlsplit(link).path, 60) for link in list(titles)[:3])
        return NotAFeed(
            subject,
            f"none of its {len(titles)} links match the pattern",
            f"Correct 'pattern'; its links look like {paths}",
        )
    return NotAFeed(
        subject,
        f"none of its {len(titles)} links looks like an article",
        "Say with 'pattern' what the addresses of its articles look like",
    )

"""The article links of a listing page. Runs in the sandbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urldefrag, urlsplit

import tldextract
from courlan import filters, is_navigation_page, is_not_crawlable
from lxml import etree
from lxml import html as lxml_html

from monitors.errors import NotAFeed, SourceError
from monitors.model import Entry
from monitors.sources.charsets import to_utf8
from monitors.sources.dates import parse_date
from monitors.sources.documents import absolute_url, describe
from monitors.sources.languages import normalise_language
from monitors.sources.text import shorten, squeeze
from monitors.wrappers import unwrapped

_MOST_ANCHORS = 20_000  # of a page of up to 10 MB
_HEADLINE_WORDS = 4
_HEADLINE_LENGTH = 25
_DOMAINS = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # the built-in list


def find_links(
    body: bytes,
    content_type: str,
    url: str,
    pattern: str | None,
    source_id: str,
    subject: str,
    now: datetime,
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
    found = _anchors(root, url)
    titles = {link: shown.title for link, shown in found.items()}
    if wanted is not None:
        kept = {link: title for link, title in titles.items() if wanted.search(link)}
    else:
        kept = {link: t for link, t in titles.items() if _is_article(link, t, url)}
    if not kept:
        raise _nothing(titles, pattern, text, subject)
    problems = []
    if sum(1 for _ in islice(root.iter("a"), _MOST_ANCHORS + 1)) > _MOST_ANCHORS:
        problems.append(f"only the first {_MOST_ANCHORS:,} links are looked at")
    entries: dict[str, Entry] = {}
    for link, title in kept.items():
        address, date = unwrapped(link), found[link].date
        entry = Entry(
            source_id=source_id,
            url=address,
            title=shorten(title, 500),
            published=parse_date(date, now),
            published_raw=date[:100],
            language=language,
        )
        entries.setdefault(address, entry)
    return list(entries.values()), problems


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


@dataclass(slots=True)
class _Shown:
    """How a page shows a link."""

    title: str = ""
    date: str = ""


def _anchors(root: lxml_html.HtmlElement, url: str) -> dict[str, _Shown]:
    """Absolute links without fragment, each with the longest text that points at it.

    A link that says little, such as "Read more", has the heading of the card that it
    stands in, and any link the date of its card.
    """
    base = next((b.get("href") for b in root.iter("base") if b.get("href")), None)
    base = absolute_url(base, url) or url if base else url
    here = urldefrag(url).url
    titles: dict[str, _Shown] = {}
    for number, anchor in enumerate(root.iter("a")):
        if number >= _MOST_ANCHORS:
            break
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        link = absolute_url(urldefrag(href).url, base)
        if link and link != here:
            title = squeeze("".join(anchor.itertext())) or squeeze(anchor.get("title") or "")
            heading, date = _card(anchor)
            if len(title) < _HEADLINE_LENGTH:
                title = max(title, heading, key=len)
            shown = titles.setdefault(link, _Shown())
            shown.title = max(shown.title, title, key=len)
            shown.date = shown.date or date
    return titles


def _card(anchor: lxml_html.HtmlElement) -> tuple[str, str]:
    """Heading and date of the list item or teaser around a link, where it has just one."""
    card = next(islice(anchor.iterancestors("article", "li"), 1), None)
    if card is None:
        return "", ""
    headings = list(islice(card.iter("h1", "h2", "h3", "h4"), 2))
    times = list(islice(card.iter("time"), 2))
    heading = squeeze("".join(headings[0].itertext())) if len(headings) == 1 else ""
    return heading, (times[0].get("datetime") or "").strip() if len(times) == 1 else ""


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

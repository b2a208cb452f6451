"""Feed bytes to plain data. Runs in the sandbox."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitors.errors import NotAFeed
from monitors.model import Entry
from monitors.sources.charsets import to_utf8
from monitors.sources.dates import parse_date
from monitors.sources.documents import absolute_url, describe, limited, refuse_entities
from monitors.sources.feedlinks import advertised_feed
from monitors.sources.languages import normalise_language
from monitors.sources.text import first_sentence, paragraphs_of, shorten, title_text

MOST_ENTRIES = 2000
_LONGEST_TITLE = 500
_LONGEST_SUMMARY = 2000
_CUT_OFF = ("[…]", "[...]", "…", "...", "read more", "continue reading", "читать далее")


def parse_feed(
    body: bytes, content_type: str, url: str, source_id: str, subject: str, now: datetime
) -> tuple[list[Entry], list[str]]:
    """The entries of an RSS, RDF, Atom or JSON feed.

    :param url: its final address, which relative links refer to
    :param subject: names the source, for errors
    :returns: entries, and one line for each thing that was wrong
    :raises NotAFeed: ``body`` is something else; says what
    :raises UnsafeDocument: it declares entities
    """
    refuse_entities(body, subject)
    text = to_utf8(body, content_type)
    if text.lstrip()[:1] == b"{":
        raw, problems, language = _read_json(text, url, subject)
    else:
        raw, problems, language = _read_xml(text, url, subject)
    if len(raw) > MOST_ENTRIES:
        problems.append(f"only the first {MOST_ENTRIES} of {len(raw)} entries are read")
    entries: dict[str, Entry] = {}
    for number, item in enumerate(raw[:MOST_ENTRIES], start=1):
        try:
            entry = _entry(item, source_id, language, now)
        except Exception as error:  # one bad entry must not stop the others
            problems.append(f"entry {number} cannot be read ({type(error).__name__}): left out")
            continue
        if entry.url:
            entries.setdefault(entry.url, entry)
        else:
            named = f"'{shorten(entry.title, 80)}'" if entry.title else f"number {number}"
            problems.append(f"entry {named} has no usable link: left out")
    return list(entries.values()), limited(problems)


def _entry(item: dict[str, Any], source_id: str, language: str | None, now: datetime) -> Entry:
    content, described = paragraphs_of(item["content"]), paragraphs_of(item["summary"])
    summary = " ".join(described)
    paragraphs = content if _is_full(content) else ()
    if not paragraphs and len(described) >= 3 and _is_full(described):
        paragraphs = described  # some feeds carry the article as its description
    if item["summary"] == item["content"] or paragraphs is described:
        summary = " ".join(described[:2])
    return Entry(
        source_id=source_id,
        url=item["url"],
        title=shorten(
            title_text(item["title"], item["title_is_html"]) or first_sentence(summary),
            _LONGEST_TITLE,
        ),
        summary=shorten(summary, _LONGEST_SUMMARY),
        published=parse_date(item["published"], now, item["guess"]),
        published_raw=item["published"][:100],
        language=normalise_language(item["language"]) or language,
        paragraphs=tuple(paragraphs),
    )


def _is_full(paragraphs: list[str]) -> bool:
    """Whether this is an article's text, and no teaser."""
    length = sum(map(len, paragraphs))
    if not paragraphs or paragraphs[-1].lower().endswith(_CUT_OFF):
        return False
    return length > 600 or (len(paragraphs) >= 3 and length > 300)


def _read_xml(
    text: bytes, url: str, subject: str
) -> tuple[list[dict[str, Any]], list[str], str | None]:
    parsed = feedparser.parse(
        io.BytesIO(text),  # never a str: feedparser would open it as a file or URL
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # all tags are dropped anyway
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not any(e.get("link") for e in parsed.entries):
        raise _no_feed(text, url, subject)
    problems = []
    if parsed.bozo and parsed.entries:
        reason = " ".join(str(parsed.get("bozo_exception", "")).split())[:120]
        problems.append(f"the feed is broken XML ({reason}): read as well as it can be")
    language = normalise_language(parsed.feed.get("language"))
    return [_xml_item(entry, url) for entry in parsed.entries], problems, language


def _xml_item(entry: Any, url: str) -> dict[str, Any]:
    detail = entry.get("title_detail") or {}
    contents = [c.get("value") or "" for c in entry.get("content") or []]
    languages = [c.get("language") for c in entry.get("content") or []]
    # dict.get, because feedparser's own warns where it stands in for a missing "updated"
    written = "published" if dict.get(entry, "published") else "updated"
    return {
        "url": _link(entry, url),
        "title": entry.get("title") or "",
        "title_is_html": "html" in (detail.get("type") or ""),
        "summary": entry.get("summary") or "",
        "content": max(contents, key=len, default=""),
        "published": str(dict.get(entry, written) or ""),
        "guess": dict.get(entry, f"{written}_parsed"),
        "language": entry.get("language")
        or detail.get("language")
        or next(filter(None, languages), None),
    }


def _link(entry: Any, url: str) -> str:
    """The article's address: the link, or a guid that is meant as one."""
    guid = entry.get("id") or ""
    candidates = [entry.get("feedburner_origlink"), entry.get("link")]
    candidates += [
        link.get("href")
        for link in entry.get("links") or []
        if link.get("rel", "alternate") == "alternate"
    ]
    for candidate in candidates:
        # feedparser offers any guid as the link, also one like "12345".
        if candidate and (candidate != guid or guid.startswith(("http://", "https://"))):
            found = absolute_url(candidate, url)
            if found:
                return found
    return ""


def _read_json(
    text: bytes, url: str, subject: str
) -> tuple[list[dict[str, Any]], list[str], str | None]:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_feed(text, url, subject) from None
    items = feed.get("items")
    if not isinstance(items, list):
        raise _no_feed(text, url, subject)
    language = feed.get("language")
    base = feed.get("home_page_url")
    base = urljoin(url, base) if isinstance(base, str) else url
    read = [_json_item(item, base) for item in items if isinstance(item, dict)]
    problems = []
    if len(read) < len(items):
        problems.append(f"{len(items) - len(read)} items are no objects: left out")
    return read, problems, normalise_language(language if isinstance(language, str) else None)


def _json_item(item: dict[str, Any], base: str) -> dict[str, Any]:
    def text(*names: str) -> str:
        return next((v for n in names if isinstance(v := item.get(n), str) and v), "")

    link = text("url", "external_url")
    if not link and text("id").startswith(("http://", "https://")):
        link = text("id")
    content = text("content_html", "content_text")
    return {
        "url": absolute_url(link, base) or "" if link else "",
        "title": text("title"),
        "title_is_html": False,
        "summary": text("summary") or content,
        "content": content,
        "published": text("date_published", "date_modified"),
        "guess": None,
        "language": text("language"),
    }


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

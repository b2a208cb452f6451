"""Sitemap bytes to plain data. Runs in the sandbox."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from monitors.errors import NotAFeed
from monitors.fetch.body import gunzip
from monitors.model import Entry
from monitors.sources.charsets import to_utf8
from monitors.sources.dates import parse_date
from monitors.sources.documents import absolute_url, describe, limited
from monitors.sources.languages import normalise_language
from monitors.sources.prologue import from_root
from monitors.sources.text import shorten, squeeze, title_text

MOST_URLS = 50_000
MOST_CHILDREN = 5
_UNPACKED = 50_000_000  # what the sitemap protocol allows
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_FEEDS = ("rss", "feed", "RDF")


@dataclass(slots=True)
class _Record:
    """One ``<url>`` or ``<sitemap>``; names are without namespace."""

    fields: dict[str, str]


def parse_sitemap(
    body: bytes, content_type: str, url: str, source_id: str, subject: str, now: datetime
) -> tuple[list[Entry], list[str], list[str], bool]:
    """The entries of a ``urlset``, or the children of a ``sitemapindex``; gzipped or not.

    A list of addresses in plain text is a sitemap, too.

    :returns: entries; problems, a line each; addresses of the newest children (at most
        five, an index only); whether the index dates them all
    :raises NotAFeed: it is something else; says what
    :raises UnsafeDocument: it declares entities
    :raises BodyRefused: it unpacks to more than a sitemap may have
    """
    body = gunzip(body, _UNPACKED, subject)
    text, skipped = from_root(to_utf8(body, content_type), subject)
    root, records, problems = _read(text)
    if not root and (listed := _listed(text)):
        root, records = "urlset", listed
    problems = [*skipped, *problems]
    if root == "sitemapindex":
        children, dated = _newest(records, url, now)
        if len(records) > len(children):
            problems.append(f"{len(children)} of {len(records)} sitemaps are read, the newest")
        return [], problems, children, dated
    if root != "urlset":
        raise _no_sitemap(text, root, subject)
    entries: dict[str, Entry] = {}
    for record in records:
        entry = _entry(record, url, source_id, now)
        if entry is None:
            named = record.fields.get("loc") or record.fields.get("title", "")
            shown = shorten(squeeze(named), 80)
            problems.append(f"'{shown}' is no usable address: left out")
        else:
            entries.setdefault(entry.url, entry)
    return list(entries.values()), limited(problems), [], True


def _read(text: bytes) -> tuple[str, list[_Record], list[str]]:
    """Root name and records, leniently, without keeping the tree."""
    root, records, problems = "", [], []
    found: dict[str, str] = {}
    events = etree.iterparse(
        io.BytesIO(text),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
    )
    try:
        for event, element in events:
            name = _local(element.tag)
            if event == "start":
                root = root or name
                if root not in ("urlset", "sitemapindex"):
                    break
                continue
            if name in ("url", "sitemap"):
                records.append(_Record(found))
                found = {}
                element.clear()
                if len(records) >= MOST_URLS:
                    problems.append(f"only the first {MOST_URLS} addresses are read")
                    break
            elif len(element) == 0 and element.text and not _is_of_media(element.tag):
                found.setdefault(name, element.text.strip())
    except etree.XMLSyntaxError as error:
        problems.append(f"the sitemap is broken XML ({_one_line(error)}): read up to there")
    else:
        if len(events.error_log) and records:
            first = events.error_log[0].message
            problems.append(f"the sitemap is broken XML ({_one_line(first)}): read leniently")
    return root, records, problems


def _listed(text: bytes) -> list[_Record]:
    """The records of a sitemap in plain text: one address a line, and nothing else."""
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line]
    if not all(line.startswith(("http://", "https://")) and " " not in line for line in lines):
        return []
    return [_Record({"loc": line}) for line in lines[:MOST_URLS]]


def _is_of_media(tag: str) -> bool:
    """Whether a field is of an image or a video of the page, which have titles, too."""
    space = tag[1:].partition("}")[0] if tag.startswith("{") else tag.rpartition(":")[0]
    return bool(re.search(r"image|video", space))


def _entry(record: _Record, base: str, source_id: str, now: datetime) -> Entry | None:
    fields = record.fields
    url = absolute_url(fields.get("loc", ""), base) if fields.get("loc") else None
    if url is None:
        return None
    raw = fields.get("publication_date") or fields.get("lastmod", "")
    return Entry(
        source_id=source_id,
        url=url,
        title=shorten(title_text(fields.get("title", ""), is_html=False), 500),
        published=parse_date(raw, now),
        published_raw=raw[:100],
        language=normalise_language(fields.get("language")),
    )


def _newest(records: list[_Record], base: str, now: datetime) -> tuple[list[str], bool]:
    """The newest children by ``lastmod``; without dates, those that sound newest."""
    dated: dict[str, datetime | None] = {}
    for record in records:
        url = absolute_url(record.fields.get("loc", ""), base)
        if url:
            dated.setdefault(url, parse_date(record.fields.get("lastmod", ""), now))
    order = sorted(
        dated, key=lambda u: (dated[u] or _EARLIEST, "news" in u, _numbers(u)), reverse=True
    )
    return order[:MOST_CHILDREN], all(dated.values())


def _numbers(url: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,12}", url)]


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:120]


def _no_sitemap(text: bytes, root: str, subject: str) -> NotAFeed:
    remedy = "Check the address: robots.txt of the site often names its sitemaps"
    if root in _FEEDS:
        remedy = "This is a feed: use 'kind: feed'"
    return NotAFeed(subject, f"no sitemap, but {describe(text)}", remedy)

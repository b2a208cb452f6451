"""From what a feed's formats have in common to entries. Runs in the sandbox."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from monitors.addresses import own_address
from monitors.model import Entry
from monitors.sources.dates import parse_date
from monitors.sources.languages import normalise_language
from monitors.sources.text import first_sentence, paragraphs_of, shorten, squeeze, title_text
from monitors.wrappers import unwrapped

_LONGEST_TITLE = 500
_LONGEST_SUMMARY = 2000
_CUT_OFF = ("[…]", "[...]", "…", "...", "read more", "continue reading", "читать далее")
_MANY = 3  # so many different items with one address, and it is no item's own


@dataclass(slots=True)
class FeedItem:
    """One item, whatever the format.

    :param url: absolute address of its page, empty where it names none
    :param id: its guid or id as written
    :param guess: what a feed library makes of ``published``
    :param publisher: who published it, where the feed only collects
    """

    url: str = ""
    id: str = ""
    title: str = ""
    title_is_html: bool = False
    summary: str = ""
    content: str = ""
    published: str = ""
    guess: time.struct_time | None = None
    language: str | None = None
    publisher: str = ""


@dataclass(slots=True)
class RawFeed:
    """A feed before its items are looked at.

    :param items: each makes its item, or raises
    :param home: the site's address, where the feed names it
    """

    items: list[Callable[[], FeedItem]]
    problems: list[str] = field(default_factory=list)
    language: str | None = None
    home: str | None = None


def entries_of(
    feed: RawFeed, source_id: str, url: str, now: datetime
) -> tuple[list[Entry], list[str]]:
    """The entries of all items, each with an address of its own, and what was wrong.

    An item without a link, and items that share one although they differ, get an address
    that nobody fetches: they are judged by what the feed says of them.

    :param url: the feed's final address
    """
    problems = list(feed.problems)
    found: list[tuple[Entry, str]] = []
    for number, make in enumerate(feed.items, start=1):
        try:
            item = make()
            found.append((_entry(item, source_id, feed.language, now), _mark(item)))
        except Exception as error:  # one bad item must not stop the others
            problems.append(f"entry {number} cannot be read ({type(error).__name__}): left out")
    home = feed.home or url
    shared = _shared((entry for entry, _ in found), home)
    entries: dict[str, Entry] = {}
    retold = 0
    for entry, mark in found:
        if not entry.url:
            entry = replace(entry, url=own_address(home, mark))
        elif entry.url in shared:
            entry = replace(entry, url=own_address(entry.url, mark))
        kept = entries.setdefault(entry.url, entry)
        retold += kept.title != entry.title
    if retold:
        problems.append(f"{retold} entries repeat the address of another: the first is read")
    return list(entries.values()), problems


def _entry(item: FeedItem, source_id: str, language: str | None, now: datetime) -> Entry:
    content, described = paragraphs_of(item.content), paragraphs_of(item.summary)
    summary = " ".join(described)
    paragraphs = content if _is_full(content) else []
    if not paragraphs and len(described) >= 3 and _is_full(described):
        paragraphs = described  # some feeds carry the article as its description
    if item.summary == item.content or paragraphs is described:
        summary = " ".join(described[:2])
    elif not summary:
        summary = " ".join(content[:2])
    title = _without_publisher(title_text(item.title, item.title_is_html), item.publisher)
    return Entry(
        source_id=source_id,
        url=unwrapped(item.url) if item.url else "",
        title=shorten(title or first_sentence(summary), _LONGEST_TITLE),
        summary=shorten(summary, _LONGEST_SUMMARY),
        published=parse_date(item.published, now, item.guess),
        published_raw=squeeze(item.published)[:100],
        language=normalise_language(item.language) or language,
        paragraphs=tuple(paragraphs),
    )


def _without_publisher(title: str, publisher: str) -> str:
    """Aggregators write ``Headline - Publisher``, and name the publisher beside it."""
    bare = title.removesuffix(squeeze(publisher)) if publisher else title
    return bare.rstrip().removesuffix("-").rstrip() if bare != title and bare.strip() else title


def _mark(item: FeedItem) -> str:
    """What tells this item from the others of its feed, the same at the next poll."""
    known = item.id or "\n".join((item.title, item.published, item.summary[:1000]))
    return hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _shared(entries: Iterable[Entry], home: str) -> set[str]:
    """Addresses of several entries that differ: the home page of a site, for example."""
    counts = Counter(url for url, _ in {(e.url, e.title) for e in entries if e.url})
    return {
        url
        for url, count in counts.items()
        if count >= _MANY or (count > 1 and (url == home or urlsplit(url).path in ("", "/")))
    }


def _is_full(paragraphs: list[str]) -> bool:
    """Whether this is an article's text, and no teaser."""
    length = sum(map(len, paragraphs))
    if not paragraphs or paragraphs[-1].lower().endswith(_CUT_OFF):
        return False
    return length > 600 or (len(paragraphs) >= 3 and length > 300)

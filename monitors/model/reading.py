"""From a source's list to clean text: entries, polls, pages, articles, passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitors.model.health import Pulse, Trouble
from monitors.model.web import Pace, WebMemory


@dataclass(frozen=True, slots=True)
class Entry:
    """What a source lists.

    :param url: absolute http(s) URL of the page as listed, without an aggregator's wrapping;
        what is listed without a page of its own has one that ends in ``#entry-`` and 12 hex
        digits, and is never fetched
    :param published: what the source claims, or None where it is absent or unparseable
    :param published_raw: the claim as written
    :param summary: plain text, may be empty
    :param paragraphs: the full text where the source carries it (plain text)
    """

    source_id: str
    url: str
    title: str = ""
    summary: str = ""
    published: datetime | None = None
    published_raw: str = ""
    language: str | None = None
    paragraphs: tuple[str, ...] = ()


class PollState(StrEnum):
    """How one poll of a source ended."""

    OK = "ok"
    NOT_MODIFIED = "not modified"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Poll:
    """The outcome of asking one source for its entries.

    :param problems: one line for each entry that had to be left out, and why, and for
        whatever else was wrong; the last of very many is "and so many more"
    :param left_out: how many entries had to be left out
    :param error: one line: what failed, where, what to do
    :param trouble: what kind of failure it was; None where there was none
    :param retry_after: the wait that the server asked for
    :param cache_for: how long the server says that its answer stays fresh
    :param moved_to: where permanent redirects led from the source's address
    :param pace: how often the source itself wants to be asked; None where it was not heard
    """

    source_id: str
    state: PollState
    at: datetime
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    left_out: int = 0
    etag: str | None = None
    last_modified: str | None = None
    status: int | None = None
    error: str | None = None
    trouble: Trouble | None = None
    retry_after: timedelta | None = None
    cache_for: timedelta | None = None
    moved_to: str | None = None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between polls."""

    source_id: str
    etag: str | None = None
    last_modified: str | None = None
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures: int = 0
    baseline_done: bool = False
    last_state: PollState | None = None
    last_error: str | None = None
    entries_seen: int = 0
    last_entry_at: datetime | None = None
    web: WebMemory = field(default_factory=WebMemory)
    pulse: Pulse = field(default_factory=Pulse)


STALE_AFTER = timedelta(days=7)
"""An article that was published longer ago than this when it was first seen is no news."""


class Fate(StrEnum):
    """Where an entry ends. Closed: each entry that is read from a source has exactly one.

    See :mod:`monitors.ledger`, where they are counted.
    """

    WAITING = "waiting"
    """not ended yet: stored, its page still to be read"""
    NEW = "new"
    """its article is stored for the first time"""
    SEEN = "seen"
    """listed before, or its article stored before under another entry; unchanged"""
    REVISION = "revision"
    """its article was stored before and has changed"""
    BASELINE = "baseline"
    """its article is stored; it came with the first answer of its source, and is not told"""
    STALE = "stale"
    """its article is stored; it was published too long before it was first seen"""
    UNREADABLE = "unreadable"
    """no address, text, title or summary that could be judged"""
    BLOCKED = "blocked"
    """the server or our own guard refuses the page"""
    FAILED = "failed"
    """the page could not be fetched or stored, and the attempts are used up"""


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """A stored entry whose page is still to be read.

    :param baseline: the entry came with the first poll of its source
    :param attempts: how often reading it has failed
    """

    id: int
    entry: Entry
    first_seen: datetime
    baseline: bool
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """What became of one entry of a source, for people.

    :param baseline: the entry came with the first poll of its source
    :param attempts: how often reading it has failed
    :param detail: why it has its fate, where that needs saying
    """

    source_id: str
    url: str
    first_seen: datetime
    baseline: bool
    fate: Fate
    attempts: int = 0
    detail: str = ""
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a URL returned. ``body`` is decoded from gzip or deflate, not from its charset.

    :param moved_to: where permanent redirects (301, 308) led from the requested URL; None
        where there were none
    """

    url: str
    requested_url: str
    status: int
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: timedelta | None = None
    cache_for: timedelta | None = None
    moved_to: str | None = None


class DateEvidence(StrEnum):
    """What says when an article was published. Closed."""

    FEED = "feed"
    JSON_LD = "json-ld"
    META = "meta"
    TIME = "time element"
    URL = "url"
    MARKUP = "other markup"


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What a page gives away of itself, besides its text.

    :param closed: it says that its article is not accessible for free
    :param words: how many words its article has by its own count
    :param listed: lines of its text that are headings linked to other pages
    :param translated: it says that a machine translated it
    """

    closed: bool = False
    words: int | None = None
    listed: int = 0
    translated: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """The clean text of a page, before it is judged.

    :param paragraphs: the article's text, in reading order; captions are not among it
    :param published_by: what says so; None where there is no date
    :param language: that of the text
    :param canonical_url: what the page itself names as its address
    :param section: the section of the site, as the page names it
    :param captions: of the figures in the article
    :param asides: lines before and behind the text that are no part of it: headline, byline,
        date, labels
    """

    title: str
    paragraphs: tuple[str, ...]
    published: datetime | None = None
    language: str | None = None
    author: str | None = None
    canonical_url: str | None = None
    published_by: DateEvidence | None = None
    section: str | None = None
    captions: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    signs: PageSigns = PageSigns()


UNREADABLE_CAUSES = (
    "empty",
    "not html",
    "cookie wall",
    "paywall",
    "error page",
    "bot wall",
    "listing",
    "boilerplate",
    "refused",
    "robots.txt",
    "unreachable",
    "too large",
    "too slow",
    "not parsed",
)
"""Why a page has no text that could be judged. Closed."""


class PassageKind(StrEnum):
    """What a piece of an article is. Only the first three are evidence."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    CAPTION = "caption"
    RELATED = "related"
    RECAP = "recap"
    BOILERPLATE = "boilerplate"

    @property
    def is_evidence(self) -> bool:
        """Whether a match or an alert may rest on such a passage."""
        return self in (PassageKind.TITLE, PassageKind.LEAD, PassageKind.BODY)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article's text; ``index`` counts from 0 in reading order."""

    index: int
    kind: PassageKind
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """The clean text behind one canonical URL, in one revision.

    :param id: ``A-`` and 12 hex digits of the SHA-256 of the canonical URL and revision
    :param key: address by which other copies of the article are known as the same; the URL
        where it is empty. Compared by :func:`monitors.addresses.identity`; not stored
    :param fingerprint: SHA-256 of the normalised text, for "unchanged"
    :param first_seen: the article's clock; ``published`` is only evidence
    :param text_available: False where only title and summary could be had
    :param unreadable: one of ``UNREADABLE_CAUSES`` where the text is not available
    :param language: that of the text, of the title where there is none
    :param title_language: that of the title
    :param published_by: what says when it was published; None where nothing does
    :param author: as page or feed name them, empty where they do not
    :param section: the section of the site, as the page names it
    :param baseline: it came with the first poll of its source
    """

    id: str
    source_id: str
    url: str
    title: str
    passages: tuple[Passage, ...]
    fingerprint: str
    first_seen: datetime
    published: datetime | None = None
    language: str = "und"
    revision: int = 0
    text_available: bool = True
    unreadable: str | None = None
    machine_translated: bool = False
    baseline: bool = False
    entry_id: int | None = None
    key: str = ""
    title_language: str = "und"
    published_by: DateEvidence | None = None
    author: str = ""
    section: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether it was published too long before it was first seen."""
        return self.published is not None and self.first_seen - self.published > STALE_AFTER

    @property
    def lead(self) -> str:
        """Title and first evidence passages, at most 400 characters: what the event is."""
        body = (p.text for p in self.passages if p.kind in (PassageKind.LEAD, PassageKind.BODY))
        return " ".join([self.title, *body])[:400].strip()

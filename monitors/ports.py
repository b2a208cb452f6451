"""The seams of Tidings: what the pipeline needs from the world.

Each port has one contract test suite (``tests/contract/``) that every adapter passes.
Methods of :class:`Fetcher` and :class:`SourceReader` are coroutines because they wait for
the network; all others block. Every adapter may be used from any thread, by one thread at
a time. All times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitors.model import (
    Alert,
    Article,
    Decision,
    Delivery,
    DeliveryState,
    Development,
    Extraction,
    Fate,
    Mention,
    Message,
    Page,
    PendingEntry,
    Poll,
    Receipt,
    Source,
    SourceState,
    Story,
    Vector,
)


class Fetcher(Protocol):
    """Bytes in, safely and politely."""

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
    ) -> Page:
        """Get ``url``, following redirects.

        :returns: a page with status 200, or 304 with an empty body where a validator held
        :raises FetchError: any other outcome, as the fitting subclass
        """
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


class SourceReader(Protocol):
    """Knows one kind of source."""

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        """Ask ``source`` for its entries.

        One bad entry is left out and named in ``Poll.problems``.

        :raises FetchError: the source could not be fetched
        :raises SourceError: it answered with something else than its kind needs
        """
        ...


class Extractor(Protocol):
    """Clean text out of pages."""

    def extract(self, page: Page) -> Extraction:
        """The text and metadata of ``page``.

        :raises Unreadable: with its cause, where no article text is found
        """
        ...


class Encoder(Protocol):
    """Texts to vectors."""

    @property
    def model_id(self) -> str:
        """Names the model and everything else that changes its vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vector:
        """Vectors of ``texts``: float32, shape (n, d), unit rows, in the same order.

        :raises EncoderError: the model cannot be loaded or used
        """
        ...


class Notifier(Protocol):
    """Tells people. Never retries: retries belong to the outbox."""

    def send(self, message: Message) -> Receipt:
        """Post ``message``, or change the one that it ``edits``.

        :raises DeliveryDeferred: definitely not sent, a retry can help
        :raises DeliveryRefused: definitely not sent, a retry cannot help
        :raises DeliveryUnknown: no answer; it may have been sent
        """
        ...

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        """Look whether a message with ``alert_key`` was posted since ``since``.

        :param channel: the channel's id where it is known, else its name
        :raises DeliveryError: history could not be read
        """
        ...


# --- the store: one database, one small port for each concern ----------------------------


class SourceStore(Protocol):
    """Sources, and the entries that they listed."""

    def states(self, source_ids: Collection[str]) -> dict[str, SourceState]:
        """The remembered state of each source; a fresh state for one never seen."""
        ...

    def save_poll(self, poll: Poll, state: SourceState) -> dict[Fate, int]:
        """Store a poll in one transaction: the new ``state``, and entries not seen before.

        An entry is the same when source and URL are; where its title, summary or
        paragraphs changed it is queued again. New entries wait with fate ``new`` and
        ``first_seen = poll.at``; while the stored ``baseline_done`` is False they are
        marked as baseline. ``entries_seen`` and ``last_entry_at`` are kept by the store
        itself, which counts new entries; those of ``state`` are not looked at.

        :returns: how many entries were new, revised and seen
        """
        ...

    def pending(self, limit: int, max_attempts: int = 5) -> list[PendingEntry]:
        """Entries with fate ``new``, oldest first; also those that earlier runs left."""
        ...

    def settle(self, entry_id: int, fate: Fate, detail: str = "") -> None:
        """End an entry without an article. ``Fate.NEW`` counts a failed attempt instead."""
        ...

    def overview(self) -> list[dict[str, Any]]:
        """One row a source for people: state fields, entries by fate, articles, alerts."""
        ...


class ArticleStore(Protocol):
    """Articles in every revision."""

    def save(self, article: Article) -> tuple[Article, Fate]:
        """Store ``article`` and settle its entry, in one transaction.

        Articles are the same when their canonical URLs are. An unchanged fingerprint
        gives ``SAME``; a changed one gets the next revision number and id and gives
        ``REVISION``; otherwise ``READ``.

        :returns: the article as stored (id, revision), and the fate of its entry
        """
        ...

    def undecided(self, limit: int) -> list[Article]:
        """Stored articles not yet marked as decided, oldest ``first_seen`` first.

        Of those first seen together the first published comes first, one without a date
        last; then the id decides.
        """
        ...

    def find(self, key: str) -> Article | None:
        """By article id or by URL (canonical or as listed; newest revision)."""
        ...

    def recent(self, since: datetime, limit: int | None = None) -> list[Article]:
        """Articles first seen at or after ``since``, oldest first."""
        ...


class VectorStore(Protocol):
    """Vectors by model and text; a cache that may be emptied at any time."""

    def get(self, model_id: str, keys: Collection[str]) -> dict[str, Vector]:
        """The vectors that are stored for text ``keys``."""
        ...

    def put(self, model_id: str, vectors: Mapping[str, Vector], now: datetime) -> None:
        """Store vectors (in half precision); keys already there are left alone."""
        ...


@dataclass(frozen=True, slots=True)
class TopicState:
    """What is remembered of a topic between runs."""

    topic_id: str
    baseline_done: bool = False
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that deciding one article wrote: stored whole or not at all."""

    article_id: str
    decisions: tuple[Decision, ...] = ()
    stories: tuple[Story, ...] = ()
    developments: tuple[Development, ...] = ()
    mentions: tuple[Mention, ...] = ()
    alerts: tuple[tuple[Alert, datetime], ...] = ()
    """alerts with the time before which they are not sent"""


class DecisionStore(Protocol):
    """Decisions, stories and developments, and what was told."""

    def topic_states(self, topic_ids: Collection[str]) -> dict[str, TopicState]:
        """The remembered state of each topic; a fresh one for a topic never seen."""
        ...

    def finish_baseline(self, topic_ids: Collection[str], now: datetime) -> None:
        """From now on these topics alert."""
        ...

    def memory(self, topic_id: str, since: datetime, model_id: str = "") -> list[Mention]:
        """The mentions of a topic seen since ``since``, oldest first.

        :param model_id: only those whose vector this encoder made; all where empty
        """
        ...

    def record(self, outcome: Outcome) -> int:
        """Store ``outcome`` and mark its article as decided, in one transaction.

        Stories are inserted or updated: a later step keeps the headline and the opening of
        its story. An alert whose key is in the outbox already is left alone, but a pending
        ``EDIT`` of the same key takes the new content.
        Repeating the same call changes nothing.

        :returns: how many alerts were queued
        """
        ...

    def decisions(
        self,
        *,
        article_id: str | None = None,
        topic_id: str | None = None,
        verdicts: Collection[str] = (),
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[Decision]:
        """Decisions, newest first."""
        ...

    def stories(self, topic_id: str | None = None, limit: int = 100) -> list[Story]:
        """Stories, last changed first."""
        ...

    def developments(self, story_id: str) -> list[Development]:
        """The developments of a story, oldest first."""
        ...

    def told_since(self, topic_id: str, since: datetime) -> int:
        """How many ``alert`` verdicts the topic had since ``since``: for its budget."""
        ...


class Outbox(Protocol):
    """Alerts until they are delivered.

    ``pending`` to ``sending`` to ``sent``; back to ``pending`` when it was definitely not
    sent, ``dead`` when it never will be, ``unknown`` when nobody can tell yet.
    """

    def enqueue(self, alert: Alert, not_before: datetime) -> bool:
        """Add an alert outside a decision (digest, notice). False where its key is known."""
        ...

    def claim(self, now: datetime, lease: timedelta, limit: int = 1) -> list[Delivery]:
        """Take due ``pending`` alerts, oldest first; they become ``sending``.

        A step or edit is not due before its thread's first message was sent; it is
        handed over with ``thread_ts``. Rows still ``sending`` past their lease (their
        deliverer died) become ``unknown``.
        """
        ...

    def sent(self, delivery_id: int, receipt: Receipt, now: datetime) -> None:
        """It was delivered."""
        ...

    def defer(
        self, delivery_id: int, not_before: datetime, error: str, *, plain: bool = False
    ) -> None:
        """It was definitely not sent: ``pending`` again."""
        ...

    def kill(self, delivery_id: int, error: str) -> None:
        """It can never be sent: ``dead``."""
        ...

    def doubt(self, delivery_id: int, error: str) -> None:
        """Nobody knows whether it was sent: ``unknown``."""
        ...

    def doubtful(self, now: datetime, limit: int = 20) -> list[Delivery]:
        """Rows in ``unknown`` whose ``not_before`` has come, oldest first."""
        ...

    def looked(self, delivery_id: int, not_before: datetime) -> None:
        """History was searched once without finding it: counts ``looks``."""
        ...

    def requeue(self, delivery_ids: Collection[int], now: datetime) -> int:
        """Bring ``dead`` rows back to ``pending``; returns how many."""
        ...

    def thread(self, story_id: str, channel: str) -> Alert | None:
        """The first message of a story's thread in ``channel``, with its latest edit.

        None where the story has no thread there.
        """
        ...

    def rows(self, states: Collection[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Rows for people, newest first; all states where none is named."""
        ...

    def counts(self) -> dict[DeliveryState, int]:
        """How many rows are in each state."""
        ...

    def troubles(self) -> dict[str, datetime]:
        """What the operators were told is wrong: subject to the time since when."""
        ...

    def notify(
        self, notices: Collection[Alert], troubles_now: Mapping[str, datetime], now: datetime
    ) -> int:
        """Queue ``notices`` and remember ``troubles_now`` instead of what was known.

        In one transaction, so that each change is told once.

        :returns: how many notices were queued
        """
        ...


class RunStore(Protocol):
    """Runs, and the lease that keeps them from overlapping."""

    def acquire(self, name: str, holder: str, now: datetime, ttl: timedelta) -> str | None:
        """Take or renew the lease ``name``.

        :returns: None when ``holder`` has it now, else the other holder
        """
        ...

    def release(self, name: str, holder: str) -> None:
        """Give the lease back; nothing happens where another holds it."""
        ...

    def save(self, run_id: str, started: datetime, report: Mapping[str, Any]) -> None:
        """Insert or replace the report of a run."""
        ...

    def latest(self, limit: int = 1) -> list[dict[str, Any]]:
        """Reports, newest first, each with ``run_id`` and ``started``."""
        ...


class Store(Protocol):
    """One database.

    Every method of every part raises :class:`~monitors.errors.StoreError` subclasses
    and leaves the database as it was where it fails.
    """

    @property
    def sources(self) -> SourceStore:
        """Sources and entries."""
        ...

    @property
    def articles(self) -> ArticleStore:
        """Articles."""
        ...

    @property
    def vectors(self) -> VectorStore:
        """The cache of vectors."""
        ...

    @property
    def decisions(self) -> DecisionStore:
        """Decisions, stories, memory."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Alerts until they are delivered."""
        ...

    @property
    def runs(self) -> RunStore:
        """Reports and the lease."""
        ...

    def migrate(self) -> None:
        """Bring the schema up to date; safe to repeat and to interrupt."""
        ...

    def prune(self, before: datetime) -> Mapping[str, int]:
        """Drop what retention no longer needs; returns rows deleted by table."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...

"""Ports to what is known: sources, articles, vectors, decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from monitors.model import (
    Alert,
    Article,
    Decision,
    Development,
    Fate,
    Hold,
    Listing,
    Mention,
    PendingEntry,
    Poll,
    Pulse,
    SourceState,
    Story,
    Vector,
)


class SourceStore(Protocol):
    """Sources, and the entries that they listed."""

    def states(self, source_ids: Collection[str]) -> dict[str, SourceState]:
        """The remembered state of each source; a fresh state for one never seen."""
        ...

    def save_poll(self, poll: Poll, state: SourceState) -> dict[Fate, int]:
        """Store a poll in one transaction: the new ``state``, and entries not seen before.

        An entry is the same when source and URL are; where its title, summary or
        paragraphs changed it is queued again. What is queued has fate ``waiting`` and
        ``first_seen = poll.at``; while the stored ``baseline_done`` is False they are
        marked as baseline. ``entries_seen`` and ``last_entry_at`` are kept by the store
        itself, which counts new entries; those of ``state`` are not looked at.

        :returns: how many entries were new, revised and seen. One that is still waiting
            from an earlier poll counts as seen, also where it changed meanwhile
        """
        ...

    def pending(
        self, limit: int, max_attempts: int = 5, slots: Collection[int] = ()
    ) -> list[PendingEntry]:
        """Entries with fate ``waiting``, oldest first; also those that earlier runs left.

        :param slots: those whose page is on a host of these slots only
            (:mod:`monitors.shards`); all where empty
        """
        ...

    def listings(self, key: str) -> list[Listing]:
        """Entries with this URL, or from which the article with this id was read; oldest first."""
        ...

    def settle(self, entry_id: int, fate: Fate, detail: str = "") -> None:
        """End an entry without an article. ``Fate.WAITING`` counts a failed attempt."""
        ...

    def save_pulses(self, pulses: Mapping[str, tuple[Pulse, datetime | None]]) -> None:
        """Remember the health of sources that were polled before, in one transaction.

        :param pulses: source id to its pulse, and to when it is due where that changes
        """
        ...

    def waiting(self, slots: Collection[int] = ()) -> dict[str, int]:
        """How many entries of each source have fate ``waiting``; sources with none are absent.

        :param slots: as for :meth:`pending`
        """
        ...

    def keep_ledger(self, at: datetime, accounts: Mapping[str, Mapping[str, int]]) -> None:
        """Add counts to what each source has in the hour of ``at``; old hours are dropped.

        :param accounts: source id to counts by name, which are those of
            :data:`monitors.ledger.COUNTS`
        """
        ...

    def ledger(self, since: datetime) -> dict[str, dict[str, int]]:
        """The sums of what was kept for each source since the hour of ``since``."""
        ...

    def overview(self) -> list[dict[str, Any]]:
        """One row a source for people: state fields, pulse, entries by fate, articles, alerts."""
        ...


class ArticleStore(Protocol):
    """Articles in every revision."""

    def save(self, article: Article) -> tuple[Article, Fate]:
        """Store ``article`` and settle its entry, in one transaction.

        Articles are the same when their canonical URLs are. An unchanged fingerprint
        gives ``SEEN``; a changed one gets the next revision number and id and gives
        ``REVISION``; otherwise ``BASELINE``, ``STALE`` or ``NEW``.

        :returns: the article as stored (id, revision), and the fate of its entry
        """
        ...

    def repeated(
        self, site: str, title: str, passages: Collection[str], at: datetime
    ) -> frozenset[str]:
        """Learn what an article of ``site`` holds, and say what of it is the site's own.

        Learning the same again changes nothing. A bounded number of passages is kept for
        each site; those not seen for longest go.

        :param title: key of its headline: articles are told apart by it, so that copies of
            one article under several addresses count once
        :param passages: keys of its passages
        :param at: the time of the run
        :returns: those of ``passages`` that at least three other articles hold
        """
        ...

    def undecided(self, limit: int | None) -> list[Article]:
        """Stored articles not yet marked as decided, oldest ``first_seen`` first.

        Of those first seen together the first published comes first, one without a date
        last; then the id decides.
        """
        ...

    def find(self, key: str) -> Article | None:
        """By article id or by URL (canonical or as listed; newest revision)."""
        ...

    def recent(
        self, since: datetime, limit: int | None = None, until: datetime | None = None
    ) -> list[Article]:
        """Articles first seen at or after ``since``, oldest first.

        :param until: and before this time
        """
        ...


class VectorStore(Protocol):
    """Vectors by model and text; a cache that may be emptied at any time."""

    def get(self, model_id: str, keys: Collection[str]) -> dict[str, Vector]:
        """The vectors that are stored for text ``keys``."""
        ...

    def put(self, model_id: str, vectors: Mapping[str, Vector], now: datetime) -> None:
        """Store vectors (in half precision); keys already there are left alone.

        One whose numbers need no more than 8 bits each takes half of that.
        """
        ...


@dataclass(frozen=True, slots=True)
class TopicState:
    """What is remembered of a topic between runs.

    :param definition: digest of what it was about when it last looked back; empty: unknown
    :param behind: it is looking back, and has got up to this time
    """

    topic_id: str
    baseline_done: bool = False
    first_seen: datetime | None = None
    definition: str = ""
    behind: datetime | None = None


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
    holds: Mapping[str, Hold] = field(default_factory=dict)
    """why alerts are held instead of sent, by their keys"""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A mention whose vector another encoder made: what it takes to make it anew."""

    article_id: str
    key_text: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A lease without which the database takes no decision.

    :param lease: its name
    :param holder: who must hold it
    """

    lease: str
    holder: str


class DecisionStore(Protocol):
    """Decisions, stories and developments, and what was told."""

    def topic_states(self, topic_ids: Collection[str]) -> dict[str, TopicState]:
        """The remembered state of each topic; a fresh one for a topic never seen."""
        ...

    def finish_baseline(self, topic_ids: Collection[str], now: datetime) -> None:
        """From now on these topics alert."""
        ...

    def keep_topic(self, state: TopicState, now: datetime) -> None:
        """Remember definition and place of a look back.

        A topic that alerts goes on doing so; ``first_seen`` is set where it begins to.
        """
        ...

    def memory(
        self, topic_id: str, since: datetime, model_id: str = "", most: int | None = None
    ) -> list[Mention]:
        """The mentions of a topic seen since ``since``, oldest first.

        :param model_id: only those whose vector this encoder made; all where empty
        :param most: the newest so many
        """
        ...

    def foreign(
        self,
        topic_ids: Collection[str],
        since: datetime,
        model_id: str,
        most: int | None = None,
    ) -> dict[str, list[Foreign]]:
        """Of what :meth:`memory` should give, the mentions that another encoder made.

        :param most: of each topic only the newest so many are looked at
        :returns: topic id to its mentions, those told first, then the newest; topics without
            any are absent
        """
        ...

    def encode_anew(
        self,
        topic_id: str,
        model_id: str,
        vectors: Mapping[str, Vector],
        fence: Fence | None = None,
    ) -> int:
        """Give mentions of a topic the vectors of another encoder, in one transaction.

        Repeating the same call changes nothing.

        :param vectors: article id to its vector
        :param fence: as for :meth:`record`
        :returns: how many changed
        :raises RunSkipped: another holds the lease; nothing is stored
        """
        ...

    def record(self, outcome: Outcome, fence: Fence | None = None) -> int:
        """Store ``outcome`` and mark its article as decided, in one transaction.

        :param fence: a lease that its holder must have, and keeps until the transaction ends

        Stories are inserted or updated: a later step keeps the headline and the opening of
        its story. An alert whose key is in the outbox already is left alone, but a pending
        ``EDIT`` of the same key takes the new content.
        Repeating the same call changes nothing.

        :returns: how many alerts were queued
        :raises RunSkipped: another holds the lease; nothing is stored
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

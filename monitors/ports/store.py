"""Ports to what is done: the outbox, runs, and the store that has every part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitors.model import (
    Alert,
    Delivery,
    DeliveryState,
    Receipt,
)
from monitors.ports.answers import AnswerStore
from monitors.ports.digests import DigestStore
from monitors.ports.history import HistoryStore
from monitors.ports.hosts import HostStore
from monitors.ports.lessons import LessonStore
from monitors.ports.records import ArticleStore, DecisionStore, SourceStore, VectorStore


class Outbox(Protocol):
    """Alerts until they are delivered.

    ``pending`` to ``sending`` to ``sent``; back to ``pending`` when it was definitely not
    sent, ``dead`` when it never will be, ``unknown`` when nobody can tell yet. ``held``
    rows are not claimed: see :class:`~monitors.ports.DigestStore`.
    """

    def enqueue(self, alert: Alert, not_before: datetime) -> bool:
        """Add an alert outside a decision (notice). False where its key is known."""
        ...

    def claim(
        self, now: datetime, lease: timedelta, limit: int = 1, skip: Collection[str] = ()
    ) -> list[Delivery]:
        """Take due ``pending`` alerts, oldest first; they become ``sending``.

        :param skip: channels whose alerts stay where they are

        A step or edit is not due before its thread's first message was sent; it is
        handed over with ``thread_ts``. Those of a muted story stay where they are. Rows
        still ``sending`` past their lease (their deliverer died) become ``unknown``. A time
        further ahead than any wait of ours was set while the clock was wrong, and counts as
        come.
        """
        ...

    def due(self, now: datetime) -> list[str]:
        """The channels for which :meth:`claim` would find something, in no order."""
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
        """Bring ``dead`` and ``unknown`` rows back to ``pending``; returns how many.

        An ``unknown`` one comes back as a possible repeat.
        """
        ...

    def thread(self, story_id: str, channel: str) -> Alert | None:
        """The first message of a story's thread in ``channel``, with its latest edit.

        None where the story has no thread there. One that is held has a thread to come.
        """
        ...

    def rows(self, states: Collection[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Rows for people, newest first; all states where none is named."""
        ...

    def posted(self, channel_id: str, ts: str) -> Delivery | None:
        """The alert whose message this is; None where no message of ours is known so."""
        ...

    def find(self, key: str) -> Delivery | None:
        """The row of an alert by its key."""
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

    def leases(self, now: datetime) -> dict[str, str]:
        """Every lease that has not run out: name to holder."""
        ...

    def spend(self, limits: Mapping[str, int], now: datetime) -> bool:
        """Count one more use of each allowance in ``limits``: of all, or of none.

        An allowance that was not used for a week is forgotten.

        :param limits: name of an allowance to the most uses of it
        :returns: False, and nothing is counted, where one is used up
        """
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
    def hosts(self) -> HostStore:
        """Budgets and rests of hosts, robots.txt."""
        ...

    @property
    def digests(self) -> DigestStore:
        """What is held back, and digests."""
        ...

    @property
    def runs(self) -> RunStore:
        """Reports and the lease."""
        ...

    @property
    def answers(self) -> AnswerStore:
        """What readers answered."""
        ...

    @property
    def lessons(self) -> LessonStore:
        """What was learnt from answers."""
        ...

    @property
    def history(self) -> HistoryStore:
        """Stories with all that belongs to them."""
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

"""Port to what is held back, and to digests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitors.model import Alert, Decision, Delivery, Hold, Reason


@dataclass(frozen=True, slots=True)
class DigestState:
    """How far a channel's digests have got. Rows are told apart by number, not by time.

    :param period: the local day (ISO) whose digest was the last one
    :param last_delivery: outbox rows up to this number were reported
    :param last_decision: decisions up to this number were reported
    """

    period: str
    last_delivery: int = 0
    last_decision: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One decision on an article that fitted a topic: when, and whether it was told."""

    topic_id: str
    at: datetime
    told: bool


class DigestStore(Protocol):
    """Alerts that are held, and the digests that tell them."""

    def held(self, hold: Hold, channel: str | None = None, after: int = 0) -> list[Delivery]:
        """Rows that are held for this reason, oldest first.

        :param after: only rows with a higher number
        """
        ...

    def told_after(self, channel: str, after: int) -> list[Delivery]:
        """Stories and steps of a channel with a higher number that were let through.

        Also those that a digest told after quiet hours or a pause. Oldest first.
        """
        ...

    def let_through_since(self, channel: str, since: datetime) -> list[Alert]:
        """Stories and steps that were let through at or after ``since``: for budgets."""
        ...

    def ration(
        self,
        passed: Collection[int],
        over: Collection[int],
        now: datetime,
        edits: Collection[Alert] = (),
    ) -> None:
        """Let rows through that were being weighed, and hold others as over budget.

        In one transaction, together with ``edits`` of first messages. What is over budget is
        not told: its decision becomes ``over budget``, its development may still be told.
        """
        ...

    def release(self, delivery_ids: Collection[int], now: datetime) -> int:
        """Send held rows by themselves; returns how many were held still."""
        ...

    def hold_waiting(self, hold: Hold) -> int:
        """Hold every story and step that waits and was never tried; returns how many."""
        ...

    def fold(
        self, digest: Alert, delivery_ids: Collection[int], state: DigestState | None = None
    ) -> bool:
        """Queue ``digest`` instead of the held rows that it tells, in one transaction.

        The rows become ``digested``, their developments count as told, and edits of them
        that wait are dropped.

        :param state: the channel's new state, for a digest of a period
        :returns: False, with nothing changed, where a row is not held any more or the
            digest's key is known
        """
        ...

    def state(self, channel: str) -> DigestState | None:
        """How far the channel's digests have got; None where it never had one."""
        ...

    def save_state(self, channel: str, state: DigestState) -> None:
        """Insert or replace the state of a channel."""
        ...

    def newest(self) -> tuple[int, int]:
        """The highest numbers of outbox rows and of decisions; 0 where there are none."""
        ...

    def decided_after(
        self, topic_ids: Collection[str], reason: Reason, after: int, limit: int
    ) -> tuple[list[Decision], int]:
        """Decisions with a higher number and this reason: the newest, and how many in all."""
        ...

    def seen(self, topic_ids: Collection[str], since: datetime) -> list[Seen]:
        """Decisions since ``since`` on articles that fitted their topic, in any order."""
        ...

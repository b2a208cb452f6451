"""The outbox in memory."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitors.model import POSSIBLE_REPEAT, Alert, AlertKind, Delivery, DeliveryState, Receipt


class MemoryOutbox:
    """An outbox in memory, safe for several threads."""

    def __init__(self) -> None:
        self._rows: dict[int, Delivery] = {}
        self._troubles: dict[str, datetime] = {}
        self._lock = threading.RLock()

    def enqueue(self, alert: Alert, not_before: datetime) -> bool:
        """Add an alert; False where its key is known. A pending edit takes new content."""
        with self._lock:
            for row in self._rows.values():
                if row.alert.key == alert.key:
                    if alert.kind is AlertKind.EDIT and row.state is DeliveryState.PENDING:
                        self._rows[row.id] = replace(row, alert=alert)
                    return False
            new = Delivery(len(self._rows) + 1, alert, DeliveryState.PENDING, not_before)
            self._rows[new.id] = new
            return True

    def claim(
        self, now: datetime, lease: timedelta, limit: int = 1, skip: Collection[str] = ()
    ) -> list[Delivery]:
        """Take due alerts; rows past their lease become ``unknown``."""
        with self._lock:
            for row in self._rows.values():
                expired = row.lease_until is not None and row.lease_until <= now
                if row.state is DeliveryState.SENDING and expired:
                    self._change(row.id, state=DeliveryState.UNKNOWN, error="the deliverer died")
            claimed: list[Delivery] = []
            for row in sorted(self._rows.values(), key=lambda row: row.id):
                if not self._due(row, now) or row.alert.channel in skip or len(claimed) == limit:
                    continue
                _, thread_ts, channel_id = self._thread(row)
                claimed.append(
                    self._change(
                        row.id,
                        state=DeliveryState.SENDING,
                        attempts=row.attempts + 1,
                        sending_since=now,
                        lease_until=now + lease,
                        thread_ts=thread_ts,
                        channel_id=channel_id or row.channel_id,
                        looks=0,
                    )
                )
            return claimed

    def due(self, now: datetime) -> list[str]:
        """The channels that have something to send."""
        with self._lock:
            ready = {row.alert.channel for row in self._rows.values() if self._due(row, now)}
            return sorted(ready)

    def sent(self, delivery_id: int, receipt: Receipt, now: datetime) -> None:
        """It was delivered."""
        self._change(
            delivery_id,
            state=DeliveryState.SENT,
            ts=receipt.ts,
            channel_id=receipt.channel_id,
            error=None,
            sent_at=now,
        )

    def defer(
        self, delivery_id: int, not_before: datetime, error: str, *, plain: bool = False
    ) -> None:
        """It was definitely not sent."""
        self._change(
            delivery_id,
            state=DeliveryState.PENDING,
            not_before=not_before,
            error=error,
            plain=plain or self._rows[delivery_id].plain,
        )

    def kill(self, delivery_id: int, error: str) -> None:
        """It can never be sent."""
        self._change(delivery_id, state=DeliveryState.DEAD, error=error)

    def doubt(self, delivery_id: int, error: str) -> None:
        """Nobody knows whether it was sent."""
        self._change(delivery_id, state=DeliveryState.UNKNOWN, error=error)

    def doubtful(self, now: datetime, limit: int = 20) -> list[Delivery]:
        """Rows in ``unknown`` whose ``not_before`` has come."""
        with self._lock:
            rows = sorted(self._rows.values(), key=lambda row: row.id)
        unknown = (row for row in rows if row.state is DeliveryState.UNKNOWN)
        return [row for row in unknown if row.not_before <= now][:limit]

    def looked(self, delivery_id: int, not_before: datetime) -> None:
        """History was searched once without finding it."""
        with self._lock:
            looks = self._rows[delivery_id].looks + 1
            self._change(delivery_id, looks=looks, not_before=not_before)

    def requeue(self, delivery_ids: Collection[int], now: datetime) -> int:
        """Bring ``dead`` and ``unknown`` rows back."""
        with self._lock:
            stuck = [
                row
                for row in self._rows.values()
                if row.id in delivery_ids
                and row.state in (DeliveryState.DEAD, DeliveryState.UNKNOWN)
            ]
            for row in stuck:
                self._change(
                    row.id,
                    state=DeliveryState.PENDING,
                    not_before=now,
                    attempts=0,
                    plain=False,
                    error=_requeued(row),
                )
            return len(stuck)

    def thread(self, story_id: str, channel: str) -> Alert | None:
        """The first message of a story's thread, with the content of its latest edit."""
        with self._lock:
            first = self._first(story_id, channel)
            if first is None:
                return None
            edits = [
                row.alert
                for row in self._rows.values()
                if row.alert.kind is AlertKind.EDIT
                and row.alert.channel == channel
                and set(row.alert.story_ids[:1]) & set(first.alert.story_ids)
            ]
        opened = first.alert
        newest = max([opened, *edits], key=lambda alert: alert.created_at)
        return replace(newest, key=opened.key, kind=opened.kind, created_at=opened.created_at)

    def rows(self, states: Collection[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Rows, newest first."""
        with self._lock:
            rows = sorted(self._rows.values(), key=lambda row: -row.id)
        return [row for row in rows if not states or row.state in states][:limit]

    def posted(self, channel_id: str, ts: str) -> Delivery | None:
        """The alert whose message this is."""
        found = (r for r in self.rows(limit=len(self._rows)) if r.ts == ts)
        own = (r for r in found if r.channel_id == channel_id)
        return next((r for r in own if r.alert.kind is not AlertKind.EDIT), None)

    def find(self, key: str) -> Delivery | None:
        """The row of an alert by its key."""
        rows = self.rows(limit=len(self._rows))
        return next((row for row in rows if row.alert.key == key), None)

    def counts(self) -> dict[DeliveryState, int]:
        """How many rows are in each state."""
        with self._lock:
            found = Counter(row.state for row in self._rows.values())
        return {state: found[state] for state in DeliveryState}

    def troubles(self) -> dict[str, datetime]:
        """What the operators were told is wrong."""
        with self._lock:
            return dict(self._troubles)

    def notify(
        self, notices: Collection[Alert], troubles_now: Mapping[str, datetime], now: datetime
    ) -> int:
        """Queue notices and remember what they are about."""
        with self._lock:
            self._troubles = dict(troubles_now)
            return sum(self.enqueue(notice, now) for notice in notices)

    def _due(self, row: Delivery, now: datetime) -> bool:
        pending = row.state is DeliveryState.PENDING and row.not_before <= now
        return pending and self._thread(row)[0]

    def _thread(self, row: Delivery) -> tuple[bool, str | None, str | None]:
        """Whether a row may go out, and the thread that it belongs to."""
        if row.alert.kind not in (AlertKind.STEP, AlertKind.EDIT) or not row.alert.story_ids:
            return True, None, None
        first = self._first(row.alert.story_ids[0], row.alert.channel)
        if first is None:
            return True, None, None
        return first.ts is not None, first.ts, first.channel_id

    def _first(self, story_id: str, channel: str) -> Delivery | None:
        """The row that opened a story's thread, unless it is dead."""
        for row in self._rows.values():
            opens = row.alert.kind is AlertKind.STORY and story_id in row.alert.story_ids
            if opens and row.alert.channel == channel and row.state is not DeliveryState.DEAD:
                return row
        return None

    def _change(self, delivery_id: int, **changes: Any) -> Delivery:
        with self._lock:
            row = replace(self._rows[delivery_id], **changes)
            self._rows[delivery_id] = row
            return row


def _requeued(row: Delivery) -> str | None:
    if (row.error or "").startswith(POSSIBLE_REPEAT):
        return row.error
    in_doubt = row.state is DeliveryState.UNKNOWN
    return f"{POSSIBLE_REPEAT}: a person asked for it" if in_doubt else None

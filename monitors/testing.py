"""Public fakes: the ports in memory, for tests of whatever uses them.

They keep the promises that ``monitors.ports`` states and pass the same contract suites as
the real adapters.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from monitors.clock import Clock, FixedClock, SystemClock
from monitors.decide.calibration import Calibration, Logistic, unit
from monitors.errors import DeliveryError, HttpStatusError
from monitors.model import (
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Message,
    Page,
    Receipt,
    Sensitivity,
    SourceRef,
    Stage,
    Tier,
    Vector,
)
from monitors.ports import Encoder

__all__ = [
    "FakeFetcher",
    "MemoryNotifier",
    "MemoryOutbox",
    "SteppingTime",
    "WordEncoder",
    "plain_calibration",
    "sample_alert",
]


class SteppingTime:
    """Time that passes only in ``sleep``, so that a test of waiting does not wait.

    :param clock: moved along with every sleep
    """

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.slept: list[float] = []
        self._start = clock.now()

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def monotonic(self) -> float:
        """Seconds since this was made."""
        return (self.clock.now() - self._start).total_seconds()


class MemoryOutbox:
    """An outbox in memory, safe for several threads."""

    def __init__(self) -> None:
        self._rows: dict[int, Delivery] = {}
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

    def claim(self, now: datetime, lease: timedelta, limit: int = 1) -> list[Delivery]:
        """Take due alerts; rows past their lease become ``unknown``."""
        with self._lock:
            for row in self._rows.values():
                expired = row.lease_until is not None and row.lease_until <= now
                if row.state is DeliveryState.SENDING and expired:
                    self._change(row.id, state=DeliveryState.UNKNOWN, error="the deliverer died")
            claimed: list[Delivery] = []
            for row in sorted(self._rows.values(), key=lambda row: row.id):
                ready, thread_ts, channel_id = self._thread(row)
                due = row.state is DeliveryState.PENDING and row.not_before <= now
                if not (due and ready) or len(claimed) == limit:
                    continue
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

    def sent(self, delivery_id: int, receipt: Receipt, now: datetime) -> None:
        """It was delivered."""
        self._change(
            delivery_id,
            state=DeliveryState.SENT,
            ts=receipt.ts,
            channel_id=receipt.channel_id,
            error=None,
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
        """Bring ``dead`` rows back."""
        with self._lock:
            dead = [
                row.id
                for row in self._rows.values()
                if row.id in delivery_ids and row.state is DeliveryState.DEAD
            ]
            for delivery_id in dead:
                self._change(delivery_id, state=DeliveryState.PENDING, not_before=now, attempts=0)
            return len(dead)

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

    def counts(self) -> dict[DeliveryState, int]:
        """How many rows are in each state."""
        with self._lock:
            found = Counter(row.state for row in self._rows.values())
        return {state: found[state] for state in DeliveryState}

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


class MemoryNotifier:
    """Keeps what it was told to send, and fails when told to.

    :ivar sent: every message that was accepted, in order, edits included
    :ivar history_error: raised by ``find`` while it is set
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.sent: list[Message] = []
        self.history_error: DeliveryError | None = None
        self._clock = clock or SystemClock()
        self._script: deque[tuple[Exception, bool]] = deque()
        self._receipts: dict[str, Receipt] = {}
        self._lock = threading.Lock()

    def fail_next(self, error: Exception, *, accepted: bool = False, times: int = 1) -> None:
        """Raise ``error`` from the next ``send``, after accepting the message or not."""
        self._script.extend([(error, accepted)] * times)

    def send(self, message: Message) -> Receipt:
        """Accept ``message``, or fail as scripted."""
        with self._lock:
            error, accepted = self._script.popleft() if self._script else (None, True)
            if accepted:
                self.sent.append(message)
                stamp = f"{self._clock.now().timestamp():.0f}.{len(self.sent):06d}"
                channel_id = "C-" + message.channel.lstrip("#").removeprefix("C-")
                receipt = Receipt(channel_id, message.edits or stamp)
                if message.edits is None:
                    self._receipts[message.alert_key] = receipt
            if error is not None:
                raise error
            return receipt

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        """The receipt of an accepted message."""
        if self.history_error is not None:
            raise self.history_error
        receipt = self._receipts.get(alert_key)
        if receipt is None or float(receipt.ts) < since.timestamp():
            return None
        return receipt


def sample_alert(key: str = "alert-1", **changes: Any) -> Alert:
    """A realistic alert with invented content.

    :param changes: fields of :class:`~monitors.model.Alert` that differ
    """
    sources: Iterable[SourceRef] = (
        SourceRef("Neva Courier", "https://courier.example/a1", Tier.PRESS, "ru", True),
        SourceRef("Harbour Wire", "https://wire.example/77", Tier.WIRE, "en", True),
    )
    alert = Alert(
        key=key,
        kind=AlertKind.STORY,
        channel="#news-alerts",
        created_at=datetime(2025, 2, 18, 14, 15, tzinfo=UTC),
        headline="Two capitals agree to restore the staff of their embassies",
        topic_ids=("embassy-restoration",),
        topic_names=("Embassy restoration",),
        story_ids=("S-1",),
        development_ids=("D-1",),
        article_id="A-0123456789ab",
        url="https://courier.example/a1",
        quote="Стороны договорились восстановить численность посольств.",
        language="ru",
        novelty="agreed: staff numbers at both embassies",
        against="Ministers discuss the work of embassies",
        stage=Stage.AGREED,
        sources=tuple(sources),
        published=datetime(2025, 2, 18, 13, 50, tzinfo=UTC),
    )
    return replace(alert, **changes)


class WordEncoder:
    """An encoder without a model: texts are alike as far as they share long words.

    Each word of four letters or more, in lower case, is hashed to one dimension and a sign,
    so that the same text gives the same vector in every process.

    :param dimensions: length of a vector
    """

    def __init__(self, dimensions: int = 256) -> None:
        self.dimensions = dimensions
        self.model_id = f"words-{dimensions}"

    def encode(self, texts: Sequence[str]) -> Vector:
        """Vectors of ``texts``: float32, shape (n, d), unit rows, in the same order."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w{4,}", text.lower()) or ["(none)"]:
                digest = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                row[(digest >> 1) % self.dimensions] += 1.0 if digest & 1 else -1.0
        return unit(rows)


_GENERAL_NEWS = (
    "Goalkeeper injured before the cup final. The striker trains alone this week.",
    "Heavy rain expected in the north. Rivers may flood farms near the coast.",
    "Museum shows paintings by a forgotten master. Visitors queue round the block.",
    "Inflation slows in March. Shoppers pay less for bread, milk and petrol.",
    "New telephone has a larger screen. Reviewers praise its battery.",
    "Actors leave the theatre after a dispute over wages with its director.",
)


def plain_calibration(encoder: Encoder) -> Calibration:
    """Numbers set by hand that suit a :class:`WordEncoder`.

    An article fits a topic when a good part of its words are the topic's and it does not go
    the other way; it is the same development as another when most of their words, names and
    numbers are; everything is significant but opinion and speculation.
    """
    background = encoder.encode(list(_GENERAL_NEWS))
    half = dict.fromkeys(Sensitivity, 0.5)
    return Calibration(
        model_id=encoder.model_id,
        background=background,
        means={},
        mean=np.zeros(encoder.dimensions, dtype=np.float32),
        match=Logistic(-4.0, {"topic": 0.6, "headline": 0.4, "not": -4.0, "same way": 2.0}),
        same=Logistic(
            -7.0,
            {"lead": 8.0, "words": 4.0, "names": 2.0, "other way": -4.0, "stage differs": -3.0}
            | {"numbers differ": -2.0, "dates differ": -2.0, "ordinals differ": -3.0},
        ),
        story=Logistic(-4.0, {"lead": 6.0, "words": 4.0, "names": 2.0}),
        significance=Logistic(
            3.0, {"title opinion": -6.0, "title speculated": -6.0, "corroborated": 15.0}
        ),
        match_lines=half | {Sensitivity.STRICT: 0.7, Sensitivity.BROAD: 0.3},
        alert_lines=dict.fromkeys(Sensitivity, 0.3),
        same_line=0.5,
        story_line=0.5,
    )


class FakeFetcher:
    """A fetcher without a network.

    :param pages: URL to what it gives: HTML, a page, or an error to raise; other URLs answer
        404. May be changed at any time
    :ivar asked: every URL that was asked for, in order
    """

    def __init__(self, pages: Mapping[str, str | Page | Exception] | None = None) -> None:
        self.pages = dict(pages or {})
        self.asked: list[str] = []

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
    ) -> Page:
        """The page at ``url``; validators are not looked at."""
        self.asked.append(url)
        found = self.pages.get(url, HttpStatusError(url, 404, remedy="Correct the address"))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Page):
            return found
        return Page(url, url, 200, found.encode(), "text/html; charset=utf-8")

    async def close(self) -> None:
        """There is nothing to release."""

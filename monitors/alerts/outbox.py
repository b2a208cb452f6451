"""Delivers what the outbox holds: each alert once, whatever the net does.

::

    unknown ──found in history──► sent
       │ └──absent twice──► pending ──claim──► sending ──► sent
       └──history unreadable──► pending (marked) or held    ├─ definitely not sent ─► pending
                                                            ├─ never accepted ─► dead
                                                            └─ no answer ─► unknown

The only sleeping is between two messages to one channel, and for a Retry-After that fits
into the budget. A database that fails after a message was sent leaves its row ``sending``;
the lease runs out and history tells.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitors.alerts.compose import POSSIBLE_REPEAT, compose
from monitors.alerts.notify.slack_errors import ACCOUNT_CODES, BLOCK_CODES, THREAD_CODES
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.clock import Clock
from monitors.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    StoreError,
)
from monitors.logs import unforeseen
from monitors.model import AlertKind, Delivery, Message, Receipt
from monitors.ports import Notifier, Outbox

LEASE = timedelta(minutes=2)
SKEW = timedelta(minutes=2)
LOOKS = 2
BETWEEN_LOOKS = timedelta(seconds=30)
PATIENCE = timedelta(hours=1)
"""How long a history that fails for now is waited for before ``on_unknown`` decides."""
FIRST_BACKOFF = timedelta(seconds=15)
LONGEST_BACKOFF = timedelta(hours=1)
_SLOWDOWNS = 2
_STRIKES = 5
_MOST_IN_DOUBT = 500

OnUnknown = Literal["resend", "hold"]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class DeliveryReport:
    """What one pass did.

    :param sent: delivered now
    :param found: were in doubt, and are in the channel
    :param requeued: were in doubt, and will be sent again
    :param held: are in doubt still
    :param deferred: definitely not sent, tried again later
    :param dead: will not be tried again until a person asks for it
    :param unknown: nobody knows yet
    :param failures: one line each, without secrets
    :param stopped: why the pass ended early, or empty
    """

    sent: int = 0
    found: int = 0
    requeued: int = 0
    held: int = 0
    deferred: int = 0
    dead: int = 0
    unknown: int = 0
    failures: list[str] = field(default_factory=list)
    stopped: str = ""


def deliver(
    outbox: Outbox,
    notifier: Notifier,
    clock: Clock,
    *,
    limit: int = 100,
    budget: float = 60.0,
    spacing: float = 1.0,
    on_unknown: OnUnknown = "resend",
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> DeliveryReport:
    """Settle what is in doubt, then send what is due.

    Several deliverers may run at once on one outbox.

    :param limit: at most so many attempts
    :param budget: seconds after which no further message is begun
    :param spacing: seconds between two messages to one channel
    :param on_unknown: what to do where nobody can tell whether a message was sent: send it
        again, marked as a possible repeat, or hold it
    :raises StoreError: the outbox cannot be read
    """
    deliverer = _Pass(outbox, notifier, clock, budget, spacing, on_unknown, sleep, monotonic)
    deliverer.reconcile()
    deliverer.drain(limit)
    deliverer.reconcile()
    return deliverer.report


class _Pass:
    """One pass over the outbox."""

    def __init__(
        self,
        outbox: Outbox,
        notifier: Notifier,
        clock: Clock,
        budget: float,
        spacing: float,
        on_unknown: OnUnknown,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
    ) -> None:
        self.report = DeliveryReport()
        self._outbox = outbox
        self._notifier = notifier
        self._clock = clock
        self._spacing = spacing
        self._on_unknown = on_unknown
        self._sleep = sleep
        self._monotonic = monotonic
        self._end = monotonic() + budget
        self._looked_at: set[int] = set()
        self._last_post: dict[str, float] = {}
        self._paused: dict[str, datetime] = {}
        self._wake: datetime | None = None
        self._slowdowns = 0
        self._strikes = 0

    # --- what is in doubt ---------------------------------------------------------------

    def reconcile(self) -> None:
        """Look in the receiver's history for every alert whose fate is unknown."""
        for delivery in self._outbox.doubtful(self._clock.now(), _MOST_IN_DOUBT):
            if delivery.id in self._looked_at or self._left() <= 0:
                continue
            self._looked_at.add(delivery.id)
            try:
                self._settle(delivery)
            except StoreError as error:
                self._fail(f"alert {delivery.alert.key}: {error}")

    def _settle(self, delivery: Delivery) -> None:
        now = self._clock.now()
        if delivery.alert.kind is AlertKind.EDIT:
            # Changing a message twice to the same words changes nothing.
            self._outbox.defer(delivery.id, now, "the edit is repeated, its answer was lost")
            self.report.requeued += 1
            return
        began = delivery.sending_since or delivery.alert.created_at
        channel = delivery.channel_id or delivery.alert.channel
        try:
            receipt = self._notifier.find(channel, delivery.alert.key, began - SKEW)
        except DeliveryError as error:
            self._unreadable(delivery, error, began)
            return
        if receipt is not None:
            self._outbox.sent(delivery.id, receipt, now)
            self.report.found += 1
        elif not self._still_in_doubt(delivery):
            return  # another deliverer looked meanwhile
        elif (delivery.looks + 1) % LOOKS:
            self._outbox.looked(delivery.id, now + BETWEEN_LOOKS)
            self.report.held += 1
        else:
            self._outbox.defer(delivery.id, now, "it did not arrive and is sent again")
            self.report.requeued += 1

    def _still_in_doubt(self, delivery: Delivery) -> bool:
        rows = self._outbox.doubtful(self._clock.now(), _MOST_IN_DOUBT)
        return any(row.id == delivery.id and row.looks == delivery.looks for row in rows)

    def _unreadable(self, delivery: Delivery, error: DeliveryError, began: datetime) -> None:
        now = self._clock.now()
        for_now = now - began < PATIENCE
        if isinstance(error, DeliveryRefused):
            # Without a token nothing can be sent either; with a new one history may tell.
            for_now = error.code in ACCOUNT_CODES
        if for_now or self._on_unknown == "hold":
            self.report.held += 1
            self._fail(f"alert {delivery.alert.key} may or may not have been sent: {error}")
            return
        if not self._still_in_doubt(delivery):
            return
        self._outbox.defer(delivery.id, now, f"{POSSIBLE_REPEAT}: {error}")
        self.report.requeued += 1
        self._fail(f"alert {delivery.alert.key} is sent again and may be a repeat: {error}")

    # --- what is due --------------------------------------------------------------------

    def drain(self, limit: int) -> None:
        """Claim and send one after the other until nothing is due."""
        attempts = 0
        while attempts < limit and not self.report.stopped and self._left() > 0:
            claimed = self._outbox.claim(self._clock.now(), LEASE)
            if not claimed:
                if self._wait():
                    continue
                return
            attempts += 1
            try:
                self._deliver(claimed[0])
            except StoreError as error:
                # Where it was sent, its lease runs out and history will tell.
                self._fail(f"alert {claimed[0].alert.key}: {error}")

    def _deliver(self, delivery: Delivery) -> None:
        channel = delivery.alert.channel
        paused = self._paused.get(channel)
        if paused is not None and paused > self._clock.now():
            self._defer(delivery, paused, "the channel takes no more messages for now")
            return
        try:
            message = _checked(delivery)
        except Exception as error:
            unforeseen(_log, f"composing alert {delivery.alert.key}", error)
            problem = DeliveryDeferred(_subject(delivery), f"composing failed: {error!r:.200}")
            self._deferred(delivery, problem)
            return
        if message is None:
            self._outbox.kill(delivery.id, "there is no message that it could change")
            self.report.dead += 1
            self._fail(f"{_subject(delivery)}: there is no message that it could change")
            return
        if _may_repeat(delivery) and self._is_there(delivery):
            return
        if message.edits is None:
            self._space(channel)
        try:
            receipt = self._send(message)
        except DeliveryDeferred as error:
            self._strike(error.retry_after is None)
            self._deferred(delivery, error)
        except DeliveryRefused as error:
            self._refused(delivery, error)
        except Exception as error:
            self._strike(True)
            self._doubt(delivery, error)
        else:
            self._strikes = 0
            self._outbox.sent(delivery.id, receipt, self._clock.now())
            self.report.sent += 1
        finally:
            self._last_post[channel] = self._monotonic()

    def _is_there(self, delivery: Delivery) -> bool:
        """Whether history, unreadable before, shows by now that it was sent."""
        channel = delivery.channel_id or delivery.alert.channel
        try:
            since = delivery.alert.created_at - SKEW
            receipt = self._notifier.find(channel, delivery.alert.key, since)
        except DeliveryError:
            return False
        if receipt is None:
            return False
        self._outbox.sent(delivery.id, receipt, self._clock.now())
        self.report.found += 1
        return True

    def _strike(self, counts: bool) -> None:
        """Stop knocking where nobody answers: the rest of the alerts stay as they are."""
        self._strikes += counts
        if self._strikes >= _STRIKES:
            self.report.stopped = f"{_STRIKES} attempts in a row reached nobody"

    def _send(self, message: Message) -> Receipt:
        try:
            return self._notifier.send(message)
        except DeliveryRefused as error:
            if message.thread_ts is None or error.code not in THREAD_CODES:
                raise
        # Somebody deleted the thread; the news is worth telling all the same.
        return self._notifier.send(replace(message, thread_ts=None, broadcast=False))

    def _deferred(self, delivery: Delivery, error: DeliveryDeferred) -> None:
        now = self._clock.now()
        wait = max(error.retry_after or timedelta(0), timedelta(seconds=self._spacing))
        if error.retry_after is None:
            wait = backoff(delivery.attempts)
        else:
            channel = delivery.alert.channel
            self._paused[channel] = now + wait
            self._slowdowns += 1
            self._wake = min(self._wake or now + wait, now + wait)
        self._defer(delivery, now + wait, str(error))
        self._fail(str(error))
        if self._slowdowns > _SLOWDOWNS:
            self.report.stopped = "the workspace takes no more messages for now"

    def _refused(self, delivery: Delivery, error: DeliveryRefused) -> None:
        if error.code in BLOCK_CODES and not delivery.plain:
            self._defer(delivery, self._clock.now(), str(error), plain=True)
        elif error.code in ACCOUNT_CODES:
            # Nothing is wrong with the alert: it waits, as all others do, for a new token.
            self._defer(delivery, self._clock.now() + backoff(delivery.attempts), str(error))
            self.report.stopped = str(error)
        else:
            self._outbox.kill(delivery.id, str(error))
            self.report.dead += 1
        self._fail(str(error))

    def _doubt(self, delivery: Delivery, error: Exception) -> None:
        if not isinstance(error, DeliveryUnknown):
            unforeseen(_log, f"sending {_subject(delivery)}", error)
            error = DeliveryUnknown(_subject(delivery), f"{type(error).__name__} while sending")
        self._outbox.doubt(delivery.id, str(error))
        self.report.unknown += 1
        self._fail(str(error))

    def _defer(
        self, delivery: Delivery, not_before: datetime, error: str, *, plain: bool = False
    ) -> None:
        if _may_repeat(delivery):
            error = f"{POSSIBLE_REPEAT}: {error}"
        self._outbox.defer(delivery.id, not_before, error, plain=plain or delivery.plain)
        self.report.deferred += 1

    # --- time ---------------------------------------------------------------------------

    def _left(self) -> float:
        return self._end - self._monotonic()

    def _space(self, channel: str) -> None:
        last = self._last_post.get(channel)
        if last is not None:
            wait = last + self._spacing - self._monotonic()
            if wait > 0:
                self._sleep(wait)

    def _wait(self) -> bool:
        """Sleep until the first paused channel is free again, if the budget allows it."""
        if self._wake is None:
            return False
        wait = (self._wake - self._clock.now()).total_seconds()
        self._wake = None
        if wait >= self._left():
            return False
        self._sleep(max(wait, 0.0))
        return True

    def _fail(self, line: str) -> None:
        self.report.failures.append(line)
        _log.warning("%s", line)


def backoff(attempts: int) -> timedelta:
    """The wait after ``attempts`` failures: 15 seconds, doubled each time, at most an hour."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(max(attempts - 1, 0), 10)))


def _subject(delivery: Delivery) -> str:
    return f"alert {delivery.alert.key} to {delivery.alert.channel}"


def _may_repeat(delivery: Delivery) -> bool:
    return (delivery.error or "").startswith(POSSIBLE_REPEAT)


def _checked(delivery: Delivery) -> Message | None:
    """The message, as plain text where its blocks break a rule; None where nothing is left."""
    message = compose(delivery)
    if delivery.alert.kind is AlertKind.EDIT and message.edits is None:
        return None
    found = problems(
        message.blocks, message.text, max_blocks=OUR_BLOCKS, max_characters=OUR_CHARACTERS
    )
    if not found:
        return message
    _log.warning("alert %s is sent as plain text: %s", delivery.alert.key, "; ".join(found))
    return compose(replace(delivery, plain=True))

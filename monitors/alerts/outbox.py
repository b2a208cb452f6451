"""Delivers what the outbox holds: each alert once, whatever the net does.

::

    pending ──claim──► sending ──► sent
                          ├─ definitely not sent ─► pending
                          ├─ never accepted ─► dead
                          └─ no answer ─► unknown ──► monitors/alerts/doubt.py

The only sleeping is between two messages to one channel, and for a Retry-After that fits
into the budget. A database that fails after a message was sent leaves its row ``sending``;
the lease runs out and history tells.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from monitors.alerts.chart import draw
from monitors.alerts.compose import compose
from monitors.alerts.delivered import DeliveryReport, OnUnknown, reason_of, subject_of
from monitors.alerts.doubt import Doubts
from monitors.alerts.notify.slack_errors import ACCOUNT_CODES, BLOCK_CODES, THREAD_CODES
from monitors.alerts.pacing import Pace
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
from monitors.model import POSSIBLE_REPEAT, AlertKind, Delivery, Message, Receipt
from monitors.ports import Notifier, Outbox

LEASE = timedelta(minutes=2)
MARGIN = timedelta(seconds=30)
"""A send is not begun in the last part of a lease: its answer might come after the end."""
FIRST_BACKOFF = timedelta(seconds=15)
LONGEST_BACKOFF = timedelta(hours=1)
_SLOWDOWNS = 2
_STRIKES = 5

Decorate = Callable[[Message, Delivery], Message]
"""Adds to a composed message what is known only when it is sent, such as buttons."""

_log = logging.getLogger(__name__)


def deliver(
    outbox: Outbox,
    notifier: Notifier,
    clock: Clock,
    *,
    limit: int = 100,
    budget: float = 60.0,
    spacing: float = 1.0,
    on_unknown: OnUnknown = "resend",
    decorate: Decorate | None = None,
    report_url: str = "",
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
    :param report_url: where the report is served, for links to the pages of stories
    :raises StoreError: the outbox cannot be read
    """
    end = monotonic() + budget

    def left() -> float:
        return end - monotonic()

    report = DeliveryReport()
    pace = Pace(spacing, clock, left, sleep, monotonic)
    doubts = Doubts(outbox, notifier, clock, on_unknown, report, pace, left)
    sender = _Sender(outbox, notifier, clock, report, pace, doubts, decorate, report_url)
    doubts.reconcile()
    _drain(outbox, clock, sender, limit, left)
    doubts.reconcile()
    if pace.paused_until is not None and pace.paused_until > clock.now():
        report.paused_until = pace.paused_until
    return report


def _drain(
    outbox: Outbox, clock: Clock, sender: _Sender, limit: int, left: Callable[[], float]
) -> None:
    """Claim and send one after the other until nothing is due."""
    attempts = 0
    report, pace = sender.report, sender.pace
    while attempts < limit and not report.stopped and left() > 0:
        if not pace.resume():
            report.stopped = "Slack takes no more messages for now"
            return
        resting = pace.resting()
        claimed = outbox.claim(clock.now(), LEASE, skip=resting)
        if not claimed:
            if resting and pace.next_round(outbox.due(clock.now())):
                continue
            return
        attempts += 1
        try:
            sender.deliver(claimed[0])
        except StoreError as error:
            # Where it was sent, its lease runs out and history will tell.
            report.fail(f"alert {claimed[0].alert.key}: {error}")


class _Sender:
    """Sends one claimed alert, and writes down what became of it."""

    def __init__(
        self,
        outbox: Outbox,
        notifier: Notifier,
        clock: Clock,
        report: DeliveryReport,
        pace: Pace,
        doubts: Doubts,
        decorate: Decorate | None,
        report_url: str,
    ) -> None:
        self.report = report
        self.pace = pace
        self._outbox = outbox
        self._notifier = notifier
        self._clock = clock
        self._doubts = doubts
        self._decorate = decorate
        self._report_url = report_url
        self._slowdowns = 0
        self._strikes = 0

    def deliver(self, delivery: Delivery) -> None:
        """Send ``delivery``, which this process has claimed."""
        try:
            message = _checked(delivery, self._decorate, self._report_url)
        except Exception as error:
            unforeseen(_log, f"composing alert {delivery.alert.key}", error)
            problem = DeliveryDeferred(subject_of(delivery), f"composing failed: {error!r:.200}")
            self._deferred(delivery, problem)
            return
        if message is None:
            nothing = "there is no message that it could change"
            self._dead(delivery, nothing, f"{subject_of(delivery)}: {nothing}")
            return
        if _may_repeat(delivery) and self._doubts.is_there(delivery):
            return
        if not self._still_mine(delivery):
            return
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
            self.report.outcomes.append(("delivered", delivery))
            self._illustrate(delivery, receipt)
        finally:
            self.pace.posted(delivery.alert.channel)

    def _still_mine(self, delivery: Delivery) -> bool:
        """Whether the lease lasts long enough to hear the answer; else history will tell."""
        until = delivery.lease_until
        return until is None or self._clock.now() + MARGIN < until

    def _illustrate(self, delivery: Delivery, receipt: Receipt) -> None:
        """The chart of a digest, once: a digest without one is whole all the same."""
        if not delivery.alert.activity:
            return
        try:
            picture = draw(delivery.alert.activity)
            if picture is not None:
                self._notifier.illustrate(receipt, picture)
        except DeliveryError as error:
            self.report.fail(f"the digest was sent without its chart: {error}")
        except Exception as error:
            unforeseen(_log, f"the chart of {subject_of(delivery)}", error)
            name = type(error).__name__
            self.report.fail(f"the digest was sent without its chart ({name})")

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
        wait = backoff(delivery.attempts)
        if error.retry_after is not None:
            wait = error.retry_after
            self.pace.pause(now + wait)
            self._slowdowns += 1
        self._defer(delivery, now + wait, reason_of(error))
        self.report.fail(str(error))
        if self._slowdowns > _SLOWDOWNS:
            self.report.stopped = "the workspace takes no more messages for now"

    def _refused(self, delivery: Delivery, error: DeliveryRefused) -> None:
        if error.code in BLOCK_CODES and not delivery.plain:
            self._defer(delivery, self._clock.now(), reason_of(error), plain=True)
            self.report.fail(str(error))
        elif error.code in ACCOUNT_CODES:
            # Nothing is wrong with the alert: it waits, as all others do, for a new token.
            not_before = self._clock.now() + backoff(delivery.attempts)
            self._defer(delivery, not_before, reason_of(error))
            self.report.fail(str(error))
            self.report.stopped = str(error)
        else:
            self._dead(delivery, reason_of(error), str(error))

    def _dead(self, delivery: Delivery, reason: str, line: str) -> None:
        self._outbox.kill(delivery.id, _marked(delivery, reason))
        self.report.dead += 1
        self.report.outcomes.append(("dead", replace(delivery, error=reason)))
        self.report.fail(line)

    def _doubt(self, delivery: Delivery, error: Exception) -> None:
        if not isinstance(error, DeliveryUnknown):
            unforeseen(_log, f"sending {subject_of(delivery)}", error)
            error = DeliveryUnknown(subject_of(delivery), f"{type(error).__name__} while sending")
        self._outbox.doubt(delivery.id, reason_of(error))
        self.report.unknown += 1
        self.report.fail(str(error))

    def _defer(
        self, delivery: Delivery, not_before: datetime, reason: str, *, plain: bool = False
    ) -> None:
        plain = plain or delivery.plain
        self._outbox.defer(delivery.id, not_before, _marked(delivery, reason), plain=plain)
        self.report.deferred += 1


def backoff(attempts: int) -> timedelta:
    """The wait after ``attempts`` failures: 15 seconds, doubled each time, at most an hour."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(max(attempts - 1, 0), 10)))


def _may_repeat(delivery: Delivery) -> bool:
    return (delivery.error or "").startswith(POSSIBLE_REPEAT)


def _marked(delivery: Delivery, reason: str) -> str:
    """What may be a repeat stays marked as one, also when it is requeued from the dead."""
    return f"{POSSIBLE_REPEAT}: {reason}" if _may_repeat(delivery) else reason


def _checked(delivery: Delivery, decorate: Decorate | None, report_url: str) -> Message | None:
    """The message, as plain text where its blocks break a rule; None where nothing is left."""
    message = compose(delivery, report_url)
    if delivery.alert.kind is AlertKind.EDIT and message.edits is None:
        return None
    if decorate is not None:
        message = decorate(message, delivery)
    found = problems(
        message.blocks, message.text, max_blocks=OUR_BLOCKS, max_characters=OUR_CHARACTERS
    )
    if not found:
        return message
    _log.warning("alert %s is sent as plain text: %s", delivery.alert.key, "; ".join(found))
    return compose(replace(delivery, plain=True), report_url)

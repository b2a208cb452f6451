"""Settles alerts of which nobody knows whether they were sent.

::

    unknown ──found in history──► sent
       │ └──absent twice──► pending
       └──history unreadable──► pending (marked as a possible repeat), or held
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from monitors.alerts.delivered import DeliveryReport, OnUnknown, reason_of
from monitors.alerts.notify.slack_errors import ACCOUNT_CODES
from monitors.alerts.pacing import Pace
from monitors.clock import Clock
from monitors.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, StoreError
from monitors.model import POSSIBLE_REPEAT, AlertKind, Delivery
from monitors.ports import Notifier, Outbox

SKEW = timedelta(minutes=2)
LOOKS = 2
BETWEEN_LOOKS = timedelta(seconds=30)
PATIENCE = timedelta(hours=1)
"""How long a history that fails for now is waited for before ``on_unknown`` decides."""

_MOST_IN_DOUBT = 500


class Doubts:
    """What is in doubt, looked for in the receiver's history; each alert once a pass.

    :param left: seconds until the pass must end
    """

    def __init__(
        self,
        outbox: Outbox,
        notifier: Notifier,
        clock: Clock,
        on_unknown: OnUnknown,
        report: DeliveryReport,
        pace: Pace,
        left: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._notifier = notifier
        self._clock = clock
        self._on_unknown = on_unknown
        self._report = report
        self._pace = pace
        self._left = left
        self._looked_at: set[int] = set()

    def reconcile(self) -> None:
        """Look for every alert whose fate is unknown, until Slack asks to be left alone."""
        for delivery in self._outbox.doubtful(self._clock.now(), _MOST_IN_DOUBT):
            if self._pace.paused_until is not None or self._left() <= 0:
                return
            if delivery.id in self._looked_at:
                continue
            self._looked_at.add(delivery.id)
            try:
                self._settle(delivery)
            except StoreError as error:
                self._report.fail(f"alert {delivery.alert.key}: {error}")

    def is_there(self, delivery: Delivery) -> bool:
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
        self._report.found += 1
        self._report.outcomes.append(("delivered", delivery))
        return True

    def _settle(self, delivery: Delivery) -> None:
        now = self._clock.now()
        if delivery.alert.kind is AlertKind.EDIT:
            # Changing a message twice to the same words changes nothing.
            self._outbox.defer(delivery.id, now, "the edit is repeated, its answer was lost")
            self._report.requeued += 1
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
            self._report.found += 1
            self._report.outcomes.append(("delivered", delivery))
        elif not self._still_in_doubt(delivery):
            return  # another deliverer looked meanwhile
        elif (delivery.looks + 1) % LOOKS:
            self._outbox.looked(delivery.id, now + BETWEEN_LOOKS)
            self._report.held += 1
        else:
            self._outbox.defer(delivery.id, now, "it did not arrive and is sent again")
            self._report.requeued += 1

    def _still_in_doubt(self, delivery: Delivery) -> bool:
        rows = self._outbox.doubtful(self._clock.now(), _MOST_IN_DOUBT)
        return any(row.id == delivery.id and row.looks == delivery.looks for row in rows)

    def _unreadable(self, delivery: Delivery, error: DeliveryError, began: datetime) -> None:
        now = self._clock.now()
        if isinstance(error, DeliveryDeferred) and error.retry_after is not None:
            self._pace.pause(now + error.retry_after)
        for_now = now - began < PATIENCE
        if isinstance(error, DeliveryRefused):
            # Without a token nothing can be sent either; with a new one history may tell.
            for_now = error.code in ACCOUNT_CODES
        if for_now or self._on_unknown == "hold":
            self._report.held += 1
            self._report.fail(f"alert {delivery.alert.key} may or may not have been sent: {error}")
            return
        if not self._still_in_doubt(delivery):
            return
        self._outbox.defer(delivery.id, now, f"{POSSIBLE_REPEAT}: {reason_of(error)}")
        self._report.requeued += 1
        self._report.fail(f"alert {delivery.alert.key} is sent again and may be a repeat: {error}")

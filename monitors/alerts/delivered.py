"""What a pass over the outbox did, in numbers and lines."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from monitors.errors import DeliveryError
from monitors.model import Delivery

OnUnknown = Literal["resend", "hold"]
"""What to do where nobody can tell whether a message was sent."""

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
    :param outcomes: each message that came to an end: ``delivered`` or ``dead``, and its row
    :param failures: one line each, without secrets
    :param stopped: why the pass ended early, or empty
    :param paused_until: the end of a wait that the whole workspace asked for, where that is
        after the end of the pass
    """

    sent: int = 0
    found: int = 0
    requeued: int = 0
    held: int = 0
    deferred: int = 0
    dead: int = 0
    unknown: int = 0
    outcomes: list[tuple[str, Delivery]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stopped: str = ""
    paused_until: datetime | None = None

    def fail(self, line: str) -> None:
        """Note a failure for the report and the log."""
        self.failures.append(line)
        _log.warning("%s", line)


def subject_of(delivery: Delivery) -> str:
    """How messages about a delivery name it."""
    return f"alert {delivery.alert.key} to {delivery.alert.channel}"


def reason_of(error: DeliveryError) -> str:
    """The error as it is kept in the outbox, where the row says what it is about."""
    return f"{error.problem}. {error.remedy}" if error.remedy else error.problem

"""A notifier that remembers."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime

from monitors.clock import Clock, SystemClock
from monitors.errors import DeliveryError
from monitors.model import Message, Picture, Receipt


class MemoryNotifier:
    """Keeps what it was told to send, and fails when told to.

    :ivar sent: every message that was accepted, in order, edits included
    :ivar pictures: every picture, with the timestamp of its message
    :ivar history_error: raised by ``find`` while it is set
    :ivar picture_error: raised by ``illustrate`` while it is set
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.sent: list[Message] = []
        self.pictures: list[tuple[str, Picture]] = []
        self.history_error: DeliveryError | None = None
        self.picture_error: Exception | None = None
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

    def illustrate(self, receipt: Receipt, picture: Picture) -> None:
        """Keep ``picture``."""
        if self.picture_error is not None:
            raise self.picture_error
        self.pictures.append((receipt.ts, picture))

"""Who may be sent a message now: one a second a channel, channels in turn.

Slack takes one message a second in a channel, and a ``Retry-After`` of its holds for the
whole workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from monitors.clock import Clock


class Pace:
    """The turns of the channels within one pass.

    A channel that had its turn rests until every other channel that has something to send
    had one, so that a flood in one holds up no other.

    :param spacing: seconds between two messages to one channel; 0 for none, then the oldest
        message always comes first
    :param left: seconds until the pass must end
    """

    def __init__(
        self,
        spacing: float,
        clock: Clock,
        left: Callable[[], float],
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._spacing = spacing
        self._clock = clock
        self._left = left
        self._sleep = sleep
        self._monotonic = monotonic
        self._last: dict[str, float] = {}
        self._served: set[str] = set()
        self.paused_until: datetime | None = None

    def resting(self) -> frozenset[str]:
        """Channels that are not to be sent anything now."""
        if not self._spacing:
            return frozenset()
        return frozenset(self._served | {c for c in self._last if self._rest(c) > 0})

    def posted(self, channel: str) -> None:
        """A message to ``channel`` was tried just now."""
        self._last[channel] = self._monotonic()
        self._served.add(channel)

    def pause(self, until: datetime) -> None:
        """Slack asks to be left alone: no channel is sent anything before ``until``."""
        self.paused_until = max(self.paused_until or until, until)

    def resume(self) -> bool:
        """Wait until the pause is over; False where that is after the end of the pass."""
        if self.paused_until is None:
            return True
        wait = (self.paused_until - self._clock.now()).total_seconds()
        if wait >= self._left():
            return False
        if wait > 0:
            self._sleep(wait)
        self.paused_until = None
        return True

    def next_round(self, due: Collection[str]) -> bool:
        """Begin a new round for the channels in ``due``, once one of them may be sent to.

        :returns: False where there is none, or none within the budget
        """
        self._served.clear()
        if not due:
            return False
        wait = min(self._rest(channel) for channel in due)
        if wait >= self._left():
            return False
        if wait > 0:
            self._sleep(wait)
        return True

    def _rest(self, channel: str) -> float:
        last = self._last.get(channel)
        return 0.0 if last is None else last + self._spacing - self._monotonic()

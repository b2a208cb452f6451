"""Time for tests of waiting."""

from __future__ import annotations

from datetime import timedelta

from monitors.clock import FixedClock


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

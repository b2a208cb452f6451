"""The only place that reads the time.

Everything else is handed a :class:`Clock`, so that a test, a backtest or the demo can
run the same code at another time. All times are aware and in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when it is told to.

    :param start: aware; converted to UTC
    :raises ValueError: if ``start`` is naive
    """

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to ``moment`` (aware), forwards or backwards."""
        self._now = _utc(moment)

    def advance(self, by: timedelta) -> None:
        """Move by ``by``."""
        self._now += by


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a clock needs an aware time, not {moment!r}")
    return moment.astimezone(UTC)

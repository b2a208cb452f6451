"""The clock that a run's form asks for."""

from __future__ import annotations

from datetime import UTC, datetime

from monitors.clock import Clock, FixedClock, SystemClock


def clock_at(as_of: datetime | None) -> Clock:
    """The machine's clock, or one that stands at ``as_of``, in UTC where it names no zone."""
    if as_of is None:
        return SystemClock()
    return FixedClock(as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC))

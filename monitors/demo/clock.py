"""A clock that runs faster than the machine's, and a stream that does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitors.streams import LabelledStream


class RunningClock:
    """Starts at a given time and runs ``speed`` times real time.

    :param start: aware; converted to UTC
    :param speed: positive; 60 makes a minute of a second
    :param monotonic: seconds since some fixed moment
    :raises ValueError: ``start`` is naive, or ``speed`` not positive and finite
    """

    def __init__(
        self,
        start: datetime,
        speed: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if start.tzinfo is None:
            raise ValueError(f"a clock needs an aware time, not {start!r}")
        if not (math.isfinite(speed) and speed > 0):
            raise ValueError(f"a clock needs a positive speed, not {speed!r}")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._monotonic = monotonic
        self._origin = monotonic()

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return self._start + timedelta(seconds=(self._monotonic() - self._origin) * self._speed)


def hurried(
    stream: LabelledStream, begins: datetime, now: datetime, speed: float
) -> LabelledStream:
    """A stream whose articles come ``speed`` times as fast, from ``now`` on.

    :param begins: the time in the stream that becomes ``now``; what was published before it
        has been published shortly before ``now``
    """
    moved = (
        replace(article, published=now + (article.published - begins) / speed)
        for article in stream.articles
    )
    return replace(stream, articles=tuple(moved))

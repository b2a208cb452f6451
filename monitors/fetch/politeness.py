"""How often a host is asked: turns, rests, and when a source is polled next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitors.errors import HttpStatusError
from monitors.model import Source, SourceState

_LONGEST_BACKOFF = timedelta(hours=6)
_LONGEST_RETRY_AFTER = timedelta(hours=24)
_LONGEST_CACHE = timedelta(hours=1)
_REMEMBERED_HOSTS = 1000


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    rests_until: float = 0.0
    status: int = 0
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Politeness:
    """Gives requests their turn, host by host, for all sources that share a host.

    :param per_host: requests to one host at the same time
    :param spacing: seconds between the starts of two requests to one host
    :param patience: seconds that a request waits for a resting host; where the rest is
        longer, it is not sent
    """

    def __init__(
        self, *, per_host: int = 2, spacing: float = 0.25, patience: float = 10.0
    ) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._patience = patience
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, subject: str) -> AsyncIterator[None]:
        """Wait for a turn at ``host``, and keep it while the block runs.

        :param subject: the redacted URL, for the error
        :raises HttpStatusError: the host asked us to stay away for longer than we wait
        """
        known = self._hosts.get(host) or self._add(host)
        known.users += 1
        try:
            self._refuse_while_resting(known, subject)
            async with known.slots:
                async with known.order:
                    self._refuse_while_resting(known, subject)
                    start = max(known.next_start, known.rests_until)
                    await asyncio.sleep(max(0.0, start - time.monotonic()))
                    known.next_start = time.monotonic() + self._spacing
                yield
        finally:
            known.users -= 1

    def rest(self, host: str, wait: timedelta, status: int) -> None:
        """``host`` answered ``status`` and asked us to wait: it is left alone for ``wait``."""
        known = self._hosts.get(host) or self._add(host)
        seconds = min(wait, _LONGEST_RETRY_AFTER).total_seconds()
        known.rests_until = max(known.rests_until, time.monotonic() + seconds)
        known.status = status

    def _refuse_while_resting(self, known: _Host, subject: str) -> None:
        left = known.rests_until - time.monotonic()
        if left > self._patience:
            raise HttpStatusError(
                subject,
                known.status,
                f"its host answered {known.status} and asked us to wait; nothing was requested",
                f"It is asked again in {_spoken(left)}",
                retry_after=timedelta(seconds=left),
            )

    def _add(self, host: str) -> _Host:
        if len(self._hosts) >= _REMEMBERED_HOSTS:
            now = time.monotonic()
            self._hosts = {
                name: known
                for name, known in self._hosts.items()
                if known.users or max(known.rests_until, known.next_start) > now
            }
        self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[host]


def next_poll(
    state: SourceState,
    source: Source,
    now: datetime,
    retry_after: timedelta | None = None,
    cache_for: timedelta | None = None,
    *,
    jitter: float = 0.0,
) -> datetime:
    """When ``source`` is asked again.

    A source that works is due a little before its interval has passed (a tenth, at most a
    minute), so that a schedule with the same interval does not just miss it. One that
    fails waits twice as long each time, up to six hours, or its interval if that is longer.

    :param state: after the poll that just ended; ``failures`` counts those in a row
    :param retry_after: what the server asked for; kept up to a day
    :param cache_for: how long its answer stays fresh; it is not asked earlier than that, but
        an hour at most
    :param jitter: 0 to 1, drawn by the caller: adds up to a quarter to a failing source's
        wait, so that sources that failed together do not come back together
    """
    if state.failures <= 0:
        wait = source.every - min(source.every / 10, timedelta(minutes=1))
    else:
        longest = max(_LONGEST_BACKOFF, source.every)
        doublings = min(state.failures, 20)  # beyond that only the cap counts
        wait = min(source.every * 2**doublings, longest) * (1 + jitter / 4)
        wait = min(wait, longest)
    if retry_after is not None:
        wait = max(wait, min(retry_after, _LONGEST_RETRY_AFTER))
    if cache_for is not None:
        wait = max(wait, min(cache_for, _LONGEST_CACHE))
    return now + wait


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"

"""Turns at a host: one budget for all sources and pages that share it.

A host has so many requests at the same time, so much time between two, and so many a day.
It is left alone for as long as it asks, and for ever longer where it does not answer. Days
and rests are kept in a :class:`~monitors.ports.HostStore` and outlive the process.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from monitors.clock import Clock
from monitors.errors import ConnectionFailed, HostBudgetSpent, HttpStatusError, StoreError
from monitors.ports import HostRecord, HostStore

_T = TypeVar("_T")

log = logging.getLogger(__name__)

LONGEST_RETRY_AFTER = timedelta(hours=24)
BLOCK = 20
"""Requests that are set aside at once: a process that is killed loses at most these."""

_FAILURES_BEFORE_REST = 3
_FIRST_REST = timedelta(minutes=1)
_REST_WITHOUT_TERM = timedelta(seconds=30)
_LONGEST_REST = timedelta(hours=1)
_REMEMBERED_HOSTS = 1000


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    rests_until: float = 0.0
    status: int = 0
    failures: int = 0
    day: date | None = None
    left: int = 0
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Gives requests their turn, host by host.

    :param hosts: where days and rests are kept
    :param clock: whose day counts
    :param per_host: requests to one host at the same time
    :param spacing: seconds between the starts of two requests to one host
    :param patience: seconds that a request waits for a resting host; where the rest is
        longer, it is not sent
    :param daily: requests to one host in a day (UTC); 0 for no bound
    :param dice: numbers from 0 to 1, for jitter: up to a quarter is added to a rest that the
        host did not name itself
    """

    def __init__(
        self,
        hosts: HostStore,
        clock: Clock,
        *,
        per_host: int = 2,
        spacing: float = 0.25,
        patience: float = 10.0,
        daily: int = 0,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._store = hosts
        self._clock = clock
        self._per_host = per_host
        self._spacing = spacing
        self._patience = patience
        self._daily = daily
        self._dice = dice
        self._hosts: dict[str, _Host] = {}
        self._unused: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, host: str, subject: str, spacing: float = 0.0) -> AsyncIterator[None]:
        """Wait for a turn at ``host``, and keep it while the block runs.

        :param subject: the redacted URL, for the error
        :param spacing: seconds that the host itself asks for between two requests
        :raises HttpStatusError: the host asked us to stay away for longer than we wait
        :raises ConnectionFailed: it did not answer lately, and rests for that
        :raises HostBudgetSpent: its requests of today are used up
        """
        known = self._hosts.get(host) or self._add(host)
        known.users += 1
        try:
            self._refuse_while_resting(known, subject)
            async with known.slots:
                async with known.order:
                    await self._take(known, host, subject)
                    start = max(known.next_start, known.rests_until)
                    await asyncio.sleep(max(0.0, start - time.monotonic()))
                    known.next_start = time.monotonic() + max(self._spacing, spacing)
                yield
        finally:
            known.users -= 1

    async def answered(self, host: str) -> None:
        """``host`` gave an answer: what failed before is forgotten."""
        known = self._hosts.get(host) or self._add(host)
        if known.failures:
            known.failures = 0
            await self._remember(known, host, None)

    async def asked_to_wait(self, host: str, status: int, wait: timedelta | None) -> None:
        """``host`` answered ``status`` and wants a rest: as long as it says, up to a day.

        :param wait: None where it does not say; then longer each time
        """
        known = self._hosts.get(host) or self._add(host)
        known.failures += 1
        known.status = status
        if wait is None:
            wait = self._growing(_REST_WITHOUT_TERM, known.failures - 1)
        await self._rest(known, host, min(wait, LONGEST_RETRY_AFTER))

    async def failed(self, host: str) -> None:
        """``host`` gave no answer: from the third time in a row on it rests."""
        known = self._hosts.get(host) or self._add(host)
        known.failures += 1
        over = known.failures - _FAILURES_BEFORE_REST
        if over < 0:
            await self._remember(known, host, None)
            return
        known.status = 0
        await self._rest(known, host, self._growing(_FIRST_REST, over))

    async def close(self) -> None:
        """Give back the requests that were set aside and not made."""
        now = self._clock.now()
        for host, known in self._hosts.items():
            if known.day == now.date():
                self._put_aside(host, known)
        unused, self._unused, self._hosts = self._unused, {}, {}
        if unused:
            await _stored(lambda: self._store.give_back(unused, now))

    def _growing(self, first: timedelta, doublings: int) -> timedelta:
        wait: timedelta = min(first * (1 << min(doublings, 20)), _LONGEST_REST)
        return wait * (1 + self._dice() / 4)

    async def _take(self, known: _Host, host: str, subject: str) -> None:
        """Take one request of today's; the first time, learn what is remembered of the host."""
        now = self._clock.now()
        if known.left == 0 or known.day != now.date():
            await self._reserve(known, host, now)
        self._refuse_while_resting(known, subject)
        if known.left == 0:
            midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time())
            raise HostBudgetSpent(
                subject,
                f"the {self._daily} requests a day to its host are used up; nothing was requested",
                "Raise TIDINGS_HOST_DAILY, or ask its sources less often ('every')",
                retry_after=midnight.replace(tzinfo=now.tzinfo) - now,
            )
        known.left -= 1

    async def _reserve(self, known: _Host, host: str, now: datetime) -> None:
        first = known.day is None
        found = await _stored(lambda: self._store.reserve(host, BLOCK, self._daily, now))
        record = found or HostRecord(host, granted=1)  # the database must not stop the news
        known.day, known.left = now.date(), record.granted
        if not first or known.failures:
            return
        known.failures, known.status = record.failures, record.status
        rest = record.rests_until - now if record.rests_until else timedelta(0)
        if timedelta(0) < rest <= LONGEST_RETRY_AFTER:  # else the clock was set
            known.rests_until = max(known.rests_until, time.monotonic() + rest.total_seconds())

    async def _rest(self, known: _Host, host: str, wait: timedelta) -> None:
        until = time.monotonic() + wait.total_seconds()
        if until > known.rests_until:
            known.rests_until = until
            await self._remember(known, host, self._clock.now() + wait)

    async def _remember(self, known: _Host, host: str, until: datetime | None) -> None:
        status, failures, now = known.status, known.failures, self._clock.now()
        await _stored(lambda: self._store.rest(host, until, status, failures, now))

    def _refuse_while_resting(self, known: _Host, subject: str) -> None:
        left = known.rests_until - time.monotonic()
        if left <= self._patience:
            return
        again = f"It is asked again in {_spoken(left)}"
        if known.status == 0:
            raise ConnectionFailed(
                subject, "its host did not answer lately; nothing was requested", again
            )
        raise HttpStatusError(
            subject,
            known.status,
            f"its host answered {known.status} and asked us to wait; nothing was requested",
            again,
            retry_after=timedelta(seconds=left),
        )

    def _add(self, host: str) -> _Host:
        if len(self._hosts) >= _REMEMBERED_HOSTS:
            now = time.monotonic()
            for name, known in list(self._hosts.items()):
                if not known.users and max(known.rests_until, known.next_start) <= now:
                    self._put_aside(name, known)
                    del self._hosts[name]
        self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[host]

    def _put_aside(self, host: str, known: _Host) -> None:
        if known.left:
            self._unused[host] = self._unused.get(host, 0) + known.left


async def _stored(work: Callable[[], _T]) -> _T | None:
    """Do ``work`` in a thread; what the database refuses is logged, and None."""
    try:
        return await asyncio.to_thread(work)
    except StoreError as error:
        log.warning("%s", error)
        return None


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"

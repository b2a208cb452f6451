"""What a site's robots.txt allows us, as RFC 9309 says.

An answer is kept for a day (2.4). A robots.txt that is not there allows everything
(2.3.1.3); one that cannot be reached refuses everything (2.3.1.4), unless an earlier copy is
known, and for 30 days at most. 429 counts as out of reach, too: a site that is asked too
often is not asked more. Of a long one the first 500 KiB count (2.5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
from protego import Protego

from monitors.clock import Clock
from monitors.errors import (
    FetchError,
    HostBudgetSpent,
    HttpStatusError,
    RobotsRefused,
    StoreError,
    TooManyRedirects,
)
from monitors.ports import HostStore, RobotsRecord
from monitors.redact import redact

AGENT = "Tidings"
"""The product token that robots.txt may name us by."""

LIMIT = 500 * 1024
"""Bytes of a robots.txt that count."""

Ask = Callable[[str], Awaitable[bytes]]

_KEPT = timedelta(hours=24)
_RETRY = timedelta(minutes=30)
_UNREACHABLE_FOR = timedelta(days=30)
_LONGEST_DELAY = 5.0
_REMEMBERED = 1000


@dataclass(slots=True)
class _Known:
    record: RobotsRecord | None = None
    rules: Protego | None = None
    why: str = ""
    users: int = 0
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """Knows each origin's robots.txt.

    :param hosts: where they are kept
    :param clock: for their age
    """

    def __init__(self, hosts: HostStore, clock: Clock) -> None:
        self._store = hosts
        self._clock = clock
        self._origins: dict[str, _Known] = {}

    async def check(self, url: httpx.URL, ask: Ask) -> float:
        """Refuse ``url`` where robots.txt does.

        :param ask: gets the robots.txt at an address
        :returns: seconds between two requests that the site asks for (``Crawl-delay``), at
            most five
        :raises RobotsRefused: we may not ask for ``url``
        :raises FetchError: the host is not asked at all for now
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        known = self._origins.get(origin) or self._add(origin)
        known.users += 1
        try:
            async with known.order:
                await self._freshen(origin, known, ask)
        finally:
            known.users -= 1
        return self._judge(url, known)

    def _judge(self, url: httpx.URL, known: _Known) -> float:
        record, rules = known.record, known.rules
        subject = redact(str(url))
        if rules is None:
            since = record.failing_since if record else None
            if since and self._clock.now() - since >= _UNREACHABLE_FOR:
                return 0.0
            raise RobotsRefused(
                subject,
                f"the site's robots.txt cannot be read{known.why}, which counts as a refusal",
                "It is tried again later",
                for_now=True,
            )
        if not rules.can_fetch(str(url), AGENT):
            raise RobotsRefused(
                subject,
                "the site's robots.txt does not allow it; nothing was requested",
                "Where you may fetch it all the same, say why: `robots: {ignore: true, because: "
                "...}` at its source",
            )
        return min(rules.crawl_delay(AGENT) or 0.0, _LONGEST_DELAY)

    async def _freshen(self, origin: str, known: _Known, ask: Ask) -> None:
        now = self._clock.now()
        if known.record is None:
            await self._take(known, await self._stored(origin))
        record = known.record or RobotsRecord(origin)
        if _within(record.read_at, _KEPT, now) and record.failing_since is None:
            return
        if record.failing_since is not None and _within(record.asked_at, _RETRY, now):
            return
        try:
            text = (await ask(f"{origin}/robots.txt")).decode("utf-8-sig", "replace")
            record = RobotsRecord(origin, text, read_at=now, asked_at=now)
        except HostBudgetSpent:
            raise
        except FetchError as error:
            if _is_absence(error):
                record = RobotsRecord(origin, "", read_at=now, asked_at=now)
            else:
                known.why = f" ({error.problem})"
                since = record.failing_since or now
                record = replace(record, asked_at=now, failing_since=since)
        await self._take(known, record)
        await self._keep(record)

    async def _take(self, known: _Known, record: RobotsRecord | None) -> None:
        known.record = record
        if record is None or record.rules is None:
            known.rules = None
        else:
            # In a thread: 500 KiB of rules take a third of a second.
            known.rules = await asyncio.to_thread(Protego.parse, record.rules)

    async def _stored(self, origin: str) -> RobotsRecord | None:
        try:
            return await asyncio.to_thread(self._store.robots, origin)
        except StoreError:
            return None  # it is asked for again

    async def _keep(self, record: RobotsRecord) -> None:
        try:
            await asyncio.to_thread(self._store.keep_robots, record)
        except StoreError:
            return  # it is known in this process, and asked for again in the next

    def _add(self, origin: str) -> _Known:
        if len(self._origins) >= _REMEMBERED:
            self._origins = {name: known for name, known in self._origins.items() if known.users}
        self._origins[origin] = _Known()
        return self._origins[origin]


def _within(moment: datetime | None, span: timedelta, now: datetime) -> bool:
    # A moment that lies ahead was written before the clock was set back.
    return moment is not None and timedelta(0) <= now - moment < span


def _is_absence(error: FetchError) -> bool:
    """Whether there is no robots.txt, rather than that it could not be had."""
    if isinstance(error, HttpStatusError):
        return 400 <= error.status < 500 and error.status != 429
    return isinstance(error, TooManyRedirects)

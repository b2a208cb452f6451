"""The fetcher: one GET, with redirects, bounds and manners.

httpx sends the requests, on a transport of our own. What it could do by itself is done
here, by hand: following redirects, because each hop is checked first, and decoding bodies,
because httpx decompresses without bound.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import httpcore
import httpx

from monitors import __version__
from monitors.clock import Clock, SystemClock
from monitors.errors import (
    AddressRefused,
    ConnectionFailed,
    FetchTimeout,
    TooManyRedirects,
)
from monitors.fetch import answers
from monitors.fetch.body import read_body
from monitors.fetch.guard import GuardedBackend, Resolve, check_url
from monitors.fetch.hosts import MemoryHosts
from monitors.fetch.meter import Meter, metered
from monitors.fetch.robots import AGENT, LIMIT, Robots
from monitors.fetch.transport import LOCATION, guarded_client
from monitors.fetch.turns import Turns
from monitors.model import Page
from monitors.ports import HostStore
from monitors.redact import redact

_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_MOST_REDIRECTS = 5
_LATER = "It is tried again later"


class HttpFetcher:
    """A :class:`~monitors.ports.Fetcher` over HTTP/1.1.

    Use it in one event loop at a time and close it there; after :meth:`close` it can be
    used again, also in another loop.

    :param contact: where the operator can be reached; goes into the User-Agent
    :param allow_hosts: hosts, ``host:port`` or networks that may be fetched although private
    :param clock: for dates in headers, days of budgets and the age of robots.txt
    :param hosts: where budgets, rests and robots.txt are kept; in memory by default
    :param deadline: seconds on the network for one fetch, redirects and robots.txt included;
        waiting for a turn does not count
    :param connect_timeout: seconds for one connection
    :param read_timeout: seconds without a byte
    :param limit: bytes of a body, on the wire and decoded
    :param feed_limit: the same where ``accept`` asks for a feed or other XML
    :param per_host: requests to one host at the same time
    :param spacing: seconds between the starts of two requests to one host
    :param patience: seconds to wait for a host that asked for a rest
    :param daily: requests to one host in a day; 0 for no bound
    :param resolve: name and port to addresses; the system's resolver by default
    :param dial: makes connections to addresses that passed the guard
    :param tls: whose certificates are trusted; those of httpx by default
    :param dice: numbers from 0 to 1, for jitter
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allow_hosts: Collection[str] = (),
        clock: Clock | None = None,
        hosts: HostStore | None = None,
        deadline: float = 14.0,
        connect_timeout: float = 10.0,
        read_timeout: float = 12.0,
        limit: int = 10_000_000,
        feed_limit: int = 15_000_000,
        per_host: int = 2,
        spacing: float = 0.25,
        patience: float = 10.0,
        daily: int = 5000,
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        clean = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()")
        self.user_agent = f"{AGENT}/{__version__}" + (f" (+{clean})" if clean else "")
        self._allow_hosts = frozenset(allow_hosts)
        self._clock = clock or SystemClock()
        self._hosts = hosts or MemoryHosts()
        self._deadline = deadline
        self._timeout = httpx.Timeout(
            connect=connect_timeout, read=read_timeout, write=read_timeout, pool=None
        )
        self._limit, self._feed_limit = limit, feed_limit
        self._manners = {"spacing": spacing, "patience": patience}
        self._per_host, self._daily, self._dice = per_host, daily, dice
        self._resolve, self._dial, self._tls = resolve, dial, tls
        self._network: _Network | None = None

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        robots: bool = False,
    ) -> Page:
        """Get ``url``; see :meth:`monitors.ports.Fetcher.fetch`."""
        headers = {
            "User-Agent": self.user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "If-None-Match": _header_value(etag),
            "If-Modified-Since": _header_value(last_modified),
        }
        trip = _Trip(
            headers=[(name, value) for name, value in headers.items() if value],
            limit=self._feed_limit if _is_for_feeds(accept) else self._limit,
            left=self._deadline,
        )
        return await self._follow(self._connected(), url, trip, robots=robots)

    async def close(self) -> None:
        """Release connections and resolver threads, and give back unused turns."""
        network, self._network = self._network, None
        if network is not None:
            await network.client.aclose()
            network.backend.close()
            await network.turns.close()

    def _connected(self) -> _Network:
        if self._network is None:
            backend = GuardedBackend(self._allow_hosts, self._resolve, self._dial)
            turns = Turns(
                self._hosts,
                self._clock,
                per_host=self._per_host,
                daily=self._daily,
                dice=self._dice,
                **self._manners,
            )
            client = guarded_client(backend, self._timeout, self._tls)
            self._network = _Network(backend, client, turns, Robots(self._hosts, self._clock))
        return self._network

    async def _follow(self, network: _Network, url: str, trip: _Trip, *, robots: bool) -> Page:
        """Get ``url`` and what it redirects to; every hop is checked before it is asked for."""
        visited: list[str] = []
        target, moved_to = url, None
        permanent = True
        while True:
            current = check_url(target, self._allow_hosts).copy_with(fragment=None)
            _check_hop(current, visited)
            visited.append(str(current))
            subject = redact(str(current))
            spacing = await self._obey(network, current, trip) if robots else 0.0
            host = current.netloc.decode("ascii")
            async with network.turns.turn(host, subject, spacing):
                began = time.monotonic()
                answer = await self._exchange(network, current, trip, subject)
                trip.left -= time.monotonic() - began
            if isinstance(answer, Page):
                return replace(answer, requested_url=url, moved_to=moved_to)
            target = answer.target
            permanent = permanent and answer.permanent
            moved_to = target if permanent else moved_to

    async def _obey(self, network: _Network, url: httpx.URL, trip: _Trip) -> float:
        """Ask the site's robots.txt; it spends the time of the page that is asked for."""

        async def ask(address: str) -> bytes:
            headers = [("User-Agent", self.user_agent), ("Accept", "text/plain, */*;q=0.5")]
            headers.append(("Accept-Encoding", "gzip"))
            side = _Trip(headers, LIMIT, trip.left, cut=True)
            try:
                return (await self._follow(network, address, side, robots=False)).body
            finally:
                trip.left = side.left

        return await network.robots.check(url, ask)

    async def _exchange(
        self,
        network: _Network,
        url: httpx.URL,
        trip: _Trip,
        subject: str,
    ) -> Page | _Redirect:
        """One request: a page, or where to go on to. The host's budget learns how it went.

        :raises FetchError: any other outcome
        """
        host = url.netloc.decode("ascii")
        try:
            return await self._timed(network, url, trip, subject)
        except (ConnectionFailed, FetchTimeout):
            await network.turns.failed(host)
            raise

    async def _timed(
        self,
        network: _Network,
        url: httpx.URL,
        trip: _Trip,
        subject: str,
    ) -> Page | _Redirect:
        try:
            async with asyncio.timeout(max(trip.left, 0.0)):
                with metered(subject) as meter:
                    return await self._ask(network, url, trip, subject, meter)
        except TimeoutError:
            problem = f"no complete answer within {self._deadline:g} s"
        except httpx.TimeoutException as error:
            waiting_for = "a connection" if isinstance(error, httpx.ConnectTimeout) else "data"
            problem = f"it took too long to wait for {waiting_for}"
        except AddressRefused as error:
            raise AddressRefused(subject, error.problem, error.remedy) from None
        except httpx.TransportError as error:
            raise answers.connection_failed(subject, error) from None
        raise FetchTimeout(subject, problem, _LATER)

    async def _ask(
        self,
        network: _Network,
        url: httpx.URL,
        trip: _Trip,
        subject: str,
        meter: Meter,
    ) -> Page | _Redirect:
        request = httpx.Request("GET", url, headers=trip.headers)
        response = await network.client.send(request, stream=True)
        meter.expect(trip.limit)
        try:
            received = response.headers
            location = response.extensions[LOCATION]
            now = self._clock.now()
            wait = answers.retry_after(received, now)
            status = response.status_code
            host = url.netloc.decode("ascii")
            if status == 429 or (status == 503 and wait is not None):
                await network.turns.asked_to_wait(host, status, wait)
            else:
                await network.turns.answered(host)
            if status in _REDIRECTS and location:
                return _Redirect(_joined(url, location, subject), status in _PERMANENT)
            conditional = any(name.startswith("If-") for name, _ in trip.headers)
            if status not in (200, 203) and not (status == 304 and conditional):
                raise answers.status_error(subject, status, wait)
            body = b""
            if status != 304:
                chunks = response.aiter_raw()
                body = await read_body(chunks, received, trip.limit, subject, cut=trip.cut)
            return Page(
                url=str(url),
                requested_url=str(url),
                status=304 if status == 304 else 200,
                body=body,
                content_type=received.get("content-type", ""),
                etag=received.get("etag"),
                last_modified=received.get("last-modified"),
                retry_after=wait,
                cache_for=answers.cache_for(received, now),
            )
        finally:
            await response.aclose()


@dataclass(frozen=True)
class _Network:
    """What lives as long as one event loop."""

    backend: GuardedBackend
    client: httpx.AsyncClient
    turns: Turns
    robots: Robots


@dataclass(slots=True)
class _Trip:
    """One fetch on its way through redirects.

    :param left: seconds that it still has
    :param cut: keep the first ``limit`` bytes of a longer body instead of refusing it
    """

    headers: list[tuple[str, str]]
    limit: int
    left: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Redirect:
    target: str
    permanent: bool


def _is_for_feeds(accept: str) -> bool:
    return "rss+xml" in accept or "application/xml" in accept


def _header_value(value: str | None) -> str | None:
    """A validator as we may send it back, or None where a server gave us rubbish."""
    return value if value and value.isascii() and value.isprintable() else None


def _joined(url: httpx.URL, location: str, subject: str) -> str:
    try:
        return str(url.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused(subject, "it redirects to what is no valid URL") from error


def _check_hop(url: httpx.URL, visited: list[str]) -> None:
    if not visited:
        return
    subject = redact(visited[0])
    if str(url) in visited:
        raise TooManyRedirects(
            subject, "it redirects in a circle", "It may want cookies, which are never kept"
        )
    if len(visited) > _MOST_REDIRECTS:
        raise TooManyRedirects(
            subject, f"more than {_MOST_REDIRECTS} redirects", "Name the final address"
        )
    if visited[-1].startswith("https:") and url.scheme == "http":
        raise TooManyRedirects(
            subject, "it redirects from https to plain http", "Name an address that stays on https"
        )

"""The fetcher: one GET, with redirects, bounds and manners.

httpx sends the requests, on a transport of our own. What it could do by itself is done
here, by hand: following redirects, because each hop is checked first, and decoding bodies,
because httpx decompresses without bound.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx

from monitors import __version__
from monitors.clock import Clock, SystemClock
from monitors.errors import (
    AddressRefused,
    FetchTimeout,
    TooManyRedirects,
)
from monitors.fetch import answers
from monitors.fetch.body import read_body
from monitors.fetch.guard import GuardedBackend, Resolve, check_url
from monitors.fetch.politeness import Politeness
from monitors.fetch.transport import LOCATION, guarded_client
from monitors.model import Page
from monitors.redact import redact

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_REST_WITHOUT_TERM = timedelta(seconds=30)
_LATER = "It is tried again later"


class HttpFetcher:
    """A :class:`~monitors.ports.Fetcher` over HTTP/1.1.

    Use it in one event loop at a time and close it there; after :meth:`close` it can be
    used again, also in another loop.

    :param contact: where the operator can be reached; goes into the User-Agent
    :param allow_hosts: hosts, ``host:port`` or networks that may be fetched although private
    :param clock: for dates in headers
    :param deadline: seconds on the network for one fetch, redirects included; waiting for
        a turn does not count
    :param connect_timeout: seconds for one connection
    :param read_timeout: seconds without a byte
    :param limit: bytes of a body, on the wire and decoded
    :param feed_limit: the same where ``accept`` asks for a feed or other XML
    :param per_host: requests to one host at the same time
    :param spacing: seconds between the starts of two requests to one host
    :param patience: seconds to wait for a host that asked for a rest
    :param resolve: name and port to addresses; the system's resolver by default
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allow_hosts: Collection[str] = (),
        clock: Clock | None = None,
        deadline: float = 30.0,
        connect_timeout: float = 10.0,
        read_timeout: float = 15.0,
        limit: int = 10_000_000,
        feed_limit: int = 15_000_000,
        per_host: int = 2,
        spacing: float = 0.25,
        patience: float = 10.0,
        resolve: Resolve | None = None,
    ) -> None:
        clean = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()")
        self.user_agent = f"Tidings/{__version__}" + (f" (+{clean})" if clean else "")
        self._allow_hosts = frozenset(allow_hosts)
        self._clock = clock or SystemClock()
        self._deadline = deadline
        self._timeout = httpx.Timeout(
            connect=connect_timeout, read=read_timeout, write=read_timeout, pool=None
        )
        self._limit, self._feed_limit = limit, feed_limit
        self._manners = {"spacing": spacing, "patience": patience}
        self._per_host = per_host
        self._resolve = resolve
        self._network: _Network | None = None

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
    ) -> Page:
        """Get ``url``; see :meth:`monitors.ports.Fetcher.fetch`."""
        headers = {
            "User-Agent": self.user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "If-None-Match": _header_value(etag),
            "If-Modified-Since": _header_value(last_modified),
        }
        sent = [(name, value) for name, value in headers.items() if value]
        limit = self._feed_limit if _is_for_feeds(accept) else self._limit
        network = self._connected()
        left = self._deadline
        visited: list[str] = []
        target = url
        while True:
            current = check_url(target, self._allow_hosts).copy_with(fragment=None)
            _check_hop(current, visited)
            visited.append(str(current))
            subject = redact(str(current))
            host = current.netloc.decode("ascii")
            async with network.politeness.turn(host, subject):
                began = time.monotonic()
                answer = await self._exchange(network, current, sent, limit, subject, left)
                left -= time.monotonic() - began
            if isinstance(answer, Page):
                return replace(answer, requested_url=url)
            target = answer

    async def close(self) -> None:
        """Release connections and resolver threads."""
        network, self._network = self._network, None
        if network is not None:
            await network.client.aclose()
            network.backend.close()

    def _connected(self) -> _Network:
        if self._network is None:
            backend = GuardedBackend(self._allow_hosts, self._resolve)
            politeness = Politeness(per_host=self._per_host, **self._manners)
            client = guarded_client(backend, self._timeout)
            self._network = _Network(backend, client, politeness)
        return self._network

    async def _exchange(
        self,
        network: _Network,
        url: httpx.URL,
        headers: list[tuple[str, str]],
        limit: int,
        subject: str,
        seconds: float,
    ) -> Page | str:
        """One request: a page, or the address to go on to.

        :raises FetchError: any other outcome
        """
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                return await self._ask(network, url, headers, limit, subject)
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
        headers: list[tuple[str, str]],
        limit: int,
        subject: str,
    ) -> Page | str:
        request = httpx.Request("GET", url, headers=headers)
        response = await network.client.send(request, stream=True)
        try:
            received = response.headers
            location = response.extensions[LOCATION]
            now = self._clock.now()
            wait = answers.retry_after(received, now)
            status = response.status_code
            if status in _REDIRECTS and location:
                return _joined(url, location, subject)
            conditional = any(name.startswith("If-") for name, _ in headers)
            if status in (429, 503) and (wait is not None or status == 429):
                rest = _REST_WITHOUT_TERM if wait is None else wait
                network.politeness.rest(url.netloc.decode("ascii"), rest, status)
            if status not in (200, 203) and not (status == 304 and conditional):
                raise answers.status_error(subject, status, wait)
            body = b""
            if status != 304:
                body = await read_body(response.aiter_raw(), received, limit, subject)
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
    politeness: Politeness


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

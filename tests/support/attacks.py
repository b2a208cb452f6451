"""Attacks on the fetcher, each with what came of it: ``make attacks`` writes the table.

Bounds are the real ones scaled down, so that the whole table takes seconds: a body may have
1 MB instead of 10 MB, a fetch a second instead of 14. Nothing but 127.0.0.1 is ever dialled:
:class:`Dial` stands where the network would be, and notes every attempt.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore

from monitors.errors import AddressRefused, TidingsError
from monitors.fetch.client import HttpFetcher

CAP = 1_000_000
"""Bytes that a body may have here."""

DEADLINE = 1.0
"""Seconds that a fetch may take here."""

GOAL = 15.0
"""Seconds within which everything must be over, here as with the real bounds."""

Bytes = AsyncIterator[bytes]
Serve = Callable[[str], Bytes]


class Dial(httpcore.AsyncNetworkBackend):
    """Connects to this machine only, and counts."""

    def __init__(self) -> None:
        self.elsewhere: list[str] = []
        self.received = 0
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if host != "127.0.0.1":
            self.elsewhere.append(host)
            raise httpcore.ConnectError("not from here")
        return _Counted(await self._network.connect_tcp(host, port, timeout), self)


class _Counted(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, dial: Dial) -> None:
        self._stream, self._dial = stream, dial

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data = await self._stream.read(max_bytes, timeout)
        self._dial.received += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return _Counted(await self._stream.start_tls(*args, **options), self._dial)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@dataclass
class Range:
    """What one attack has to work with: the fetcher's settings and a server."""

    dial: Dial = field(default_factory=Dial)

    def fetcher(self, **options: Any) -> HttpFetcher:
        settings: dict[str, Any] = {
            "allow_hosts": {"127.0.0.1/32"},
            "spacing": 0,
            "deadline": DEADLINE,
            "connect_timeout": DEADLINE,
            "read_timeout": DEADLINE,
            "limit": CAP,
            "feed_limit": CAP,
            "dial": self.dial,
        }
        return HttpFetcher(**(settings | options))

    async def fetch(self, url: str, call: dict[str, Any] | None = None, **options: Any) -> bytes:
        fetcher = self.fetcher(**options)
        try:
            return (await fetcher.fetch(url, **(call or {}))).body
        finally:
            await fetcher.close()


@dataclass(frozen=True)
class Attack:
    """One attack.

    :param group: the row of the table
    :param contained: it may be answered, as long as no bound is passed
    :param beside: bytes that may come beside the body: those of a robots.txt
    """

    group: str
    name: str
    run: Callable[[Range], Awaitable[object]]
    contained: bool = False
    beside: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of an attack.

    :param received: bytes from the wire
    :param memory: bytes of Python's memory at the peak, above what was there before
    :param elsewhere: addresses that the guard let through
    """

    attack: Attack
    error: TidingsError | None
    seconds: float
    received: int
    memory: int
    elsewhere: tuple[str, ...]

    @property
    def refused(self) -> bool:
        return self.error is not None and not self.elsewhere

    @property
    def held(self) -> bool:
        """Refused, or harmless where that is allowed; in time, and within twice the bound."""
        most = 2 * CAP + self.attack.beside
        within = self.received <= most and self.memory <= most + HARNESS
        return (
            (self.refused or self.attack.contained)
            and not self.elsewhere
            and within
            and self.seconds < GOAL
        )


HARNESS = 1_000_000
"""Bytes that the server of an attack and httpx itself need, in the same process."""


async def attempt(attack: Attack) -> Outcome:
    """Do ``attack`` and say what came of it. What is no error of ours is raised."""
    ground = Range()
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    began = time.monotonic()
    error: TidingsError | None = None
    try:
        await attack.run(ground)
    except TidingsError as refusal:
        error = refusal
    seconds = time.monotonic() - began
    memory = tracemalloc.get_traced_memory()[1] - before
    if not tracing:
        tracemalloc.stop()
    return Outcome(
        attack, error, seconds, ground.dial.received, memory, tuple(ground.dial.elsewhere)
    )


@contextlib.asynccontextmanager
async def serving(serve: Serve, tls: Any = None) -> AsyncIterator[int]:
    """A server that sends what ``serve`` yields for a path, byte for byte; gives its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            async for piece in serve(head.split(b" ", 2)[1].decode()):
                writer.write(piece)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the fetcher hung up, or spoke TLS
        except asyncio.CancelledError:
            pass  # the attack is over
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def sends(*pieces: bytes) -> Serve:
    """Sends ``pieces`` and hangs up."""

    async def serve(path: str) -> Bytes:
        for piece in pieces:
            yield piece

    return serve


def answered_by(serve: Serve, *, path: str = "/a", **options: Any) -> Callable[[Range], Any]:
    """The attack of fetching ``path`` from a server that does ``serve``."""

    async def run(ground: Range) -> bytes:
        async with serving(serve) as port:
            return await ground.fetch(f"http://127.0.0.1:{port}{path}", **options)

    return run


def refused_address(outcome: Outcome) -> bool:
    """Whether the guard itself refused: nothing else must be what saved us."""
    return isinstance(outcome.error, AddressRefused)

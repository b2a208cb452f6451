"""Counts what a fetch takes from the wire: headers, chunk sizes and trailers, too.

A body's own bound does not see what surrounds it. A server can wrap each byte in a chunk of
its own, or send interim answers for ever; here, such an answer ends.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

from monitors.errors import BodyRefused

_HEAD = 3 << 16  # h11 refuses a head of more than 100 kB; and one read beyond it
_AROUND = 1 << 16
_current: ContextVar[Meter | None] = ContextVar("meter", default=None)


class Meter:
    """What one exchange may still receive: at first, no more than a head."""

    def __init__(self, subject: str) -> None:
        self._left = _HEAD
        self._subject = subject

    def expect(self, limit: int) -> None:
        """The head is there: a body of ``limit`` bytes may follow, and half as much around it."""
        self._left = limit + limit // 2 + _AROUND

    def count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise BodyRefused(
                self._subject,
                "the server sends far more around its answer than the answer",
                "Tell the publisher",
            )


@contextmanager
def metered(subject: str) -> Iterator[Meter]:
    """Bound what connections of this task may receive within the block.

    :param subject: the redacted URL, for the error
    """
    meter = Meter(subject)
    token = _current.set(meter)
    try:
        yield meter
    finally:
        _current.reset(token)


class MeteredStream(httpcore.AsyncNetworkStream):
    """A connection whose bytes count for the fetch that reads them.

    :raises BodyRefused: on reading, where there are too many
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the signature of the base class)
    ) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        meter = _current.get()
        if meter is not None:
            meter.count(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        try:
            inner = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # Where the deadline cancels a handshake, httpcore leaves the socket open.
            await self._stream.aclose()
            raise
        return MeteredStream(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

"""Reads an answer's body within bounds, on the wire and decoded.

HTTP libraries decompress without bound: 658 bytes become 300 MB. Here, at most one layer
of gzip or deflate is decoded, piece by piece, and never past the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

import httpx

from monitors.errors import BodyRefused, ConnectionFailed

_PIECE = 1 << 16
_MOST_MEMBERS = 1000
_PIECES = 2000
_SMALLEST = 32
_GZIP_MAGIC = b"\x1f\x8b"


async def read_body(
    chunks: AsyncIterable[bytes],
    headers: httpx.Headers,
    limit: int,
    subject: str,
    *,
    cut: bool = False,
) -> bytes:
    """The decoded body.

    :param chunks: the body as it comes from the wire
    :param limit: bytes that it may have, both on the wire and decoded
    :param subject: the redacted URL, for errors
    :param cut: give the whole lines within ``limit`` of a body that comes without an encoding
        and is longer, instead of refusing it
    :raises BodyRefused: too large, or an encoding that is not decoded
    :raises ConnectionFailed: it ends before its compressed data does
    """
    announced = headers.get("content-length", "").strip()
    decoder = _decoder(headers, limit, subject)
    cut = cut and decoder is None
    if not cut and announced.isdigit() and int(announced) > limit:
        raise _too_large(limit, subject)
    body = bytearray()
    wired = pieces = 0
    async for chunk in chunks:
        wired += len(chunk)
        pieces += 1
        if pieces > _PIECES and wired < pieces * _SMALLEST:
            # Each costs more time than it is worth, which others wait for.
            raise BodyRefused(
                subject, "the body comes in pieces of a few bytes", "Tell the publisher"
            )
        if wired > limit and cut:
            return bytes(body + chunk)[:limit].rpartition(b"\n")[0]
        if wired > limit:
            raise _too_large(limit, subject)
        body += decoder.feed(chunk) if decoder else chunk
    if decoder and wired and not decoder.complete:
        raise ConnectionFailed(subject, "the compressed body ends early", "Try again later")
    return bytes(body)


def gunzip(data: bytes, limit: int, subject: str) -> bytes:
    """A gzip file's content; ``data`` itself where it is none.

    :raises BodyRefused: it would have more than ``limit`` bytes, or is damaged
    """
    if not data.startswith(_GZIP_MAGIC):
        return data
    decoder = _Inflater("gzip", limit, subject)
    content = decoder.feed(data)
    if not decoder.complete:
        raise BodyRefused(subject, "its gzip data ends early", "Tell the publisher")
    return content


def _decoder(headers: httpx.Headers, limit: int, subject: str) -> _Inflater | None:
    named = ",".join(headers.get_list("content-encoding")).split(",")
    layers = [name for name in (n.strip().lower() for n in named) if name not in ("", "identity")]
    if not layers:
        return None
    if len(layers) > 1 or layers[0] not in ("gzip", "x-gzip", "deflate"):
        shown = ", ".join(layers)[:60]
        raise BodyRefused(
            subject, f"its content encoding is '{shown}'", "One layer of gzip is understood"
        )
    return _Inflater(layers[0].removeprefix("x-"), limit, subject)


class _Inflater:
    """Decodes gzip (also several members in a row), zlib and raw deflate, up to a limit."""

    def __init__(self, coding: str, limit: int, subject: str) -> None:
        self._coding = coding
        self._left = limit
        self._limit = limit
        self._subject = subject
        self._inflate = zlib.decompressobj(31) if coding == "gzip" else None
        self._head = b""
        self._members = 1

    @property
    def complete(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def feed(self, data: bytes) -> bytes:
        if self._inflate is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data, self._head = self._head, b""
            self._inflate = zlib.decompressobj(15 if _has_zlib_header(data) else -15)
        out = bytearray()
        while data:
            if self._inflate.eof:
                if self._coding != "gzip" or not data.startswith(_GZIP_MAGIC):
                    break  # padding after the data; browsers ignore it, too
                self._members += 1
                if self._members > _MOST_MEMBERS:
                    raise BodyRefused(
                        self._subject, "its gzip data has too many parts", "Tell the publisher"
                    )
                self._inflate = zlib.decompressobj(31)
            try:
                piece = self._inflate.decompress(data, min(_PIECE, self._left + 1))
            except zlib.error as error:
                raise BodyRefused(
                    self._subject, f"its {self._coding} data is damaged", "Try again later"
                ) from error
            self._left -= len(piece)
            if self._left < 0:
                raise _too_large(self._limit, self._subject)
            out += piece
            data = self._inflate.unused_data or self._inflate.unconsumed_tail
        return bytes(out)


def _has_zlib_header(data: bytes) -> bool:
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0


def _too_large(limit: int, subject: str) -> BodyRefused:
    return BodyRefused(
        subject, f"the body is larger than {limit / 1e6:g} MB", "Name a smaller page or feed"
    )

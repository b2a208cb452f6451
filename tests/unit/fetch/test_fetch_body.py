from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.errors import BodyRefused, ConnectionFailed, FetchError
from monitors.fetch.body import gunzip, read_body


def read(wire: bytes, coding: str = "", limit: int = 1000, piece: int = 7) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(wire), piece):
            yield wire[start : start + piece]

    headers = httpx.Headers({"Content-Encoding": coding} if coding else {})
    return asyncio.run(read_body(chunks(), headers, limit, "https://e.org/"))


@given(st.binary(max_size=300), st.integers(1, 50))
def test_compressed_bodies_come_out_as_they_went_in(data: bytes, piece: int) -> None:
    assert read(gzip.compress(data), "gzip", piece=piece) == data
    assert read(zlib.compress(data), "deflate", piece=piece) == data
    assert read(zlib.compress(data, wbits=-15), "deflate", piece=piece) == data


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_rubbish_gives_a_fetch_error_or_bytes(data: bytes, coding: str) -> None:
    try:
        length = len(read(data, coding))
    except FetchError:
        return
    assert length <= 1000


def test_exactly_the_limit_is_taken() -> None:
    assert len(read(b"x" * 1000)) == 1000
    assert len(read(gzip.compress(b"x" * 1000), "gzip")) == 1000
    with pytest.raises(BodyRefused):
        read(b"x" * 1001)
    with pytest.raises(BodyRefused):
        read(gzip.compress(b"x" * 1001), "gzip")


def test_padding_after_gzip_data_is_ignored() -> None:
    assert read(gzip.compress(b"abc") + b"\0\0\0", "gzip") == b"abc"


def test_compressed_data_that_ends_early_is_a_broken_connection() -> None:
    with pytest.raises(ConnectionFailed, match="ends early"):
        read(gzip.compress(b"abc" * 100)[:-9], "gzip")


def test_an_empty_compressed_body_is_empty() -> None:
    assert read(b"", "gzip") == b""


def test_gunzip_leaves_other_data_alone_and_is_bounded() -> None:
    assert gunzip(b"<xml/>", 10, "s") == b"<xml/>"
    assert gunzip(gzip.compress(b"<xml/>"), 10, "s") == b"<xml/>"
    with pytest.raises(BodyRefused, match="larger"):
        gunzip(gzip.compress(b"x" * 11), 10, "s")
    with pytest.raises(BodyRefused, match="ends early"):
        gunzip(gzip.compress(b"x" * 10)[:-4], 10, "s")

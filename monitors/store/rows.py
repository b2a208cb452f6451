"""Small helpers that every part uses."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from monitors.store.decoding import UndecodableError

T = TypeVar("T")
logger = logging.getLogger(__name__)

CHUNK = 500
"""Values in one IN list or one INSERT: far below what either database allows."""


def text_key(text: str) -> str:
    """128 bits of the SHA-256 of ``text`` in hex: what a long text is unique by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def number(*texts: str) -> int:
    """64 bits of the SHA-256 of ``texts``, signed, as the integers of databases are.

    A key of eight bytes, where one of many millions of rows would take most of it. That any
    two of 100 million share theirs has odds of one in 3,700.
    """
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(joined).digest()[:8], "big", signed=True)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """``values`` in lists of at most ``size``."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def readable(rows: Sequence[Any], decode: Callable[[Any], T]) -> list[T]:
    """Decode ``rows``; one that cannot be read is logged and left out, the others stay."""
    found = []
    for row in rows:
        try:
            found.append(decode(row))
        except UndecodableError as error:
            logger.warning("a stored row cannot be read and is left out: %s", error)
    return found

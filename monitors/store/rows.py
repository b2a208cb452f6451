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
    """SHA-256 of ``text`` in hex: what a long text is unique by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


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

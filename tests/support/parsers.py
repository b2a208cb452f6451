"""Functions for a sandbox to run; a module of its own, so that workers import little."""

from __future__ import annotations

import operator
import resource
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from monitors.errors import HttpStatusError
from monitors.model import Entry


def make_entry(url: str) -> Entry:
    return Entry("s", url, published=datetime(2025, 3, 1, tzinfo=UTC), paragraphs=("a", "b"))


def refuse(status: int) -> None:
    raise HttpStatusError("subject", status, "problem", "remedy")


def make_foreign() -> object:
    return operator.methodcaller("set")


def make_unpicklable() -> object:
    return lambda: None


def print_and(value: str) -> str:
    print("noise" * 10_000)
    return value


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


_kept: list[bytes] = []


def keep(size: int) -> None:
    """Leak, as a C library may."""
    _kept.append(b"\1" * size)


class AsAttribute:
    """Pickled as Python 3.11.0 to 3.11.3 pickle a member of an enumeration."""

    def __init__(self, kind: type, name: str) -> None:
        self.kind, self.name = kind, name

    def __reduce__(self) -> tuple[object, tuple[type, str]]:
        return getattr, (self.kind, self.name)


def make_attribute(kind: type, name: str) -> AsAttribute:
    return AsAttribute(kind, name)


def keep_member(member: Enum) -> Enum:
    return member

"""Functions for a sandbox to run; a module of its own, so that workers import little."""

from __future__ import annotations

import operator
from datetime import UTC, datetime

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

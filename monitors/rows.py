"""Reading JSON that people write, with the file and line in every complaint."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitors.errors import StreamError


class Row:
    """A JSON or YAML object together with the place it stands at.

    Each reader of a field raises :class:`~monitors.errors.StreamError` where the field is
    missing or not what it should be.

    :param where: file and line, for errors
    """

    def __init__(self, where: str, value: object) -> None:
        self.where = where
        if not isinstance(value, Mapping):
            raise self.error("this is no object", "Write fields in braces")
        self.data: Mapping[str, Any] = value

    def error(self, problem: str, remedy: str = "") -> StreamError:
        """An error about this row, to be raised."""
        return StreamError(self.where, problem, remedy)

    def need(self, key: str) -> object:
        """Whatever ``key`` holds."""
        if key not in self.data:
            raise self.error(f"the field {key!r} is missing")
        return self.data[key]

    def text(self, key: str, *, may_be_empty: bool = False) -> str:
        """A text, by default one that is not blank."""
        value = self.need(key)
        if not isinstance(value, str):
            raise self.error(f"{key} is no text: {value!r}")
        if not value.strip() and not may_be_empty:
            raise self.error(f"{key} is empty")
        return str(value)

    def text_or_none(self, key: str) -> str | None:
        """A text, or None where the field is null or missing."""
        return None if self.data.get(key) is None else self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts that are not blank; the list may be empty."""
        value = self.need(key)
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.error(f"{key} is no list of non-empty texts")
        return tuple(value)

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of ``allowed``."""
        value = self.text(key)
        if value not in allowed:
            raise self.error(f"{key} {value!r} is unknown", f"Use one of: {', '.join(allowed)}")
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false; ``default`` where the field is missing and one is given."""
        value = self.data.get(key, default) if default is not None else self.need(key)
        if not isinstance(value, bool):
            raise self.error(f"{key} is neither true nor false: {value!r}")
        return value

    def moment(self, key: str) -> datetime:
        """A time with its zone, converted to UTC."""
        raw = self.text(key)
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError as error:
            raise self.error(
                f"{key} {raw!r} is no time", "Write it like 2025-03-01T09:30:00Z"
            ) from error
        if moment.tzinfo is None:
            raise self.error(f"{key} {raw!r} has no time zone", "Add Z for UTC")
        return moment.astimezone(UTC)


def read_text(path: Path) -> str:
    """A UTF-8 file, with or without a byte order mark.

    :raises StreamError: it cannot be read or decoded
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StreamError(str(path), "this is no UTF-8 text", "Save it as UTF-8") from error
    except OSError as error:
        raise StreamError(str(path), f"cannot be read: {error.strerror}") from error


def parse_json(text: str, path: Path, line: int | None = None) -> Any:
    """JSON from ``text``, in which no object has a key twice.

    :param line: given where the text is this one line of ``path``
    :raises StreamError: with file and line
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for i, (key, _) in enumerate(pairs) if key in (k for k, _ in pairs[:i])]
        if twice:
            at = line or line_of(text, json.dumps(twice[0], ensure_ascii=False), last=True)
            raise StreamError(f"{path}:{at}", f"the key {twice[0]!r} stands twice in one object")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        where = f"{path}:{line or error.lineno}"
        raise StreamError(where, f"this is no JSON: {error.msg} (column {error.colno})") from error


def line_of(text: str, name: str, *, last: bool = False) -> int:
    """The line on which ``name`` (in quotes) is a key or the value of ``id``; else 1."""
    quoted = re.escape(name)
    places = [m.start() for m in re.finditer(rf'"id"\s*:\s*{quoted}|{quoted}\s*:', text)]
    return text.count("\n", 0, places[-1 if last else 0]) + 1 if places else 1

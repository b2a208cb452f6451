"""What a watchdog remembers, in a small file, so that it needs no database."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from monitors.errors import TidingsError
from monitors.watchdog.judging import Known

_TIMES = ("looked_at", "watching_since", "succeeded_at", "told")


class Notebook:
    """The file, held by one watchdog at a time.

    :ivar known: what it says; nothing where there is no file yet, or one that says nothing
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.known = _read(file.read())

    def keep(self, known: Known) -> None:
        """Write ``known`` down, at once."""
        plain = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(known).items()
        }
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(plain) + "\n")
        self._file.flush()
        self.known = known


@contextmanager
def opened(path: Path) -> Iterator[Notebook | None]:
    """The notebook; None where another watchdog has it, which looks for us as well.

    :raises TidingsError: the file cannot be made or written
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        file = path.open("r+", encoding="utf-8", errors="replace")
    except OSError as error:
        raise TidingsError(
            f"the watchdog's file {path}",
            f"it cannot be written ({error.strerror})",
            "Name another one in TIDINGS_WATCHDOG_FILE",
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield Notebook(file)


def _read(text: str) -> Known:
    """What the file says; one that was cut off says nothing."""
    try:
        plain = json.loads(text or "{}")
        known = {field.name: plain[field.name] for field in fields(Known) if field.name in plain}
        return Known(**known | {name: _time(known.get(name)) for name in _TIMES})
    except (TypeError, ValueError):
        return Known()


def _time(written: Any) -> datetime | None:
    moment = datetime.fromisoformat(written) if written else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment

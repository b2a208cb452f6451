"""Where in a watch list something is written, for what only shows when it is tried."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitors.redact import masked
from monitors.watchlist.loading import files_of


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a watch list.

    :param line: 1-based
    :param text: the whole line
    """

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def with_(self, old: str, new: str) -> str:
        """The line with ``new`` in place of ``old``; only ``new`` where it holds a secret."""
        secret = any(masked(word.strip("\"',")) != word.strip("\"',") for word in _urls(self.text))
        return new if secret else self.text.replace(old, new)


def place_of(watch: Path, text: str) -> Place | None:
    """The first line of the watch list at ``watch`` that holds ``text``, but for comments."""
    for path in files_of(watch):
        for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), start=1):
            if text in line and not line.lstrip().startswith("#"):
                return Place(path, number, line)
    return None


def _urls(line: str) -> list[str]:
    return [word for word in line.replace("}", " ").split() if "://" in word]

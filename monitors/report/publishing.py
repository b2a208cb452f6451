"""Writes a report in place: only pages that changed, each one whole, the lists last.

A page carries the digest of what it shows, so that one that says the same again is neither
made nor written.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitors.errors import ConfigError, TidingsError
from monitors.explain.path import Lines
from monitors.model import Watchlist
from monitors.ports import Store
from monitors.report.gather import DAYS, NO_LINES, gather
from monitors.report.pages import FOLDERS, Page, digest_in, pages

MARKER = ".tidings-report"
"""What says that a folder is a report, whose pages may be replaced and removed."""

_HEAD = 400
"""Bytes at the start of a page in which its digest stands."""
_HALF = ".half"
"""The end of the name of a page that is being written."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the pages of a report.

    :param pages: how many it has
    :param changed: how many of them were written, since they are new or say something else
    :param removed: pages of what the report no longer shows
    """

    pages: int
    changed: int
    removed: int


def in_words(written: Written) -> str:
    """``40 pages, 3 of them written, 1 removed``."""
    removed = f", {written.removed} removed" if written.removed else ""
    return f"{written.pages} pages, {written.changed} of them written{removed}"


def write_report(
    store: Store,
    watchlist: Watchlist,
    folder: Path,
    now: datetime,
    days: int = DAYS,
    lines: Mapping[str, Lines] = NO_LINES,
) -> Written:
    """Bring the report of the last ``days`` in ``folder`` up to date.

    :param lines: topic id to its lines, for the explanations
    :raises ConfigError: ``folder`` holds something that is no report
    :raises TidingsError: it cannot be written
    :raises StoreError: the database cannot be read
    """
    check(folder)
    return publish(folder, pages(gather(store, watchlist, now, days, lines=lines)))


def publish(folder: Path, wanted: Iterable[Page]) -> Written:
    """Make ``folder``, which is made where it is missing, hold the pages of ``wanted``.

    Links to folders are followed. A reader meets each page whole, old or new. Where it breaks
    off, the next time goes on.

    :raises ConfigError: ``folder`` holds something that is no report
    :raises TidingsError: it cannot be written
    """
    folder = folder.resolve()
    check(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            return _bring_up(folder, wanted)
    except OSError as error:
        raise TidingsError(
            str(folder),
            f"the report cannot be written ({error.strerror})",
            "Name a folder in which you may write, with room left",
        ) from error


def check(folder: Path) -> None:
    """Whether ``folder`` may hold a report.

    :raises ConfigError: it holds something that is no report, or is no folder
    """
    try:
        if not folder.exists() or (folder / MARKER).is_file():
            return
        if folder.is_dir() and not any(folder.iterdir()):
            return
    except OSError as error:
        raise ConfigError(
            str(folder), f"it cannot be looked at ({error.strerror})", "Name another folder"
        ) from error
    raise ConfigError(
        str(folder),
        "it is there and holds something else than a report",
        "Name a new or empty folder: pages of a report are replaced and removed",
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time: a run and the daily report may meet."""
    with (folder / MARKER).open("a+", encoding="utf-8") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        if not marker.tell():
            marker.write("Made by tidings report, which replaces and removes the pages here.\n")
        yield


def _bring_up(folder: Path, wanted: Iterable[Page]) -> Written:
    kept: set[Path] = set()
    changed = 0
    for page in wanted:
        target = folder / page.path
        if _digest_of(target) != page.digest:
            _write(target, page.render())
            changed += 1
        kept.add(target)
    return Written(len(kept), changed, _remove_others(folder, kept))


def _digest_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return digest_in(file.read(_HEAD))
    except FileNotFoundError:
        return None


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(exist_ok=True)
    half = target.with_name(f"{target.name}{_HALF}")
    half.write_text(text, encoding="utf-8", errors="replace")
    half.replace(target)


def _remove_others(folder: Path, kept: Collection[Path]) -> int:
    """Remove pages that the report no longer has; what is not a page of ours stays."""
    removed = 0
    for place in (folder, *(folder / name for name in FOLDERS)):
        if not place.is_dir():
            continue
        for path in place.iterdir():
            if path in kept or not re.search(rf"\.html({re.escape(_HALF)})?$", path.name):
                continue
            path.unlink()
            removed += path.suffix == ".html"
        if place != folder and not any(place.iterdir()):
            place.rmdir()
    return removed

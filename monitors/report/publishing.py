"""Writes a report: a new folder is made and swapped in, so that no reader meets half of one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from monitors.errors import ConfigError, TidingsError
from monitors.explain.path import Lines
from monitors.model import Watchlist
from monitors.ports import Store
from monitors.report.gather import DAYS, NO_LINES, gather
from monitors.report.pages import pages

MARKER = ".tidings-report"
"""What says that a folder is a report and may be replaced."""


def write_report(
    store: Store,
    watchlist: Watchlist,
    folder: Path,
    now: datetime,
    days: int = DAYS,
    lines: Mapping[str, Lines] = NO_LINES,
) -> int:
    """Write the report of the last ``days`` to ``folder``; returns how many pages it has.

    :param lines: topic id to its lines, for the explanations
    :raises ConfigError: ``folder`` holds something that is no report
    :raises TidingsError: it cannot be written
    :raises StoreError: the database cannot be read
    """
    check(folder)
    return publish(folder, pages(gather(store, watchlist, now, days, lines=lines)))


def publish(folder: Path, written: Iterable[tuple[str, str]]) -> int:
    """Put ``written`` (path, text) in the place of ``folder``, which is made where it is missing.

    Links to folders are followed. A report that was there is kept until the new one is whole.

    :raises ConfigError: ``folder`` holds something that is no report
    :raises TidingsError: it cannot be written
    """
    folder = folder.resolve()
    check(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            count = _write(Path(made) / "new", written)
            _swap(folder, Path(made))
    except OSError as error:
        raise TidingsError(
            str(folder),
            f"the report cannot be written ({error.strerror})",
            "Name a folder whose parent you may write to, with room left, no mount point itself",
        ) from error
    return count


def check(folder: Path) -> None:
    """Whether ``folder`` may be replaced by a report.

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
        "Name a new or empty folder: a report replaces all that is in it",
    )


def _write(folder: Path, written: Iterable[tuple[str, str]]) -> int:
    folder.mkdir()
    made = {folder}
    (folder / MARKER).write_text("Made by tidings report, which replaces this folder.\n", "utf-8")
    count = 0
    for path, text in written:
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_text(text, encoding="utf-8", errors="replace")
        count += 1
    return count


def _swap(folder: Path, room: Path) -> None:
    """Two renames: between them there is no report for some microseconds."""
    new, old = room / "new", room / "old"
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)

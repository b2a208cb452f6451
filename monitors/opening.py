"""Opens what the settings name: the database, and the watch list that is in force.

Imports no other adapter: looking must be quick.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from monitors.errors import StoreUnavailable
from monitors.ports import Store
from monitors.settings import Settings
from monitors.store import SqlStore, open_store
from monitors.store.engine import sqlite_file

if TYPE_CHECKING:
    from monitors.watchlist.keeping import Current


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The database of ``settings``, its schema up to date.

    :raises StoreError: it cannot be opened
    """
    path = sqlite_file(settings.database_url)
    if path is not None:
        _make_folder(path)
    store = open_store(settings.database_url)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


@contextmanager
def existing_store(settings: Settings) -> Iterator[SqlStore | None]:
    """The database of ``settings`` as it is, for looking only: nothing is made or migrated.

    None where it is an SQLite file that is not there yet but can be made.

    :raises StoreError: it cannot be opened, or not be made
    """
    path = sqlite_file(settings.database_url)
    if path is not None and not path.exists():
        _check_folder(path)
        yield None
        return
    store = open_store(settings.database_url, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _check_folder(database: Path) -> None:
    """Whether ``database`` could be made, with the folders above it that are missing."""
    folder = next(p for p in database.absolute().parents if p.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise StoreUnavailable(
            f"sqlite:///{database}",
            f"it cannot be made: {folder} is no folder in which you may write",
            "Correct TIDINGS_DATABASE_URL, or the rights of the folder",
        )


def _make_folder(database: Path) -> None:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"sqlite:///{database}",
            f"its folder cannot be made ({error.strerror})",
            "Correct TIDINGS_DATABASE_URL, or make the folder",
        ) from error


def watchlist_of(settings: Settings) -> Current:
    """What is watched: ``watch.yaml``, or its last good version where an edit is broken.

    :raises WatchlistError: it is broken, and none was good before
    """
    from monitors.clock import SystemClock
    from monitors.watchlist.keeping import current

    # Real time, also in a run that pretends to be at another: it dates an edit of a file.
    return current(settings.watch, kept_in(settings), SystemClock().now())


def kept_in(settings: Settings) -> Path:
    """The folder of the last good watch list: beside the database, where that is a file."""
    path = sqlite_file(settings.database_url)
    return path.parent if path is not None else Path("var")

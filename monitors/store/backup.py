"""Copies of an SQLite database as a file, taken and put back while it may be in use.

Both go through SQLite's online backup (https://www.sqlite.org/backup.html): a copy is of one
moment, and one that is put back replaces everything in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from monitors.errors import StoreCorrupt, StoreError, StoreUnavailable
from monitors.store.engine import open_database
from monitors.store.migrate import schema


def back_up(path: Path, out: Path) -> None:
    """Write the database at ``path`` to ``out``, which is complete and checked once it is there.

    :raises StoreError: ``path`` is no database, ``out`` is there or cannot be written, or the
        copy is damaged
    """
    if out.exists():
        raise StoreError(str(out), "it is there already", "Name a file that is not there yet")
    part = out.with_name(f"{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        _copy(path, part, "PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(out)
    except OSError as error:
        raise StoreUnavailable(
            str(out), f"it cannot be written ({error.strerror})", "Name another folder"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def put_back(backup: Path, path: Path) -> None:
    """Let the database at ``path`` be as ``backup``.

    :raises StoreError: ``backup`` is no whole database of Tidings, or of a later version; then
        ``path`` stays as it was
    """
    if not backup.is_file():
        raise StoreUnavailable(str(backup), "there is no such file", "Name a back-up")
    _check(backup)
    database = open_database(f"sqlite:///{backup}", read_only=True)
    try:
        revision = schema(database).current
    finally:
        database.close()
    if revision is None:
        raise StoreCorrupt(str(backup), "it is no database of Tidings", "Name a back-up")
    _copy(backup, path)


def _copy(source: Path, target: Path, *then: str) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            for statement in then:
                new.execute(statement)
    except sqlite3.Error as error:
        raise StoreError(
            str(target), f"copying {source} failed ({error})", "Nothing was changed"
        ) from error
    _check(target)


def _check(path: Path) -> None:
    """Every page and index, and what rows point at."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            [verdict] = opened.execute("PRAGMA integrity_check(1)").fetchone()
            orphan = opened.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise StoreCorrupt(str(path), f"it is damaged ({error})", "Use another copy") from error
    if verdict != "ok" or orphan is not None:
        found = verdict if verdict != "ok" else f"a row of {orphan[0]} points at nothing"
        raise StoreCorrupt(str(path), f"it is damaged ({found})", "Use another copy")

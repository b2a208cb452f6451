"""What a database driver reports, as one of our errors."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from monitors.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    error: type[StoreError]
    problem: str
    remedy: str


_BUSY = _Meaning(
    StoreBusy,
    "another process holds its lock",
    "Try again; where it lasts, look for a Tidings process that hangs",
)
_FULL = _Meaning(
    StoreFull, "no space is left", "Free disk space, or shorten what is kept, then run again"
)
_READ_ONLY = _Meaning(
    StoreReadOnly,
    "it may not be written to",
    "Check the rights of the file and its folder, or of the database account",
)
_CORRUPT = _Meaning(
    StoreCorrupt,
    "it is damaged or no database of Tidings",
    "Check the path; restore a backup, or move the file away to start afresh",
)
_NO_TABLES = _Meaning(
    StoreCorrupt,
    "it lacks tables of Tidings",
    "Check that the address is right; `tidings run` brings its schema up to date",
)
_UNAVAILABLE = _Meaning(
    StoreUnavailable,
    "it cannot be reached",
    "Check that the folder exists or the server runs, and that address and account are right",
)
_NO_IO = _Meaning(
    StoreUnavailable,
    "its file cannot be read or written",
    "Check that the disk has space left (df) and is in order",
)
_OTHER = _Meaning(StoreError, "the database refused", "Run `tidings doctor`")

# https://www.sqlite.org/rescode.html, primary codes
_SQLITE = {
    3: _READ_ONLY,  # PERM
    5: _BUSY,  # BUSY
    6: _BUSY,  # LOCKED
    8: _READ_ONLY,  # READONLY
    10: _NO_IO,  # IOERR
    11: _CORRUPT,  # CORRUPT
    13: _FULL,  # FULL
    14: _UNAVAILABLE,  # CANTOPEN
    23: _READ_ONLY,  # AUTH
    26: _CORRUPT,  # NOTADB
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html, codes or their beginnings
_POSTGRESQL = {
    "55P03": _BUSY,  # lock_not_available
    "40": _BUSY,  # deadlock, serialization failure
    "57014": _BUSY,  # cancelled by a timeout
    "53100": _FULL,  # disk_full
    "25006": _READ_ONLY,  # read_only_sql_transaction
    "42501": _READ_ONLY,  # insufficient_privilege
    "42P01": _NO_TABLES,  # undefined_table
    "42703": _NO_TABLES,  # undefined_column
    "XX001": _CORRUPT,
    "XX002": _CORRUPT,
    "08": _UNAVAILABLE,  # connection exceptions
    "28": _UNAVAILABLE,  # invalid authorization
    "3D000": _UNAVAILABLE,  # no such database
    "53": _UNAVAILABLE,  # insufficient resources
    "57P": _UNAVAILABLE,  # shut down, starting up
}


def as_store_error(subject: str, error: Exception) -> StoreError:
    """The fitting :class:`StoreError`.

    The text holds the first line of what the driver said, never the statement nor its
    values: those could carry secrets.

    :param subject: which database, without password
    """
    if isinstance(error, PoolTimeout):
        return StoreBusy(subject, "all connections are in use", _BUSY.remedy)
    driver = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    meaning = _UNAVAILABLE if lost else _meaning(driver)
    said = _first_line(driver)
    problem = f"{meaning.problem} ({said})" if said else meaning.problem
    return meaning.error(subject, problem, meaning.remedy)


def _meaning(driver: BaseException) -> _Meaning:
    code = getattr(driver, "sqlite_errorcode", None)
    if isinstance(code, int):
        if code & 0xFF == 1 and "no such" in str(driver):
            return _NO_TABLES
        return _SQLITE.get(code & 0xFF, _OTHER)
    state = getattr(driver, "sqlstate", None)
    if isinstance(state, str):
        return next((m for start, m in _POSTGRESQL.items() if state.startswith(start)), _OTHER)
    # psycopg gives no code where it got no connection at all.
    if any(base.__name__ == "OperationalError" for base in type(driver).__mro__):
        return _UNAVAILABLE
    return _OTHER


def _first_line(driver: BaseException) -> str:
    # SQLAlchemy's own errors print statement and values; a driver's first line does not.
    if type(driver).__module__.startswith("sqlalchemy"):
        return type(driver).__name__
    lines = str(driver).strip().splitlines()
    return lines[0][:200] if lines else ""

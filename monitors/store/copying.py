"""One database into another, and proof that both hold the same.

What the target holds already is the progress of a copy that was interrupted: every row of it
must be the source's, and only what is missing is added. So copying may be repeated at will,
and a database with other data is left alone. Leases belong to processes and are not copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from monitors.errors import StoreError
from monitors.store.engine import Database
from monitors.store.rows import CHUNK, chunks
from monitors.store.tables import leases, metadata

_TABLES = [table for table in metadata.sorted_tables if table is not leases]
"""Every table that is copied; those that others point at come first."""

_END: Any = object()


@dataclass(frozen=True, slots=True)
class Copied:
    """One table, compared row by row after it was copied.

    :param rows: rows in both databases
    :param added: those that this copy added
    :param digest: SHA-256 over all rows in the order of their keys, the same in both
    """

    table: str
    rows: int
    added: int
    digest: str


def copy(source: Database, target: Database, between: Callable[[str, int], None]) -> list[Copied]:
    """Add to ``target`` what it lacks of ``source``, then compare every row of both.

    Both have the current schema. Nothing is written before it is known that ``target`` holds
    nothing but rows of ``source``.

    :param between: called after each batch with table and rows so far; may raise to stop
    :raises StoreError: the target holds other data, refuses a row, or differs at the end
    """
    for table in _TABLES:
        _each(_missing(source, target, table), lambda _: None, table, between)
    added = {}
    for table in _TABLES:

        def insert(rows: list[sa.Row[Any]], table: sa.Table = table) -> None:
            with target.write() as connection:
                connection.execute(sa.insert(table), [dict(row._mapping) for row in rows])

        added[table.name] = _each(_missing(source, target, table), insert, table, between)
    _continue_numbers(target)
    return [_compared(source, target, table, added[table.name], between) for table in _TABLES]


def _each(
    rows: Iterator[sa.Row[Any]],
    do: Callable[[list[sa.Row[Any]]], None],
    table: sa.Table,
    between: Callable[[str, int], None],
) -> int:
    count = 0
    for batch in chunks(rows):
        do(batch)
        count += len(batch)
        between(table.name, count)
    return count


def _missing(source: Database, target: Database, table: sa.Table) -> Iterator[sa.Row[Any]]:
    """Rows of ``source`` that ``target`` lacks, in the order of their keys."""
    with _rows(source, table) as ours, _rows(target, table) as theirs:
        there = next(theirs, _END)
        for row in ours:
            if there is _END or _key(table, row) < _key(table, there):
                yield row
                continue
            if _plain(row) != _plain(there):
                raise _other(target, table, there)
            there = next(theirs, _END)
        if there is not _END:
            raise _other(target, table, there)


def _compared(
    source: Database,
    target: Database,
    table: sa.Table,
    added: int,
    between: Callable[[str, int], None],
) -> Copied:
    """Both walks side by side: the same rows with the same values."""
    digest, count = hashlib.sha256(), 0
    with _rows(source, table) as ours, _rows(target, table) as theirs:
        for row in ours:
            there, plain = next(theirs, _END), _plain(row)
            if there is _END or _plain(there) != plain:
                raise StoreError(
                    target.subject,
                    f"row {_name(table, row)} of {table.name} is not as in {source.subject}",
                    "Stop everything that writes to either, then copy again",
                )
            digest.update(plain.encode("utf-8", "surrogatepass"))
            count += 1
            if count % CHUNK == 0:
                between(table.name, count)
        if (there := next(theirs, _END)) is not _END:
            raise _other(target, table, there)
    return Copied(table.name, count, added, digest.hexdigest())


@contextmanager
def _rows(database: Database, table: sa.Table) -> Iterator[Iterator[sa.Row[Any]]]:
    """All rows by primary key, in one order for every database, a batch in memory at a time."""
    with database.read() as connection:
        query = sa.select(table).order_by(*(_sorted(database, c) for c in table.primary_key))
        with connection.execution_options(yield_per=CHUNK).execute(query) as result:
            yield iter(result)


def _sorted(database: Database, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    # By code points, as SQLite and Python do; PostgreSQL's own order depends on its locale.
    texts = isinstance(column.type, sa.TypeDecorator) and isinstance(column.type.impl, sa.Text)
    return sa.collate(column, "C") if texts and not database.is_sqlite else column


def _key(table: sa.Table, row: sa.Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[column.name] for column in table.primary_key)


def _name(table: sa.Table, row: sa.Row[Any]) -> str:
    return "/".join(str(part) for part in _key(table, row))


def _plain(row: sa.Row[Any]) -> str:
    """All values as text that is equal where they are; vectors by their stored bytes."""
    return repr([
        value.astype("<f2").tobytes() if hasattr(value, "astype") else value for value in row
    ])  # fmt: skip


def _other(target: Database, table: sa.Table, row: sa.Row[Any]) -> StoreError:
    return StoreError(
        target.subject,
        f"it holds other data: row {_name(table, row)} of {table.name}",
        "Name an empty database, or the one that this copy began in",
    )


def _continue_numbers(target: Database) -> None:
    """Let PostgreSQL number new rows after those that were copied."""
    if target.is_sqlite:
        return  # it numbers after the highest by itself
    with target.write() as connection:
        for table in _TABLES:
            column = table.autoincrement_column
            if column is None:
                continue
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            connection.execute(
                sa.select(
                    sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None))
                )
            )

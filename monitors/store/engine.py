"""Connections, transactions, and database errors in our own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.pool import StaticPool

from monitors.errors import SettingsError
from monitors.store.tables import tell_postgresql
from monitors.store.translate import as_store_error

PAGE = 8192
"""Bytes of a page of a new SQLite file: with 4,096 a fifth of the pages of articles is empty."""

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process's lock."""

_POSTGRES_NAMES = ("postgres", "postgresql", "postgresql+psycopg")


class Database:
    """One database and its two kinds of transaction.

    :ivar subject: the URL without password and options: what errors name
    """

    def __init__(self, engine: Engine, subject: str) -> None:
        self.engine = engine
        self.subject = subject
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writing = engine.execution_options(tidings_writes=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; errors come out as ``StoreError``."""
        with self.errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes, all or nothing; errors come out as ``StoreError``.

        SQLite takes its single write lock at once, so that a read followed by a write
        cannot meet another writer in between.
        """
        with self.errors(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate what SQLAlchemy and the drivers raise."""
        try:
            yield
        except StatementError as error:
            if isinstance(error, DBAPIError) or error.orig is None:
                raise as_store_error(self.subject, error) from error
            raise error.orig from None  # a value that no column takes: a mistake of the caller
        except (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error) as error:
            raise as_store_error(self.subject, error) from error

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that knows ON CONFLICT in this database's dialect."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # late: a few hundredths of a second

        return postgresql.insert(table)

    def among(self, column: sa.Column[Any], values: Collection[int]) -> sa.ColumnElement[bool]:
        """Whether ``column`` is one of ``values``, which are one parameter however many.

        An IN list is written out anew for each call, which takes longer than the query.
        """
        if self.is_sqlite:
            listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
            return column.in_(sa.select(listed.c.value))
        from sqlalchemy.dialects import postgresql

        numbers = postgresql.ARRAY(sa.BigInteger)
        return column == sa.any_(sa.bindparam(None, list(values), type_=numbers))

    def upsert(
        self,
        table: sa.Table,
        keys: tuple[str, ...],
        *,
        keep: tuple[str, ...] = (),
        where: Callable[[Any], sa.ColumnElement[bool]] | None = None,
    ) -> Any:
        """INSERT, or UPDATE the row with the same ``keys``.

        :param keep: columns that keep their stored value
        :param where: given the new values, says whether the stored row is replaced
        """
        statement = self.insert(table)
        fixed = {*keys, *keep, *(column.name for column in table.primary_key)}
        changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in fixed}
        return statement.on_conflict_do_update(
            index_elements=list(keys),
            set_=changed,
            where=None if where is None else where(statement.excluded),
        )

    def prepared(self, insert: Any, table: sa.Table) -> Any:
        """``insert`` as SQL, for rows that hold all columns of ``table`` but its number.

        SQLAlchemy remembers the SQL of most statements; one with ON CONFLICT it would put
        together anew each time, which takes longer than to store an article's rows.
        """
        columns = [c.name for c in table.columns if c is not table.autoincrement_column]
        return insert.inline().compile(dialect=self.engine.dialect, column_keys=columns)

    def close(self) -> None:
        """Release the connections."""
        with self.errors():
            self.engine.dispose()


def open_database(
    url: str, busy_timeout: float = BUSY_TIMEOUT, *, read_only: bool = False
) -> Database:
    """A database that is connected to when it is first used.

    :param url: ``sqlite:///path`` or ``postgresql+psycopg://user:password@host/name``
    :param busy_timeout: seconds to wait for another process's lock
    :param read_only: the database refuses to be changed
    :raises SettingsError: the URL names no database that we know, or its driver is missing
    """
    parsed = _parse(url)
    subject = URL.create(
        parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database
    ).render_as_string()
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(parsed, busy_timeout, read_only), subject)
    return Database(_postgresql(parsed, busy_timeout, subject, read_only), subject)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for one in memory and for PostgreSQL.

    :raises SettingsError: the URL names no database that we know
    """
    parsed = _parse(url)
    in_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, ":memory:")
    return Path(parsed.database) if in_file and parsed.database else None


def _parse(url: str) -> URL:
    remedy = "Use sqlite:///path or postgresql+psycopg://user:password@host/name"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("the database URL", "it is no URL", remedy) from None
    if parsed.drivername in _POSTGRES_NAMES:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed
    raise SettingsError(
        "the database URL", f"{parsed.drivername!r} is no database that Tidings knows", remedy
    )


def _sqlite(url: URL, busy_timeout: float, read_only: bool) -> Engine:
    options: dict[str, Any] = {}
    if url.database in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: `_begin` does.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout * 1000)}")
            cursor.execute(f"PRAGMA page_size = {PAGE}")  # of a file that is made now, no other
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA synchronous = NORMAL")
            if read_only:
                cursor.execute("PRAGMA query_only = ON")
            elif cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode = WAL")
        finally:
            cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("tidings_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, busy_timeout: float, subject: str, read_only: bool) -> Engine:
    tell_postgresql()
    url = url.update_query_dict({"connect_timeout": url.query.get("connect_timeout", "5")})
    try:
        engine = sa.create_engine(url, pool_pre_ping=True)
    except ImportError as error:
        raise SettingsError(
            subject, "the PostgreSQL driver is not installed", "Install tidings[postgresql]"
        ) from error

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: Any) -> None:
        with dbapi_connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(busy_timeout * 1000)}")
            if read_only:
                cursor.execute("SET default_transaction_read_only = on")
        dbapi_connection.commit()

    return engine

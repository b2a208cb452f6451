"""The store: one database, its parts, its schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from monitors.store.answers import SqlAnswers
from monitors.store.articles import SqlArticles
from monitors.store.decisions import SqlDecisions
from monitors.store.digests import SqlDigests
from monitors.store.engine import BUSY_TIMEOUT, Database, open_database
from monitors.store.history import SqlHistory
from monitors.store.hosts import SqlHosts
from monitors.store.lessons import SqlLessons
from monitors.store.migrate import Schema, schema, upgrade
from monitors.store.outbox import SqlOutbox
from monitors.store.retention import prune
from monitors.store.runs import SqlRuns
from monitors.store.sources import SqlSources
from monitors.store.vectors import SqlVectors

if TYPE_CHECKING:
    from monitors.store.copying import Copied


class SqlStore:
    """Implements :class:`monitors.ports.Store` on SQLite and PostgreSQL.

    Every method is one short transaction: stored whole, or the database stays as it was.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self.sources = SqlSources(database)
        self.articles = SqlArticles(database)
        self.vectors = SqlVectors(database)
        self.decisions = SqlDecisions(database)
        self.outbox = SqlOutbox(database)
        self.hosts = SqlHosts(database)
        self.digests = SqlDigests(database)
        self.runs = SqlRuns(database)
        self.answers = SqlAnswers(database)
        self.lessons = SqlLessons(database)
        self.history = SqlHistory(database)

    @property
    def subject(self) -> str:
        """The database's URL without password and options, for messages."""
        return self._db.subject

    def migrate(self) -> None:
        """See the port. Several processes may call it at once."""
        upgrade(self._db)

    def schema(self) -> Schema:
        """Whether the schema is up to date; changes nothing."""
        return schema(self._db)

    def copy_to(
        self, target: SqlStore, between: Callable[[str, int], None] = lambda *_: None
    ) -> list[Copied]:
        """Copy everything into ``target`` and compare: :func:`monitors.store.copying.copy`."""
        from monitors.store.copying import copy  # late: one command of many needs it

        return copy(self._db, target._db, between)

    def prune(self, before: datetime) -> Mapping[str, int]:
        """See the port and :func:`monitors.store.retention.prune`."""
        return prune(self._db, before)

    def close(self) -> None:
        """See the port. A closed store opens again when it is used."""
        self._db.close()


def open_store(
    url: str, busy_timeout: float = BUSY_TIMEOUT, *, read_only: bool = False
) -> SqlStore:
    """A store that connects when it is first used.

    :param url: ``sqlite:///path`` or ``postgresql+psycopg://user:password@host/name``
    :param busy_timeout: seconds to wait for another process's lock
    :param read_only: the database refuses to be changed
    :raises SettingsError: the URL names no database that we know, or its driver is missing
    """
    return SqlStore(open_database(url, busy_timeout, read_only=read_only))

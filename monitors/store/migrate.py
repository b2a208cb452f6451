"""Alembic, run by ourselves: no ini file, no command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from monitors.errors import StoreCorrupt
from monitors.store.engine import Database
from monitors.store.revisions import newest, revisions

if TYPE_CHECKING:
    from alembic.config import Config

_STAMP = sa.table("alembic_version", sa.column("version_num", sa.Text))
"""Where Alembic keeps the revision."""

_LOCK = 0x71D1
"""The advisory lock of a migration on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of a database.

    :param current: its revision; None where it has no tables of ours
    :param head: the revision that this version of Tidings works with
    """

    current: str | None
    head: str

    @property
    def up_to_date(self) -> bool:
        """Whether nothing is to be migrated."""
        return self.current == self.head


def upgrade(database: Database) -> None:
    """Bring the schema up to date, in one transaction.

    Where it is, nothing is locked, and Alembic is not even imported.
    An interrupted migration leaves nothing behind; of two at once the second waits, and
    finds nothing to do.

    :raises StoreCorrupt: a later version of Tidings has written the database
    """
    if _current(database) == newest():
        return
    from alembic import command
    from alembic.util import CommandError

    config = _config()
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise _unknown(database, str(error)) from error


def schema(database: Database) -> Schema:
    """What the schema is and what it should be. Only reads.

    :raises StoreCorrupt: a later version of Tidings has written the database
    """
    current = _current(database)
    if current is not None and current not in revisions():
        raise _unknown(database, f"it is {current}")
    return Schema(current, newest())


def _current(database: Database) -> str | None:
    with database.read() as connection:
        if not sa.inspect(connection).has_table(_STAMP.name):
            return None
        return connection.scalar(sa.select(_STAMP.c.version_num))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "monitors.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _unknown(database: Database, what: str) -> StoreCorrupt:
    return StoreCorrupt(
        database.subject,
        f"its schema is none that this version knows ({what})",
        "Install the version of Tidings that last used it, or a later one",
    )

"""Alembic, run by ourselves: no ini file, no command line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from monitors.errors import StoreCorrupt
from monitors.store.engine import Database

_LOCK = 0x71D1
"""The advisory lock of a migration on PostgreSQL."""


def upgrade(database: Database) -> None:
    """Bring the schema up to date, in one transaction.

    An interrupted migration leaves nothing behind; of two at once the second waits, and
    finds nothing to do.

    :raises StoreCorrupt: a later version of Tidings has written the database
    """
    config = Config()
    config.set_main_option("script_location", "monitors.store:migrations")
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreCorrupt(
                database.subject,
                f"its schema is none that this version knows ({error})",
                "Install the version of Tidings that last used it, or a later one",
            ) from error

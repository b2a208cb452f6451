"""What became of the entries of each source, by the hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitors.ledger import COUNTS
from monitors.store.engine import Database
from monitors.store.tables import ledgers

KEPT = timedelta(days=35)
"""Then an hour is dropped: some weeks say how a source usually is."""


def keep(database: Database, at: datetime, accounts: Mapping[str, Mapping[str, int]]) -> None:
    """Add ``accounts`` to the hour of ``at``, in one transaction."""
    hour = _hour(at)
    rows = [
        {"source_id": source_id, "hour": hour} | {name: counts.get(name, 0) for name in COUNTS}
        for source_id, counts in sorted(accounts.items())
        if counts
    ]
    insert = database.insert(ledgers)
    add = insert.on_conflict_do_update(
        index_elements=["source_id", "hour"],
        set_={name: ledgers.c[name] + insert.excluded[name] for name in COUNTS},
    )
    with database.write() as connection:
        connection.execute(sa.delete(ledgers).where(ledgers.c.hour < hour - KEPT))
        if rows:
            connection.execute(add, rows)


def sums(database: Database, since: datetime) -> dict[str, dict[str, int]]:
    """The sums by source since the hour of ``since``; counts of 0 are left out."""
    columns = [sa.func.sum(ledgers.c[name]).label(name) for name in COUNTS]
    query = (
        sa.select(ledgers.c.source_id, *columns)
        .where(ledgers.c.hour >= _hour(since))
        .group_by(ledgers.c.source_id)
    )
    with database.read() as connection:
        rows = connection.execute(query).mappings().all()
    return {
        row["source_id"]: {name: int(row[name]) for name in COUNTS if row[name]} for row in rows
    }


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)

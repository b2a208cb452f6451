"""Reports of runs, and the lease that keeps runs from overlapping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitors.store.codec import dump_report, load_report
from monitors.store.engine import Database
from monitors.store.rows import readable
from monitors.store.tables import leases, runs


class SqlRuns:
    """Implements :class:`monitors.ports.RunStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def acquire(self, name: str, holder: str, now: datetime, ttl: timedelta) -> str | None:
        """See the port. A lease is free from the moment it ends."""
        take = self._db.upsert(
            leases,
            ("name",),
            where=lambda _: (leases.c.holder == holder) | (leases.c.until <= now),
        )
        with self._db.write() as connection:
            connection.execute(take, {"name": name, "holder": holder, "until": now + ttl})
            # The upsert locks the row even where it changes nothing.
            query = sa.select(leases.c.holder).where(leases.c.name == name)
            found: str = connection.execute(query).scalar_one()
        return None if found == holder else found

    def release(self, name: str, holder: str) -> None:
        """See the port."""
        mine = (leases.c.name == name) & (leases.c.holder == holder)
        with self._db.write() as connection:
            connection.execute(sa.delete(leases).where(mine))

    def save(self, run_id: str, started: datetime, report: Mapping[str, Any]) -> None:
        """See the port."""
        row = {"id": run_id, "started": started, "report": dump_report(report)}
        with self._db.write() as connection:
            connection.execute(self._db.upsert(runs, ("id",)), row)

    def latest(self, limit: int = 1) -> list[dict[str, Any]]:
        """See the port."""
        query = sa.select(runs).order_by(runs.c.started.desc(), runs.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows, _report)


def _report(row: sa.Row[Any]) -> dict[str, Any]:
    return {**load_report(row.report), "run_id": row.id, "started": row.started}

"""Reports of runs, and the lease that keeps runs from overlapping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitors.store.codec import dump_report, load_report
from monitors.store.engine import Database
from monitors.store.rows import readable
from monitors.store.tables import allowances, leases, runs

FORGOTTEN = timedelta(days=7)
"""An allowance that was not used for so long is dropped."""


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

    def leases(self, now: datetime) -> dict[str, str]:
        """See the port."""
        query = sa.select(leases.c.name, leases.c.holder).where(leases.c.until > now)
        with self._db.read() as connection:
            return {row.name: row.holder for row in connection.execute(query)}

    def spend(self, limits: Mapping[str, int], now: datetime) -> bool:
        """See the port."""
        if not limits:
            return True
        # Always in the same order, so that two processes never wait for each other.
        rows = [{"name": name, "used": 0, "used_at": now} for name in sorted(limits)]
        mine = allowances.c.name.in_(list(limits))
        with self._db.write() as connection:
            connection.execute(sa.delete(allowances).where(allowances.c.used_at < now - FORGOTTEN))
            # The upsert locks the rows even where it changes nothing.
            connection.execute(self._db.upsert(allowances, ("name",), keep=("used",)), rows)
            found = connection.execute(sa.select(allowances).where(mine)).all()
            if any(row.used >= limits[row.name] for row in found):
                return False
            connection.execute(
                sa.update(allowances).where(mine).values(used=allowances.c.used + 1)
            )
        return True

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

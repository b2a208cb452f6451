"""Hosts: their budgets, rests and robots.txt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from monitors.ports import HostRecord, RobotsRecord
from monitors.store.engine import Database
from monitors.store.tables import hosts, robots


class SqlHosts:
    """Implements :class:`monitors.ports.HostStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def reserve(self, host: str, wanted: int, most: int, now: datetime) -> HostRecord:
        """See the port."""
        day = _day(now)
        fresh = self._db.insert(hosts).values(host=host, day=day, changed_at=now)
        with self._db.write() as connection:
            connection.execute(fresh.on_conflict_do_nothing())
            where = hosts.c.host == host
            row = connection.execute(sa.select(hosts).where(where).with_for_update()).one()
            used = row.used if row.day == day else 0
            granted = min(wanted, max(most - used, 0)) if most else wanted
            used += granted
            connection.execute(
                sa.update(hosts).where(where).values(day=day, used=used, changed_at=now)
            )
        return HostRecord(host, granted, used, row.rests_until, row.status, row.failures)

    def give_back(self, unused: Mapping[str, int], now: datetime) -> None:
        """See the port."""
        with self._db.write() as connection:
            # In one order, so that two processes cannot each hold what the other waits for.
            for host, count in sorted(unused.items()):
                connection.execute(
                    sa.update(hosts)
                    .where(hosts.c.host == host, hosts.c.day == _day(now), hosts.c.used >= count)
                    .values(used=hosts.c.used - count)
                )

    def rest(
        self, host: str, until: datetime | None, status: int, failures: int, now: datetime
    ) -> None:
        """See the port."""
        values = {
            "rests_until": until,
            "status": status,
            "failures": failures,
            "changed_at": now,
        }
        fresh = self._db.insert(hosts).values(host=host, day=_day(now), **values)
        with self._db.write() as connection:
            connection.execute(fresh.on_conflict_do_update(index_elements=["host"], set_=values))

    def robots(self, origin: str) -> RobotsRecord | None:
        """See the port."""
        with self._db.read() as connection:
            row = connection.execute(sa.select(robots).where(robots.c.origin == origin)).first()
        if row is None:
            return None
        return RobotsRecord(row.origin, row.rules, row.read_at, row.asked_at, row.failing_since)

    def keep_robots(self, record: RobotsRecord) -> None:
        """See the port."""
        values = {
            "origin": record.origin,
            "rules": record.rules,
            "read_at": record.read_at,
            "asked_at": record.asked_at,
            "failing_since": record.failing_since,
        }
        with self._db.write() as connection:
            connection.execute(self._db.upsert(robots, ("origin",)), values)


def _day(now: datetime) -> str:
    return now.date().isoformat()

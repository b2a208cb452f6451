"""What is remembered of hosts, for as long as the process lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from monitors.ports import HostRecord, RobotsRecord


class MemoryHosts:
    """A :class:`~monitors.ports.HostStore` without a database: for checks and tests."""

    def __init__(self) -> None:
        self._hosts: dict[str, tuple[date, HostRecord]] = {}
        self._robots: dict[str, RobotsRecord] = {}

    def reserve(self, host: str, wanted: int, most: int, now: datetime) -> HostRecord:
        """See the port."""
        record = self._known(host, now)
        granted = min(wanted, max(most - record.used, 0)) if most else wanted
        record = replace(record, used=record.used + granted)
        self._hosts[host] = (now.date(), record)
        return replace(record, granted=granted)

    def give_back(self, unused: Mapping[str, int], now: datetime) -> None:
        """See the port."""
        for host, count in unused.items():
            record = self._known(host, now)
            if record.used >= count:
                self._hosts[host] = (now.date(), replace(record, used=record.used - count))

    def rest(
        self, host: str, until: datetime | None, status: int, failures: int, now: datetime
    ) -> None:
        """See the port."""
        record = self._known(host, now)
        changed = replace(record, rests_until=until, status=status, failures=failures)
        self._hosts[host] = (now.date(), changed)

    def robots(self, origin: str) -> RobotsRecord | None:
        """See the port."""
        return self._robots.get(origin)

    def keep_robots(self, record: RobotsRecord) -> None:
        """See the port."""
        self._robots[record.origin] = record

    def _known(self, host: str, now: datetime) -> HostRecord:
        day, record = self._hosts.get(host, (now.date(), HostRecord(host)))
        return record if day == now.date() else replace(record, used=0)

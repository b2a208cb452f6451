"""Port to what is remembered of hosts: their budgets, rests and robots.txt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HostRecord:
    """What is remembered of a host.

    :param host: name and port as they stand in the URL
    :param granted: requests that may be made now, of those that were just asked for
    :param used: requests of today (UTC), those granted included
    :param rests_until: it is left alone until then
    :param status: the HTTP status with which it asked for that; 0 where it did not answer
    :param failures: connections that failed in a row
    """

    host: str
    granted: int = 0
    used: int = 0
    rests_until: datetime | None = None
    status: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class RobotsRecord:
    """What is remembered of an origin's robots.txt (RFC 9309).

    :param origin: scheme, host and port
    :param rules: its text; None where it was never read
    :param read_at: when an answer last settled what is allowed
    :param asked_at: when it was last asked for
    :param failing_since: since when it has not been reachable; None where it is
    """

    origin: str
    rules: str | None = None
    read_at: datetime | None = None
    asked_at: datetime | None = None
    failing_since: datetime | None = None


class HostStore(Protocol):
    """Hosts, in a place that outlives the process. All times are those of the caller."""

    def reserve(self, host: str, wanted: int, most: int, now: datetime) -> HostRecord:
        """Count up to ``wanted`` requests against the ``most`` of a day, in one transaction.

        :param most: requests a day (UTC); 0 for no bound
        :returns: the record, with how many were ``granted``: none where the day is used up
        """
        ...

    def give_back(self, unused: Mapping[str, int], now: datetime) -> None:
        """Uncount requests that were granted today and not made."""
        ...

    def rest(
        self, host: str, until: datetime | None, status: int, failures: int, now: datetime
    ) -> None:
        """Remember that ``host`` is left alone until ``until``; None: it is not."""
        ...

    def robots(self, origin: str) -> RobotsRecord | None:
        """What is remembered of the robots.txt of ``origin``."""
        ...

    def keep_robots(self, record: RobotsRecord) -> None:
        """Remember ``record`` instead of what was known."""
        ...

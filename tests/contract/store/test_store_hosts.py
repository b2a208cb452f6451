"""Every HostStore: in memory, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from store_values import DAY, HOUR, NOW

from monitors.fetch.hosts import MemoryHosts
from monitors.ports import HostRecord, HostStore, RobotsRecord
from monitors.store import SqlStore, open_store

HOST = "outlet.example:8080"
ORIGIN = "https://outlet.example"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def hosts(request: pytest.FixtureRequest, database: Callable[[str], str]) -> Iterator[HostStore]:
    if request.param == "memory":
        yield MemoryHosts()
        return
    store = open_store(database(request.param))
    yield store.hosts
    store.close()


def test_requests_are_granted_up_to_the_days_bound(hosts: HostStore) -> None:
    granted = [hosts.reserve(HOST, 20, 50, NOW).granted for _ in range(4)]
    assert granted == [20, 20, 10, 0]
    assert hosts.reserve(HOST, 20, 50, NOW).used == 50
    assert hosts.reserve("other.example", 20, 50, NOW).granted == 20


def test_another_day_begins_anew(hosts: HostStore) -> None:
    hosts.reserve(HOST, 50, 50, NOW)
    assert hosts.reserve(HOST, 20, 50, NOW + DAY) == HostRecord(HOST, granted=20, used=20)


def test_without_a_bound_all_are_granted_and_counted(hosts: HostStore) -> None:
    assert hosts.reserve(HOST, 900, 0, NOW).granted == 900
    assert hosts.reserve(HOST, 0, 0, NOW).used == 900


def test_a_bound_that_was_lowered_grants_nothing(hosts: HostStore) -> None:
    hosts.reserve(HOST, 50, 50, NOW)
    assert hosts.reserve(HOST, 20, 10, NOW) == HostRecord(HOST, granted=0, used=50)


def test_what_was_not_used_is_given_back(hosts: HostStore) -> None:
    hosts.reserve(HOST, 20, 50, NOW)
    hosts.give_back({HOST: 15, "unheard.example": 3}, NOW)
    assert hosts.reserve(HOST, 0, 50, NOW).used == 5


def test_what_was_granted_yesterday_is_not_taken_off_today(hosts: HostStore) -> None:
    hosts.reserve(HOST, 20, 50, NOW)
    hosts.reserve(HOST, 10, 50, NOW + DAY)
    hosts.give_back({HOST: 15}, NOW + DAY)
    assert hosts.reserve(HOST, 0, 50, NOW + DAY).used == 10


def test_a_rest_is_remembered_beside_the_count(hosts: HostStore) -> None:
    hosts.rest(HOST, NOW + HOUR, 429, 2, NOW)
    expected = HostRecord(HOST, 5, 5, rests_until=NOW + HOUR, status=429, failures=2)
    assert hosts.reserve(HOST, 5, 50, NOW) == expected
    hosts.rest(HOST, None, 0, 0, NOW)
    assert hosts.reserve(HOST, 0, 50, NOW) == HostRecord(HOST, used=5)


def test_robots_is_kept_whole(hosts: HostStore) -> None:
    assert hosts.robots(ORIGIN) is None
    first = RobotsRecord(ORIGIN, "User-agent: *\nDisallow: /п\n", NOW, NOW)
    hosts.keep_robots(first)
    assert hosts.robots(ORIGIN) == first
    failing = replace(first, asked_at=NOW + DAY, failing_since=NOW + DAY)
    hosts.keep_robots(failing)
    assert hosts.robots(ORIGIN) == failing
    assert hosts.robots("http://outlet.example") is None


def test_hosts_that_were_not_asked_for_long_are_pruned(store: SqlStore) -> None:
    for host, robots, at in (("old", "https://old", NOW - 9 * DAY), ("new", "https://new", NOW)):
        store.hosts.reserve(host, 5, 50, at)
        store.hosts.keep_robots(RobotsRecord(robots, "", at, at))
    counts = store.prune(NOW - DAY)
    assert (counts["hosts"], counts["robots"]) == (1, 1)
    assert store.hosts.robots("https://new") is not None
    assert store.hosts.robots("https://old") is None

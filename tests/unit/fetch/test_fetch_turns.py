from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitors.clock import FixedClock
from monitors.errors import ConnectionFailed, HostBudgetSpent, HttpStatusError, StoreBusy
from monitors.fetch.hosts import MemoryHosts
from monitors.fetch.turns import BLOCK, Turns
from monitors.ports import HostRecord

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def turns(**options: Any) -> Turns:
    hosts = options.pop("hosts", None) or MemoryHosts()
    clock = options.pop("clock", None) or FixedClock(NOW)
    return Turns(hosts, clock, dice=lambda: 0.0, **options)


async def take(ours: Turns, host: str = "a", times: int = 1) -> None:
    for _ in range(times):
        async with ours.turn(host, f"https://{host}/"):
            pass


def test_requests_to_one_host_are_spaced_and_other_hosts_are_not() -> None:
    starts: dict[str, list[float]] = {"a": [], "b": []}

    async def work() -> None:
        ours = turns(per_host=5, spacing=0.05)

        async def one(host: str) -> None:
            async with ours.turn(host, host):
                starts[host].append(time.monotonic())

        await asyncio.gather(*(one(host) for host in "aaab"))

    asyncio.run(work())
    first, second, third = starts["a"]
    assert second - first >= 0.049
    assert third - second >= 0.049
    assert starts["b"][0] - first < 0.045


def test_at_most_two_requests_to_one_host_at_the_same_time() -> None:
    running, most = 0, 0

    async def work() -> None:
        nonlocal running, most
        ours = turns(spacing=0)

        async def one() -> None:
            nonlocal running, most
            async with ours.turn("a", "a"):
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.01)
                running -= 1

        await asyncio.gather(*(one() for _ in range(6)))

    asyncio.run(work())
    assert most == 2


def test_a_short_rest_is_waited_for() -> None:
    async def work() -> float:
        ours = turns(spacing=0)
        began = time.monotonic()
        await ours.asked_to_wait("a", 503, timedelta(seconds=0.1))
        async with ours.turn("a", "a"):
            return time.monotonic() - began

    assert asyncio.run(work()) >= 0.099


def test_a_long_rest_is_refused_at_once_also_for_those_that_wait() -> None:
    async def work() -> list[HttpStatusError]:
        ours = turns(per_host=1, spacing=0)
        failures = []

        async def one() -> None:
            try:
                async with ours.turn("a", "https://a/"):
                    await asyncio.sleep(0.01)
                    await ours.asked_to_wait("a", 429, timedelta(hours=1))
            except HttpStatusError as error:
                failures.append(error)

        await asyncio.gather(*(one() for _ in range(3)))
        return failures

    failures = asyncio.run(work())
    assert [error.status for error in failures] == [429, 429]
    assert "60 min" in failures[0].remedy


def test_hosts_that_are_done_are_forgotten() -> None:
    async def work() -> int:
        ours = turns(spacing=0)
        await ours.asked_to_wait("resting", 429, timedelta(hours=1))
        for number in range(2500):
            async with ours.turn(str(number), ""):
                pass
        with pytest.raises(HttpStatusError):
            async with ours.turn("resting", ""):
                pass
        return len(ours._hosts)

    assert asyncio.run(work()) <= 1001


def test_a_host_may_ask_for_more_time_between_requests() -> None:
    async def work() -> float:
        ours = turns(spacing=0)
        began = time.monotonic()
        for _ in range(2):
            async with ours.turn("a", "", spacing=0.05):
                pass
        return time.monotonic() - began

    assert asyncio.run(work()) >= 0.049


def test_a_days_requests_are_counted_across_restarts() -> None:
    hosts, clock = MemoryHosts(), FixedClock(NOW)

    async def work() -> HostBudgetSpent:
        first = turns(hosts=hosts, clock=clock, spacing=0, daily=30)
        await take(first, times=25)
        await first.close()
        second = turns(hosts=hosts, clock=clock, spacing=0, daily=30)
        await take(second, times=5)
        with pytest.raises(HostBudgetSpent, match="30 requests a day") as caught:
            await take(second)
        await take(second, "another")
        clock.advance(timedelta(hours=12))
        await take(second)
        await second.close()
        return caught.value

    assert asyncio.run(work()).retry_after == timedelta(hours=12)
    assert hosts.reserve("a", 0, 30, clock.now()).used == 1


def test_a_process_that_is_killed_loses_no_more_than_what_it_had_set_aside() -> None:
    hosts = MemoryHosts()

    async def killed() -> None:
        await take(turns(hosts=hosts, spacing=0, daily=100))

    for _ in range(3):
        asyncio.run(killed())
    assert hosts.reserve("a", 0, 100, NOW).used == 3 * BLOCK


def test_a_rest_outlives_the_process() -> None:
    hosts, clock = MemoryHosts(), FixedClock(NOW)

    async def work() -> int:
        await turns(hosts=hosts, clock=clock).asked_to_wait("a", 429, timedelta(hours=2))
        clock.advance(timedelta(hours=1))
        with pytest.raises(HttpStatusError, match="60 min") as caught:
            await take(turns(hosts=hosts, clock=clock))
        clock.advance(timedelta(hours=1))
        await take(turns(hosts=hosts, clock=clock))
        return caught.value.status

    assert asyncio.run(work()) == 429


def test_a_rest_is_a_day_at_most() -> None:
    hosts = MemoryHosts()
    asyncio.run(turns(hosts=hosts).asked_to_wait("a", 429, timedelta(days=400)))
    assert hosts.reserve("a", 0, 0, NOW).rests_until == NOW + timedelta(days=1)


def test_a_host_that_names_no_term_rests_longer_each_time() -> None:
    hosts = MemoryHosts()

    async def work() -> list[float]:
        ours = turns(hosts=hosts)
        waits = []
        for _ in range(9):
            await ours.asked_to_wait("a", 429, None)
            until = hosts.reserve("a", 0, 0, NOW).rests_until
            assert until is not None
            waits.append((until - NOW).total_seconds())
        return waits

    assert asyncio.run(work()) == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


@pytest.mark.parametrize(("dice", "seconds"), [(0.0, 60), (0.5, 67.5), (1.0, 75)])
def test_a_host_that_does_not_answer_rests_from_the_third_time_on(
    dice: float, seconds: float
) -> None:
    hosts = MemoryHosts()

    async def work() -> None:
        ours = Turns(hosts, FixedClock(NOW), spacing=0, dice=lambda: dice)
        for _ in range(2):
            await ours.failed("a")
            await take(ours)
        await ours.failed("a")
        with pytest.raises(ConnectionFailed, match="did not answer lately"):
            await take(ours)

    asyncio.run(work())
    record = hosts.reserve("a", 0, 0, NOW)
    assert record.rests_until == NOW + timedelta(seconds=seconds)
    assert record.failures == 3


def test_failures_add_up_across_processes_and_an_answer_ends_them() -> None:
    hosts, clock = MemoryHosts(), FixedClock(NOW)

    async def process(*, answers: bool) -> None:
        ours = turns(hosts=hosts, clock=clock, spacing=0)
        await take(ours)
        await (ours.answered("a") if answers else ours.failed("a"))
        clock.advance(timedelta(hours=1))

    for expected in (1, 2, 3, 4):
        asyncio.run(process(answers=False))
        assert hosts.reserve("a", 0, 0, clock.now()).failures == expected
    asyncio.run(process(answers=True))
    assert hosts.reserve("a", 0, 0, clock.now()) == HostRecord("a", used=5 * BLOCK)


def test_a_database_that_is_locked_does_not_stop_the_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Locked(MemoryHosts):
        def reserve(self, host: str, wanted: int, most: int, now: datetime) -> HostRecord:
            raise StoreBusy("db", "locked", "Try again")

    asyncio.run(take(turns(hosts=Locked(), spacing=0), times=3))
    assert "locked" in caplog.text

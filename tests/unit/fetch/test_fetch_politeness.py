from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from monitors.errors import HttpStatusError
from monitors.fetch.politeness import Politeness, next_poll
from monitors.model import Source, SourceState

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
SOURCE = Source(id="s", name="S", kind="feed", url="https://example.org/feed")


def wait(failures: int = 0, every: int = 15, **options: object) -> timedelta:
    source = Source("s", "S", "feed", "https://example.org", every=timedelta(minutes=every))
    state = SourceState("s", failures=failures)
    return next_poll(state, source, NOW, **options) - NOW  # type: ignore[arg-type]


def test_a_working_source_is_due_just_before_its_interval_ends() -> None:
    assert wait() == timedelta(minutes=14)
    assert wait(every=5) == timedelta(minutes=4, seconds=30)
    assert wait(every=600) == timedelta(minutes=599)


def test_jitter_does_not_move_a_working_source() -> None:
    assert wait(jitter=1.0) == wait()


def test_a_failing_source_waits_twice_as_long_each_time_up_to_six_hours() -> None:
    waits = [wait(failures).total_seconds() / 60 for failures in range(1, 8)]
    assert waits == [30, 60, 120, 240, 360, 360, 360]
    assert wait(failures=10_000) == timedelta(hours=6)
    assert wait(failures=10_000, jitter=1.0) == timedelta(hours=6)


def test_a_slow_source_is_never_asked_more_often_because_it_fails() -> None:
    assert wait(failures=3, every=24 * 60) == timedelta(hours=24)


def test_jitter_spreads_failing_sources() -> None:
    assert wait(failures=1, jitter=1.0) == timedelta(minutes=37.5)
    assert wait(failures=1) < wait(failures=1, jitter=0.5) < wait(failures=1, jitter=1.0)


def test_retry_after_is_kept_up_to_a_day() -> None:
    assert wait(retry_after=timedelta(hours=2)) == timedelta(hours=2)
    assert wait(retry_after=timedelta(seconds=1)) == timedelta(minutes=14)
    assert wait(failures=1, retry_after=timedelta(hours=9)) == timedelta(hours=9)
    assert wait(retry_after=timedelta(days=400)) == timedelta(hours=24)


def test_an_answer_that_stays_fresh_is_not_asked_for_again_for_up_to_an_hour() -> None:
    assert wait(cache_for=timedelta(minutes=40)) == timedelta(minutes=40)
    assert wait(cache_for=timedelta(days=7)) == timedelta(hours=1)
    assert wait(cache_for=timedelta(0)) == timedelta(minutes=14)
    assert wait(every=600, cache_for=timedelta(hours=1)) == timedelta(minutes=599)


def test_requests_to_one_host_are_spaced_and_other_hosts_are_not() -> None:
    starts: dict[str, list[float]] = {"a": [], "b": []}

    async def work() -> None:
        politeness = Politeness(per_host=5, spacing=0.05)

        async def one(host: str) -> None:
            async with politeness.turn(host, host):
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
        politeness = Politeness(spacing=0)

        async def one() -> None:
            nonlocal running, most
            async with politeness.turn("a", "a"):
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.01)
                running -= 1

        await asyncio.gather(*(one() for _ in range(6)))

    asyncio.run(work())
    assert most == 2


def test_a_short_rest_is_waited_for() -> None:
    async def work() -> float:
        politeness = Politeness(spacing=0)
        politeness.rest("a", timedelta(seconds=0.1), 503)
        began = time.monotonic()
        async with politeness.turn("a", "a"):
            return time.monotonic() - began

    assert asyncio.run(work()) >= 0.099


def test_a_long_rest_is_refused_at_once_also_for_those_that_wait() -> None:
    async def work() -> list[HttpStatusError]:
        politeness = Politeness(per_host=1, spacing=0)
        failures = []

        async def one() -> None:
            try:
                async with politeness.turn("a", "https://a/"):
                    await asyncio.sleep(0.01)
                    politeness.rest("a", timedelta(hours=1), 429)
            except HttpStatusError as error:
                failures.append(error)

        await asyncio.gather(*(one() for _ in range(3)))
        return failures

    failures = asyncio.run(work())
    assert [error.status for error in failures] == [429, 429]
    assert "60 min" in failures[0].remedy


def test_hosts_that_are_done_are_forgotten() -> None:
    async def work() -> int:
        politeness = Politeness(spacing=0)
        politeness.rest("resting", timedelta(hours=1), 429)
        for number in range(2500):
            async with politeness.turn(str(number), ""):
                pass
        with pytest.raises(HttpStatusError):
            async with politeness.turn("resting", ""):
                pass
        return len(politeness._hosts)

    assert asyncio.run(work()) <= 1001

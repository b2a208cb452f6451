from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitors.clock import Clock, FixedClock, SystemClock

NOON = datetime(2025, 2, 18, 12, tzinfo=UTC)


def test_the_systems_clock_is_aware_in_utc_and_goes_on() -> None:
    clock: Clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=1)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock: Clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON


def test_a_fixed_clock_advances_and_jumps_both_ways() -> None:
    clock = FixedClock(NOON)
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    clock.set(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)


def test_other_time_zones_are_converted() -> None:
    moscow = timezone(timedelta(hours=3))
    clock = FixedClock(datetime(2025, 2, 18, 15, tzinfo=moscow))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.set(datetime(2025, 2, 18, 18, tzinfo=moscow))
    assert clock.now().hour == 15
    assert clock.now().tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    naive = datetime(2025, 2, 18, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        FixedClock(naive)
    clock = FixedClock(NOON)
    with pytest.raises(ValueError, match="aware"):
        clock.set(naive)
    assert clock.now() == NOON

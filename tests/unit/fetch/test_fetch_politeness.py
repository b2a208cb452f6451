from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitors.fetch.politeness import next_poll
from monitors.model import Pace, Source, SourceState, WebMemory

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
SOURCE = Source(id="s", name="S", kind="feed", url="https://example.org/feed")


def wait(
    failures: int = 0, every: int = 15, pace: Pace | None = None, **options: object
) -> timedelta:
    source = Source("s", "S", "feed", "https://example.org", every=timedelta(minutes=every))
    state = SourceState("s", failures=failures, web=WebMemory(pace=pace or Pace()))
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


def test_a_feeds_ttl_is_a_hint_of_an_hour_at_most() -> None:
    assert wait(pace=Pace(ttl=timedelta(minutes=30))) == timedelta(minutes=30)
    assert wait(pace=Pace(ttl=timedelta(days=30))) == timedelta(hours=1)
    assert wait(pace=Pace(ttl=timedelta(minutes=5))) == timedelta(minutes=14)
    assert wait(every=600, pace=Pace(ttl=timedelta(hours=1))) == timedelta(minutes=599)


def test_hours_that_a_feed_skips_are_skipped() -> None:
    assert wait(pace=Pace(skip_hours=(12, 13))) == timedelta(hours=2)
    assert wait(pace=Pace(skip_hours=(13, 14))) == timedelta(minutes=14)
    assert wait(failures=1, pace=Pace(skip_hours=(12,))) == timedelta(hours=1)


def test_days_that_a_feed_skips_are_skipped_a_day_at_most() -> None:
    assert NOW.weekday() == 5
    assert wait(pace=Pace(skip_days=(5,))) == timedelta(hours=12)
    assert wait(pace=Pace(skip_days=(5, 6))) == timedelta(minutes=14, days=1)


def test_a_feed_that_skips_everything_is_asked_all_the_same() -> None:
    assert wait(pace=Pace(skip_hours=tuple(range(24)))) == timedelta(minutes=14)
    assert wait(pace=Pace(skip_days=tuple(range(7)))) == timedelta(minutes=14)

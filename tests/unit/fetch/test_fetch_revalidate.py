"""Validators are believed until they mislead, and checked once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitors.fetch.revalidate import DISTRUST_FOR, learned, trusted
from monitors.model import Entry, Pace, Poll, PollState, Source, SourceState, WebMemory

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOURCE = Source("s", "S", "feed", "https://example.org/feed")
DATE = "Sat, 01 Mar 2025 10:00:00 GMT"
WEB = WebMemory(SOURCE.url, full_at=NOW)
STATE = SourceState("s", etag='"1"', last_modified=DATE, web=WEB)


def poll(*titles: str, at: datetime = NOW, **fields: object) -> Poll:
    listed = tuple(Entry("s", f"https://example.org/{t}", t) for t in titles)
    return Poll("s", PollState.OK, at, entries=listed, **fields)  # type: ignore[arg-type]


def sent(state: SourceState, now: datetime) -> tuple[str | None, str | None]:
    asked = trusted(SOURCE, state, now)
    return asked.etag, asked.last_modified


def test_both_validators_are_sent_within_a_day_of_the_last_full_answer() -> None:
    assert sent(STATE, NOW + 23 * HOUR) == ('"1"', DATE)


def test_once_a_day_the_source_is_asked_in_full() -> None:
    assert sent(STATE, NOW + DAY) == (None, None)


def test_validators_of_another_address_are_not_sent() -> None:
    moved = replace(STATE, web=replace(WEB, url="https://example.org/old"))
    assert sent(moved, NOW) == (None, None)


def test_validators_from_before_anything_was_remembered_are_not_sent() -> None:
    assert sent(replace(STATE, web=WebMemory()), NOW) == (None, None)


def test_a_clock_that_was_set_back_asks_in_full() -> None:
    assert sent(STATE, NOW - HOUR) == (None, None)


@pytest.mark.parametrize("value", ["yesterday", "", "Sat, 01 Mar 2036 10:00:00 GMT"])
def test_a_date_that_cannot_be_right_is_not_sent(value: str) -> None:
    assert sent(replace(STATE, last_modified=value), NOW) == ('"1"', None)


def test_changed_content_under_the_same_etag_is_told_once_and_distrusted_for_a_week() -> None:
    state = STATE
    lines = []
    for hours, titles in ((0, "a"), (24, "ab"), (25, "abc")):
        at = NOW + hours * HOUR
        web, told = learned(SOURCE, state, poll(*titles, at=at, etag='"1"', last_modified=DATE))
        state = replace(state, web=web)
        lines.append(told)
    assert lines[0] == lines[2] == []
    assert "its ETag stayed the same while its content changed" in lines[1][0]
    last = NOW + 25 * HOUR
    assert state.web.distrusted_until == last + DISTRUST_FOR
    assert sent(state, last + HOUR) == (None, None)
    believed = replace(state, web=replace(state.web, full_at=last + 7 * DAY))
    assert sent(believed, last + 7 * DAY) == ('"1"', DATE)


def test_a_last_modified_that_lies_is_noticed_where_there_is_no_etag() -> None:
    state = replace(STATE, etag=None)
    web, _ = learned(SOURCE, state, poll("a", last_modified=DATE))
    after, told = learned(SOURCE, replace(state, web=web), poll("b", last_modified=DATE))
    assert "its Last-Modified stayed the same" in told[0]
    assert after.distrusted_until is not None


@pytest.mark.parametrize(
    ("first", "second", "etag"),
    [(("a", "b"), ("b", "a"), '"1"'), (("a",), ("a", "a"), '"1"'), (("a",), ("b",), '"2"')],
    ids=["another order", "a repetition", "another etag"],
)
def test_what_is_no_lie_is_not_told(
    first: tuple[str, ...], second: tuple[str, ...], etag: str
) -> None:
    web, _ = learned(SOURCE, STATE, poll(*first, etag='"1"'))
    after, told = learned(SOURCE, replace(STATE, web=web), poll(*second, etag=etag))
    assert told == []
    assert after.distrusted_until is None


def test_not_modified_and_failures_teach_nothing_about_content() -> None:
    known = replace(WEB, listed_key="k")
    for state in (PollState.NOT_MODIFIED, PollState.FAILED):
        web, told = learned(SOURCE, replace(STATE, web=known), Poll("s", state, NOW + HOUR))
        assert (web, told) == (known, [])


def test_an_address_that_the_operator_changed_begins_anew() -> None:
    state = replace(STATE, web=WebMemory("https://old.example/", listed_key="k", moved_times=3))
    web, told = learned(SOURCE, state, poll("a", etag='"1"'))
    assert (web.url, web.moved_times, told) == (SOURCE.url, 0, [])


def test_the_pace_of_a_feed_is_remembered_over_not_modified() -> None:
    pace = Pace(ttl=HOUR)
    web, _ = learned(SOURCE, STATE, poll("a", pace=pace))
    unchanged = Poll("s", PollState.NOT_MODIFIED, NOW)
    assert learned(SOURCE, replace(STATE, web=web), unchanged)[0].pace == pace

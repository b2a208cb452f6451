"""The state of a source: what moves it, what does not, and what brings it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.health.judging import judged
from monitors.health.observing import REMEMBERED, Pages, after_pages
from monitors.model import Cause, Health, Mark, Pulse

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
STEP = timedelta(minutes=15)
DAY = timedelta(days=1)


def walk(marks: str, pulse: Pulse | None = None, step: timedelta = STEP) -> list[Pulse]:
    """The pulse after each poll; marks as letters of :class:`Mark`."""
    found, at, answered = [], NOW, None
    pulse = pulse or Pulse()
    for letter in marks:
        at += step
        answered = answered if Mark(letter).failed else at
        pulse = replace(pulse, marks=(pulse.marks + letter)[-REMEMBERED:])
        pulse = judged(pulse, at, answered, None)
        found.append(pulse)
    return found


def ends(marks: str, **options: object) -> tuple[Health, Cause]:
    last = walk(marks, **options)[-1]  # type: ignore[arg-type]
    return last.health, last.cause


@pytest.mark.parametrize(
    ("marks", "health", "cause"),
    [
        ("o", Health.HEALTHY, Cause.WELL),
        ("====", Health.HEALTHY, Cause.WELL),
        ("t", Health.UNKNOWN, Cause.NONE),
        ("tt", Health.UNKNOWN, Cause.NONE),
        ("ttt", Health.DEGRADED, Cause.NO_ANSWER),
        ("ottt", Health.DEGRADED, Cause.NO_ANSWER),
        ("offf", Health.DEGRADED, Cause.BAD_STATUS),
        ("onnn", Health.DEGRADED, Cause.NOT_FOUND),
        ("ouuu", Health.DEGRADED, Cause.NOT_OF_ITS_KIND),
        ("oaaa", Health.DEGRADED, Cause.NOT_FETCHED),
        ("ob", Health.HEALTHY, Cause.WELL),
        ("obb", Health.BLOCKED, Cause.REFUSED),
        ("obw", Health.BLOCKED, Cause.WALL),
        ("ox", Health.HEALTHY, Cause.WELL),
        ("oxx", Health.GONE, Cause.REMOVED),
        ("oee", Health.HEALTHY, Cause.WELL),
        ("oeee", Health.EMPTY, Cause.NO_ENTRIES),
        ("oe=e=e", Health.EMPTY, Cause.NO_ENTRIES),
        ("eeeo", Health.HEALTHY, Cause.WELL),
        ("oss", Health.HEALTHY, Cause.WELL),
        ("osss", Health.DEGRADED, Cause.SLOW),
        ("ogog", Health.HEALTHY, Cause.WELL),
        ("ogogog", Health.DEGRADED, Cause.ROLLING),
        ("otototototo", Health.HEALTHY, Cause.WELL),
        ("tottottotot", Health.DEGRADED, Cause.UNSTEADY),
    ],
)
def test_marks_lead_to_a_state(marks: str, health: Health, cause: Cause) -> None:
    assert ends(marks) == (health, cause)


@pytest.mark.parametrize("fault", sorted(mark.value for mark in Mark if mark.failed))
def test_one_hiccup_changes_nothing(fault: str) -> None:
    states = {pulse.health for pulse in walk(f"oooo{fault}oooo{fault}oooooo")}
    assert states == {Health.HEALTHY}


@pytest.mark.parametrize("trouble", ["ttt", "bb", "xx", "uuu"])
def test_failed_polls_are_over_after_two_good_ones(trouble: str) -> None:
    *_, first, second = walk(f"o{trouble}oo")
    assert first.health not in (Health.HEALTHY, Health.UNKNOWN)
    assert second.health is Health.HEALTHY


def test_flapping_is_told_as_one_trouble() -> None:
    changes = 0
    before = Health.UNKNOWN
    for pulse in walk("o" + "tttoo" * 10):
        changes += pulse.health is not before
        before = pulse.health
    assert changes <= 4  # healthy, degraded, healthy, degraded: and there it stays
    assert before is Health.DEGRADED


def test_a_source_that_gives_nothing_for_a_day_is_dead_since_then() -> None:
    polls = walk("o" + "t" * 30, step=timedelta(hours=1))
    assert [p.health for p in polls[3:24]] == [Health.DEGRADED] * 21
    assert polls[24].health is Health.DEAD
    assert polls[24].since == NOW + timedelta(hours=25)
    assert polls[-1].since == polls[24].since


def test_one_that_never_answered_is_dead_a_day_after_that_was_noticed() -> None:
    polls = walk("t" * 30, step=timedelta(hours=1))
    assert polls[2].health is Health.DEGRADED
    assert polls[26].health is Health.DEAD


def test_a_timeout_between_refusals_does_not_unblock() -> None:
    assert ends("obbbt") == (Health.BLOCKED, Cause.REFUSED)


def test_the_state_keeps_its_beginning_while_its_cause_changes() -> None:
    polls = walk("otttfff")
    assert [p.cause for p in polls[3:]] == [Cause.NO_ANSWER] + [Cause.BAD_STATUS] * 3
    assert {p.since for p in polls[3:]} == {polls[3].since}


def test_gaps_are_over_when_they_are_rare_again() -> None:
    rolling = replace(walk("ggg")[-1], gap_at=NOW)
    assert rolling.cause is Cause.ROLLING
    states = [pulse.health for pulse in walk("o" * 30, rolling, timedelta(hours=1))]
    assert states == [Health.DEGRADED] * 23 + [Health.HEALTHY] * 7


def test_pages_without_text_degrade_a_source_that_answers() -> None:
    [well] = walk("o")
    bare = after_pages(well, Pages(bare=8, screened=1))
    assert judged(bare, NOW, NOW, NOW).cause is Cause.NO_TEXT
    again = after_pages(bare, Pages(texts=1, bare=3, screened=1))
    assert judged(again, NOW, NOW, NOW).health is Health.HEALTHY


def test_pages_that_refuse_us_block_a_source_that_answers() -> None:
    [well] = walk("o")
    refused = after_pages(well, Pages(bare=5, refused=5))
    assert judged(refused, NOW, NOW, NOW).cause is Cause.PAGES_REFUSED
    assert judged(refused, NOW, NOW, NOW).health is Health.BLOCKED


def test_articles_that_never_come_near_a_topic_are_noticed() -> None:
    [pulse] = walk("o")
    for _ in range(20):
        pulse = after_pages(pulse, Pages(texts=10, unscreened=10))
    assert judged(pulse, NOW, NOW, NOW).cause is Cause.NO_MATCH
    pulse = after_pages(pulse, Pages(texts=1, unscreened=9, screened=1))
    assert judged(pulse, NOW, NOW, NOW).health is Health.HEALTHY


STEADY = Pulse(
    marks="o", health=Health.HEALTHY, cause=Cause.WELL, since=NOW, arrivals=50,
    watched_since=NOW, silence=timedelta(hours=62),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "since_entry", "health"),
    [
        ({}, timedelta(hours=63), Health.HEALTHY),  # a weekend, as usual
        ({}, timedelta(hours=123), Health.HEALTHY),
        ({}, timedelta(hours=125), Health.QUIET),
        ({"silence": timedelta(hours=1)}, timedelta(hours=23), Health.HEALTHY),
        ({"silence": timedelta(hours=1)}, timedelta(hours=25), Health.QUIET),
        ({"silence": None}, timedelta(days=90), Health.HEALTHY),
        ({"arrivals": 4}, timedelta(days=90), Health.HEALTHY),
        ({"watched_since": NOW + 85 * DAY}, timedelta(days=90), Health.HEALTHY),
    ],
)
def test_a_source_is_quiet_below_its_own_cadence_only(
    changes: dict[str, object], since_entry: timedelta, health: Health
) -> None:
    now = NOW + 90 * DAY
    pulse = replace(STEADY, **changes)  # type: ignore[arg-type]
    assert judged(pulse, now, now, now - since_entry).health is health


@given(st.text("o=egstfnuabwx", min_size=1, max_size=40))
def test_a_state_always_has_its_reason_and_its_beginning(marks: str) -> None:
    before = Pulse()
    for pulse in walk(marks):
        assert (pulse.health is Health.UNKNOWN) == (pulse.cause is Cause.NONE)
        assert (pulse.health is Health.HEALTHY) == (pulse.cause is Cause.WELL)
        assert (pulse.since is None) == (pulse.health is Health.UNKNOWN)
        if pulse.health is before.health:
            assert pulse.since == before.since
        before = pulse


@given(st.text("o=egstfnuabwx", max_size=40))
def test_whatever_was_a_calm_day_makes_a_source_healthy(marks: str) -> None:
    assert ends(marks + "o" * REMEMBERED) == (Health.HEALTHY, Cause.WELL)

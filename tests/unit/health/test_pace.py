"""How often a source is asked: by how quickly its list turns over, unless somebody wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.health.observing import after_poll, mark_of
from monitors.health.pace import DORMANT, FASTEST, Listing, counted, has_gap, paced, per_day
from monitors.health.words import cadence, gap_in_words, span, to_do
from monitors.model import Cause, Mark, Poll, PollState, Pulse, Source, SourceState, Tempo, Trouble

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
USUAL = 15 * MINUTE
FREE = Source("wire", "Wire", "feed", "https://wire.example/rss", adaptive=True)
WRITTEN = replace(FREE, adaptive=False)
AT_ONCE = timedelta(0)


def listing(listed: int, new: int, passed: timedelta = USUAL, **changes: object) -> Listing:
    made = Listing(NOW, listed, listed - new, new, NOW - passed, NOW - passed)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_an_answer_that_shares_nothing_with_the_one_before_is_a_gap() -> None:
    assert has_gap(Pulse(window=20), listing(20, 20))
    assert not has_gap(Pulse(window=20), listing(20, 19))
    assert not has_gap(Pulse(), listing(20, 20))  # the first answer
    assert not has_gap(Pulse(window=20), listing(0, 0))


def test_a_gap_halves_the_interval_down_to_the_shortest() -> None:
    pulse = Pulse(window=20)
    every = []
    for _ in range(4):
        pulse = paced(pulse, FREE, listing(20, 20))
        assert pulse.tempo is Tempo.GAP
        every.append(pulse.every)
    assert every == [7.5 * MINUTE, FASTEST, FASTEST, FASTEST]


def test_a_list_of_which_most_is_new_is_asked_for_sooner() -> None:
    faster = paced(Pulse(window=20), FREE, listing(20, 10))
    assert (faster.every, faster.tempo) == (7.5 * MINUTE, Tempo.FASTER)
    calm = paced(Pulse(window=20), FREE, listing(20, 5))
    assert (calm.every, calm.tempo) == (USUAL, Tempo.USUAL)


def test_a_calm_list_brings_it_back_step_by_step() -> None:
    pulse, seen = Pulse(window=20, every=FASTEST), []
    for _ in range(6):
        pulse = paced(pulse, FREE, listing(20, 0, pulse.every or USUAL))
        seen.append(pulse.every)
    assert seen == sorted(seen, key=lambda every: every or USUAL)
    assert seen[0] == 6.25 * MINUTE
    assert (seen[-1], pulse.tempo) == (USUAL, Tempo.USUAL)


def test_a_source_without_news_for_a_week_is_asked_every_hour_and_wakes_up_at_once() -> None:
    asleep = paced(Pulse(window=20), FREE, listing(20, 0, last_entry_at=NOW - timedelta(days=8)))
    assert (asleep.every, asleep.tempo) == (DORMANT, Tempo.SLOWER)
    awake = paced(asleep, FREE, listing(20, 1, DORMANT, last_entry_at=NOW - timedelta(days=8)))
    assert (awake.every, awake.tempo) == (USUAL, Tempo.USUAL)


def test_an_interval_that_somebody_wrote_is_kept() -> None:
    for found in (listing(20, 20), listing(20, 10), listing(20, 0)):
        kept = paced(Pulse(window=20, every=FASTEST), WRITTEN, found)
        assert (kept.every, kept.tempo) == (WRITTEN.every, Tempo.WRITTEN)


@given(
    st.integers(1, 500), st.floats(0, 1), st.integers(1, 3000), st.integers(1, 120),
    st.booleans(),
)  # fmt: skip
def test_the_interval_stays_between_its_bounds(
    listed: int, share: float, passed: int, now: int, whole: bool
) -> None:
    new = listed if whole else int(listed * share)
    pulse = Pulse(window=20, every=now * MINUTE)
    every = paced(pulse, FREE, listing(listed, new, passed * MINUTE)).every
    assert every is not None
    assert FASTEST <= every <= DORMANT


def _week(step: timedelta, new: int, days: int) -> Pulse:
    pulse, last, entry = Pulse(), None, None
    for number in range(int(timedelta(days=days) / step) + 1):
        at = NOW - timedelta(days=days) + number * step
        pulse = counted(pulse, Listing(at, 20, 20 - new, new, entry, last))
        last = at
        entry = at if new else entry
    return pulse


@pytest.mark.parametrize("days", [2, 7, 30])
@pytest.mark.parametrize(("step", "new"), [(timedelta(hours=1), 1), (timedelta(hours=6), 6)])
def test_the_rate_is_that_of_a_day_however_long_it_was_watched(
    days: int, step: timedelta, new: int
) -> None:
    found = per_day(_week(step, new, days), NOW)
    assert found is not None
    assert found == pytest.approx(24, rel=0.08)


def test_nothing_is_said_of_the_rate_of_the_first_day() -> None:
    assert per_day(_week(timedelta(hours=1), 1, 0), NOW) is None
    assert cadence(Pulse(), NOW) == "-"


def test_the_longest_usual_silence_is_remembered_and_fades() -> None:
    quiet = listing(20, 1, last_entry_at=NOW - timedelta(hours=62))
    pulse = counted(Pulse(watched_since=NOW, silence=timedelta(hours=2)), quiet)
    assert pulse.silence == timedelta(hours=62)
    later = counted(pulse, listing(20, 1, timedelta(days=35), last_entry_at=NOW - MINUTE))
    assert later.silence == timedelta(hours=31)


def test_a_pause_of_our_own_is_no_silence_of_the_source() -> None:
    pulse = counted(Pulse(watched_since=NOW), listing(20, 9, timedelta(days=20)))
    assert pulse.silence is None


FAILED = Poll("wire", PollState.FAILED, NOW)


@pytest.mark.parametrize(
    ("poll", "mark"),
    [
        (replace(FAILED, trouble=Trouble.STATUS, status=401), Mark.REFUSED),
        (replace(FAILED, trouble=Trouble.STATUS, status=403), Mark.REFUSED),
        (replace(FAILED, trouble=Trouble.STATUS, status=404), Mark.NOT_FOUND),
        (replace(FAILED, trouble=Trouble.STATUS, status=410), Mark.REMOVED),
        (replace(FAILED, trouble=Trouble.STATUS, status=503), Mark.BAD_STATUS),
        (replace(FAILED, trouble=Trouble.NO_ANSWER), Mark.NO_ANSWER),
        (replace(FAILED, trouble=Trouble.ROBOTS), Mark.REFUSED),
        (replace(FAILED, trouble=Trouble.OURS), Mark.NOT_FETCHED),
        (replace(FAILED, trouble=Trouble.KIND, error="no feed, but a PDF"), Mark.NOT_OF_ITS_KIND),
        (
            replace(FAILED, trouble=Trouble.KIND, error="an HTML page titled 'Just a moment...'"),
            Mark.WALL,
        ),
        (Poll("wire", PollState.OK, NOW), Mark.ENTRIES),
        (Poll("wire", PollState.NOT_MODIFIED, NOW), Mark.UNCHANGED),
        (Poll("wire", PollState.EMPTY, NOW), Mark.EMPTY),
    ],
)
def test_every_poll_has_its_mark(poll: Poll, mark: Mark) -> None:
    assert mark_of(Pulse(), poll, listing(0, 0), AT_ONCE) is mark


def test_not_modified_after_an_empty_answer_is_empty_still() -> None:
    again = Poll("wire", PollState.NOT_MODIFIED, NOW)
    assert mark_of(Pulse(marks="oet"), again, listing(0, 0), AT_ONCE) is Mark.EMPTY


def test_a_slow_answer_is_marked() -> None:
    slow = mark_of(Pulse(), Poll("wire", PollState.OK, NOW), listing(9, 0), timedelta(seconds=11))
    assert slow is Mark.SLOW


def test_a_gap_is_counted_dated_and_told_with_what_follows() -> None:
    before = Pulse(window=20, marks="o" * 12)
    poll = Poll("wire", PollState.OK, NOW)
    state = SourceState("wire", succeeded_at=NOW - USUAL, pulse=before)
    after = after_poll(before, FREE, poll, listing(20, 20), AT_ONCE)
    assert (after.gaps, after.gap_at, after.marks) == (1, NOW, "o" * 11 + "g")
    assert "since 3 Mar 11:45. It is asked every 8 min" in gap_in_words(FREE, state, after)
    kept = after_poll(before, WRITTEN, poll, listing(20, 20), AT_ONCE)
    assert "Lower its `every` (now 15 min)" in gap_in_words(WRITTEN, state, kept)


def test_a_failed_poll_changes_nothing_but_the_marks() -> None:
    before = Pulse(window=20, every=FASTEST, marks="o", rate=3.0)
    assert after_poll(before, FREE, FAILED, listing(0, 0), AT_ONCE) == replace(before, marks="of")


@pytest.mark.parametrize("cause", sorted(Cause))
def test_every_trouble_says_what_to_do(cause: Cause) -> None:
    well = cause in (Cause.NONE, Cause.WELL)
    for source in (FREE, WRITTEN):
        assert bool(to_do(cause, source)) is not well


def test_durations_read_well() -> None:
    said = [span(timedelta(minutes=n)) for n in (0.5, 5, 60, 90, 24 * 60, 3 * 24 * 60 + 60)]
    assert said == ["30 s", "5 min", "1 h", "1 h 30 min", "1 d", "3 d 1 h"]

"""The state of a source, from its pulse: a state machine that one hiccup does not move.

::

                     2 polls refused            BLOCKED ◄── its pages refuse us, 5 in a row
    HEALTHY ──┬───── 2 polls with 410           GONE
     ▲   ▲    ├───── 3 failed polls             DEGRADED ── nothing for a day ──► DEAD
     │   │    ├───── half of 12 polls failed    DEGRADED
     │   │    ├───── 3 of 12 polls with a gap, 3 slow ones, 8 pages without text   DEGRADED
     │   │    ├───── 3 empty answers            EMPTY
     │   │    └───── nothing new for twice its longest usual silence               QUIET
     │   └────────── after failed polls: 2 good ones in a row
     └────────────── after anything else: as soon as it is over; after gaps, a day

What is worse comes first where several hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitors.model import Cause, Health, Mark, Pulse

FAILED_IN_A_ROW = 3
REFUSED_IN_A_ROW = 2
GOOD_IN_A_ROW = 2
EMPTY_IN_A_ROW = 3
SLOW_IN_A_ROW = 3
UNSTEADY_FROM, UNSTEADY_TO = 6, 3
"""Failed polls of the last twelve from which a source is unsteady, and up to which no more."""

GAPS_FROM = 3
GAPS_OVER = timedelta(days=1)
"""Without a gap for so long, a source loses nothing any more."""

DEAD_AFTER = timedelta(days=1)
NO_TEXT_FROM = 8
PAGES_REFUSED_FROM = 5
NO_MATCH_FROM = 200
QUIET_FACTOR = 2.0
QUIET_AT_LEAST = timedelta(days=1)

LEARNING = timedelta(days=8)
"""Before a source was watched for so long nobody knows how it is at weekends."""

_ARRIVALS = 5

_CAUSES = {
    Mark.NO_ANSWER: Cause.NO_ANSWER,
    Mark.BAD_STATUS: Cause.BAD_STATUS,
    Mark.NOT_FOUND: Cause.NOT_FOUND,
    Mark.NOT_OF_ITS_KIND: Cause.NOT_OF_ITS_KIND,
    Mark.NOT_FETCHED: Cause.NOT_FETCHED,
    Mark.REFUSED: Cause.REFUSED,
    Mark.WALL: Cause.WALL,
    Mark.REMOVED: Cause.REMOVED,
}
_REFUSALS = frozenset({Mark.REFUSED, Mark.WALL})
BY_POLLS = frozenset({*_CAUSES.values(), Cause.UNSTEADY})
"""Causes that failed polls have."""


def judged(
    pulse: Pulse, now: datetime, answered_at: datetime | None, entry_at: datetime | None
) -> Pulse:
    """``pulse`` with the state that follows from it.

    The state's ``since`` is kept while the state is; its cause may change meanwhile.

    :param answered_at: the source's last good answer
    :param entry_at: when it last had something new
    """
    health, cause = _state(pulse, now, answered_at, entry_at)
    since = pulse.since if health is pulse.health else now
    return replace(pulse, health=health, cause=cause, since=since)


def _state(
    pulse: Pulse, now: datetime, answered_at: datetime | None, entry_at: datetime | None
) -> tuple[Health, Cause]:
    marks = [Mark(letter) for letter in pulse.marks]
    if not marks:
        return pulse.health, pulse.cause
    failing = _in_a_row(marks, lambda mark: mark.failed)
    if failing:
        return _failing(pulse, marks, failing, now, answered_at)
    good = len(marks) - max((at + 1 for at, mark in enumerate(marks) if mark.failed), default=0)
    if pulse.cause in BY_POLLS and good < min(GOOD_IN_A_ROW, len(marks)):
        return pulse.health, pulse.cause
    return _answering(pulse, marks, now, entry_at)


def _failing(
    pulse: Pulse, marks: list[Mark], failing: int, now: datetime, answered_at: datetime | None
) -> tuple[Health, Cause]:
    """The newest poll failed."""
    row = marks[-failing:]
    cause = _CAUSES[marks[-1]]
    if _in_a_row(row, lambda mark: mark is Mark.REMOVED) >= REFUSED_IN_A_ROW:
        return Health.GONE, Cause.REMOVED
    if _in_a_row(row, lambda mark: mark in _REFUSALS) >= REFUSED_IN_A_ROW:
        return Health.BLOCKED, cause
    unwell = pulse.cause in BY_POLLS
    if failing < FAILED_IN_A_ROW and not unwell:
        if sum(mark.failed for mark in marks) >= UNSTEADY_FROM:
            return Health.DEGRADED, Cause.UNSTEADY
        # Nothing is said yet of a source whose first polls fail, or of a hiccup.
        return pulse.health, pulse.cause
    if failing < FAILED_IN_A_ROW:
        return pulse.health, pulse.cause
    began = answered_at or pulse.since
    if began is not None and now - began >= DEAD_AFTER:
        return Health.DEAD, cause
    if pulse.health in (Health.BLOCKED, Health.GONE) and Counter(row)[marks[-1]] == 1:
        return pulse.health, pulse.cause  # one other error between refusals
    return Health.DEGRADED, cause


def _answering(
    pulse: Pulse, marks: list[Mark], now: datetime, entry_at: datetime | None
) -> tuple[Health, Cause]:
    """The newest polls gave an answer."""
    failed = sum(mark.failed for mark in marks)
    gaps = marks.count(Mark.GAP)
    was = pulse.cause
    listing = [mark for mark in marks if not mark.failed and mark is not Mark.UNCHANGED]
    found: tuple[tuple[bool, Health, Cause], ...] = (
        (pulse.refused >= PAGES_REFUSED_FROM, Health.BLOCKED, Cause.PAGES_REFUSED),
        (pulse.bare >= NO_TEXT_FROM, Health.DEGRADED, Cause.NO_TEXT),
        (
            failed >= UNSTEADY_FROM or (was is Cause.UNSTEADY and failed > UNSTEADY_TO),
            Health.DEGRADED,
            Cause.UNSTEADY,
        ),
        (
            gaps >= GAPS_FROM or (was is Cause.ROLLING and _had_gap(pulse, now)),
            Health.DEGRADED,
            Cause.ROLLING,
        ),
        (
            _in_a_row(listing, lambda mark: mark is Mark.EMPTY) >= EMPTY_IN_A_ROW,
            Health.EMPTY,
            Cause.NO_ENTRIES,
        ),
        (
            _in_a_row(marks, lambda mark: mark is Mark.SLOW) >= SLOW_IN_A_ROW
            or (was is Cause.SLOW and Mark.SLOW in marks[-GOOD_IN_A_ROW:]),
            Health.DEGRADED,
            Cause.SLOW,
        ),
        (pulse.unmatched >= NO_MATCH_FROM, Health.DEGRADED, Cause.NO_MATCH),
        (_silent(pulse, now, entry_at), Health.QUIET, Cause.SILENT),
    )
    for holds, health, cause in found:
        if holds:
            return health, cause
    return Health.HEALTHY, Cause.WELL


def _had_gap(pulse: Pulse, now: datetime) -> bool:
    return pulse.gap_at is not None and now - pulse.gap_at < GAPS_OVER


def _silent(pulse: Pulse, now: datetime, entry_at: datetime | None) -> bool:
    if entry_at is None or pulse.silence is None or pulse.arrivals < _ARRIVALS:
        return False
    if pulse.watched_since is None or now - pulse.watched_since < LEARNING:
        return False
    return now - entry_at > max(pulse.silence * QUIET_FACTOR, QUIET_AT_LEAST)


def _in_a_row(marks: Sequence[Mark], holds: Callable[[Mark], bool]) -> int:
    """How many of the newest marks hold, one after the other."""
    count = 0
    for mark in reversed(marks):
        if not holds(mark):
            break
        count += 1
    return count

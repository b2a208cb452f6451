"""What a poll says of its source: the kind of failure, gaps, health, when it is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitors.errors import (
    ConnectionFailed,
    FetchError,
    FetchTimeout,
    HttpStatusError,
    RobotsRefused,
    SourceError,
)
from monitors.fetch.politeness import next_poll
from monitors.health.observing import after_poll
from monitors.health.pace import Listing
from monitors.health.words import gap_in_words
from monitors.model import Fate, Poll, PollState, Pulse, Source, SourceState, Trouble
from monitors.runs import RunReport


def trouble_of(error: FetchError | SourceError) -> Trouble:
    """What kind of failure it was, for the health of the source."""
    if isinstance(error, HttpStatusError):
        return Trouble.STATUS
    if isinstance(error, (FetchTimeout, ConnectionFailed)):
        return Trouble.NO_ANSWER
    if isinstance(error, RobotsRefused):
        return Trouble.ROBOTS
    return Trouble.KIND if isinstance(error, SourceError) else Trouble.OURS


def observed(
    source: Source,
    state: SourceState,
    poll: Poll,
    fates: Mapping[Fate, int],
    took: timedelta,
    report: RunReport,
) -> tuple[Pulse, datetime | None]:
    """What the poll says of the source's health, and when it is due where that changed."""
    distinct = len({entry.url for entry in poll.entries})
    known = fates.get(Fate.SEEN, 0) + fates.get(Fate.REVISION, 0)
    listing = Listing(
        at=poll.at,
        listed=distinct,
        known=known - (len(poll.entries) - distinct),
        new=fates.get(Fate.NEW, 0),
        last_entry_at=state.last_entry_at,
        last_answer_at=state.succeeded_at,
    )
    pulse = after_poll(state.pulse, source, poll, listing, took)
    if pulse.gaps > state.pulse.gaps:
        report.gaps.append(source.name)
        report.problems.append(f"{source.name}: {gap_in_words(source, state, pulse)}")
    if not source.adaptive or poll.state is PollState.FAILED:
        return pulse, None
    if pulse.every == (state.pulse.every or source.every):
        return pulse, None
    return pulse, _due(at_its_pace(source, pulse), state, poll)


def _due(source: Source, state: SourceState, poll: Poll) -> datetime:
    """When ``source`` is asked again after an answer."""
    web = replace(state.web, pace=poll.pace) if poll.pace else state.web
    heard = replace(state, failures=0, web=web)
    return next_poll(heard, source, poll.at, poll.retry_after, poll.cache_for)


def is_blackout(
    states: Mapping[str, SourceState], asked: Collection[str], report: RunReport, named: bool
) -> bool:
    """Whether nothing answers: all that were asked failed, and no other answered lately."""
    if not asked or len(report.failures) < len(asked):
        return False
    others = (state for source_id, state in states.items() if source_id not in asked)
    return named or not any(state.succeeded_at and not state.failures for state in others)


def at_its_pace(source: Source, pulse: Pulse) -> Source:
    """``source`` with the interval that was learnt, where none is written."""
    if not source.adaptive or pulse.every is None:
        return source
    return replace(source, every=pulse.every)

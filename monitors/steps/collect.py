"""Collect: ask each due source for its entries, keep those not seen."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitors.desk import Desk
from monitors.errors import FetchError, SourceError, TidingsError
from monitors.fetch.moves import current_address, moved
from monitors.fetch.politeness import next_poll
from monitors.fetch.revalidate import learned, trusted
from monitors.health.pace import returned
from monitors.ledger import NOT_USABLE, Account
from monitors.logs import unforeseen
from monitors.model import Fate, Poll, PollState, Pulse, Source, SourceState, Trouble
from monitors.runs import RunReport
from monitors.steps.observe import at_its_pace, is_blackout, observed, trouble_of

log = logging.getLogger(__name__)

SLOWEST = 10
"""Sources that the report names as the slowest."""

AT_ONCE = 16
"""Sources asked at the same time; the budget of each host is the fetcher's."""


async def collect(desk: Desk, report: RunReport, only: Collection[str] = ()) -> None:
    """Poll every due source and store what is new.

    While no source has ever answered, topics need no silent first look of their own: the
    first answer of every source is silent by itself. So a first run that is killed anywhere
    does not silence the second.

    :param only: source ids to ask, due or not; empty asks all that are due
    """
    known = {source.id for source in desk.watchlist.sources}
    report.problems += [
        f"source {source_id!r}: the watch list has none with this id. See tidings sources"
        for source_id in sorted(set(only) - known)
    ]
    now = desk.clock.now()
    report.ledger.open(await asyncio.to_thread(desk.store.sources.waiting, desk.shard.slots))
    states = await asyncio.to_thread(
        desk.store.sources.states, [source.id for source in desk.watchlist.sources]
    )
    if not any(state.succeeded_at for state in states.values()):
        topics = [topic.id for topic in desk.watchlist.topics]
        await asyncio.to_thread(desk.store.decisions.finish_baseline, topics, now)
    due = [
        source
        for source in desk.watchlist.sources
        if (source.id in only if only else _is_due(states[source.id], now))
        and desk.shard.has(source.url)
    ]
    after: dict[str, tuple[Pulse, datetime | None]] = {}
    spent: dict[str, float] = {}
    gate = asyncio.Semaphore(AT_ONCE)
    storing = asyncio.Lock()

    async def one(source: Source) -> None:
        async with gate:
            began = time.monotonic()
            poll = await _ask(desk, source, states[source.id], now)
            took = timedelta(seconds=time.monotonic() - began)
            spent[source.name] = took.total_seconds()
        # Stored at once: a source that hangs cannot lose what the others gave.
        async with storing:
            kept = await asyncio.to_thread(_keep, desk, source, states[source.id], poll, report)
        if kept is not None:
            after[source.id] = observed(source, states[source.id], *kept, took, report)

    await asyncio.gather(*(one(source) for source in by_turns(due)))
    report.slowest = dict(sorted(spent.items(), key=lambda pair: -pair[1])[:SLOWEST])
    await asyncio.to_thread(desk.store.sources.save_pulses, after)
    report.blackout = is_blackout(states, {source.id for source in due}, report, bool(only))


def by_turns(sources: Sequence[Source]) -> list[Source]:
    """``sources`` so that those of one host stand far apart.

    Each waits for its turn at its host. Side by side they would fill the slots of this step
    with waiting, while other hosts could be asked.
    """
    nth: Counter[str] = Counter()
    placed = []
    for source in sources:
        host = source.url.split("/")[2] if "://" in source.url else source.url
        placed.append((nth[host], source))
        nth[host] += 1
    return [source for _, source in sorted(placed, key=lambda pair: pair[0])]


def _is_due(state: SourceState, now: datetime) -> bool:
    return state.next_poll_at is None or state.next_poll_at <= now


async def _ask(desk: Desk, source: Source, state: SourceState, now: datetime) -> Poll:
    """The poll of one source; a failure is a poll too."""
    reader = desk.readers.get(source.kind)
    try:
        if reader is None:
            raise SourceError(source.name, f"there is no source kind {source.kind!r}")
        asked = current_address(source, state.web, now)
        return await reader.poll(asked, trusted(source, state, now), desk.fetcher, now)
    except (FetchError, SourceError) as error:
        return Poll(
            source.id,
            PollState.FAILED,
            now,
            status=getattr(error, "status", None),
            error=str(error),
            trouble=trouble_of(error),
            retry_after=getattr(error, "retry_after", None),
        )
    except Exception as error:
        # A source must not stop the others, whatever is wrong with it or with its reader.
        unforeseen(log, f"polling {source.name}", error)
        return _failed(source, now, error)


def _keep(
    desk: Desk, source: Source, state: SourceState, poll: Poll, report: RunReport
) -> tuple[Poll, dict[Fate, int]] | None:
    """Store the poll and count it; None where the database did not take it."""
    try:
        poll, fates = _save(desk, source, state, poll)
    except TidingsError as error:
        report.failures[source.name] = str(error)
        return None
    account = report.ledger.of(source.id)
    account.polls += 1
    account.failed_polls += poll.state is PollState.FAILED
    _enter(account, poll, fates)
    report.polled += 1
    report.not_modified += poll.state is PollState.NOT_MODIFIED
    stood = {fate.value: fates.get(fate, 0) for fate in (Fate.NEW, Fate.REVISION, Fate.SEEN)}
    report.listed.update({name: count for name, count in stood.items() if count})
    report.problems.extend(f"{source.name}: {problem}" for problem in poll.problems)
    if poll.error:
        report.failures[source.name] = poll.error
    return poll, fates


def _enter(account: Account, poll: Poll, fates: Mapping[Fate, int]) -> None:
    """What is known of listed entries at once; new and changed ones get their fate later."""
    account.listed += sum(fates.values()) + poll.left_out
    account.end(Fate.SEEN, fates.get(Fate.SEEN, 0))
    account.end(Fate.FAILED, fates.get(Fate.FAILED, 0))
    account.end(Fate.UNREADABLE, poll.left_out, NOT_USABLE)


def _save(
    desk: Desk, source: Source, state: SourceState, poll: Poll
) -> tuple[Poll, dict[Fate, int]]:
    """Store the poll; one that no database takes is stored as a failed one."""
    try:
        poll, after = _after(desk, source, state, poll)
        return poll, desk.store.sources.save_poll(poll, after)
    except TidingsError:
        raise
    except Exception as error:
        unforeseen(log, f"storing what {source.name} listed", error)
        lost = {Fate.FAILED: len(poll.entries)}
        failed = _failed(source, desk.clock.now(), error)
        poll, after = _after(desk, source, state, failed)
        return poll, lost | desk.store.sources.save_poll(poll, after)


def _after(desk: Desk, source: Source, state: SourceState, poll: Poll) -> tuple[Poll, SourceState]:
    """The state after ``poll``; and the poll, with what it taught about the server."""
    failed = poll.state is PollState.FAILED
    web, lessons = learned(source, state, poll)
    web, news = moved(source, current_address(source, state.web, poll.at), web, poll)
    poll = replace(poll, problems=(*poll.problems, *lessons, *news))
    heard = replace(
        state,
        etag=state.etag if failed else poll.etag,
        last_modified=state.last_modified if failed else poll.last_modified,
        polled_at=poll.at,
        succeeded_at=state.succeeded_at if failed else poll.at,
        failures=state.failures + 1 if failed else 0,
        baseline_done=state.baseline_done or not failed,
        last_state=poll.state,
        last_error=poll.error,
        web=web,
        # Stored with the entries: a run that is killed must not forget it.
        pulse=state.pulse
        if failed
        else returned(state.pulse, source, poll.at, state.succeeded_at),
    )
    paced = at_its_pace(source, state.pulse)
    due_again = next_poll(
        heard, paced, poll.at, poll.retry_after, poll.cache_for, jitter=desk.dice()
    )
    return poll, replace(heard, next_poll_at=due_again)


def _failed(source: Source, now: datetime, error: Exception) -> Poll:
    line = f"{source.name}: unexpected {type(error).__name__}. See the log of this run"
    return Poll(source.id, PollState.FAILED, now, error=line, trouble=Trouble.OURS)

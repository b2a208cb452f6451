"""Digest: tell what was held as one message, and what a day or a week brought."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitors.alerts.digest import (
    MOST_LINES,
    NEAR_MISSES,
    Findings,
    Judged,
    count_days,
    of_held,
    of_period,
)
from monitors.alerts.notices import WELL
from monitors.alerts.timing import in_quiet_hours, length, period
from monitors.desk import Desk
from monitors.errors import StoreError
from monitors.logs import unforeseen
from monitors.model import (
    Activity,
    Channel,
    Decision,
    Delivery,
    Hold,
    Reason,
    Source,
    SourceState,
    Topic,
)
from monitors.ports import DigestState
from monitors.runs import RunReport

log = logging.getLogger(__name__)

DAYS = 14
"""Days that the chart shows."""

_CANDIDATES = 500
_LONG_AGO = timedelta(days=DAYS + 2)


def digest(desk: Desk, report: RunReport, *, whole: bool = True) -> None:
    """Queue every digest whose time has come; what was held goes into it.

    One channel that fails is a problem in the report, and does not stop the others.

    :param whole: this is the end of a whole run; else what is held after a pause waits, since
        a run may still be finding more of it
    """
    held = _releasable(desk, whole)
    for name in dict.fromkeys([*(t.channel for t in desk.watchlist.topics), *held]):
        try:
            _channel(desk, desk.watchlist.channel(name), held.get(name, []))
        except StoreError as error:
            report.problems.append(f"digest for {name}: {error}")
        except Exception as error:
            unforeseen(log, f"the digest for {name}", error)
            report.problems.append(
                f"digest for {name}: it cannot be made (unexpected {type(error).__name__}). "
                "What is held stays held; see the log of this run"
            )


def _releasable(desk: Desk, whole: bool) -> dict[str, list[Delivery]]:
    """Held rows by channel that need wait no longer."""
    now = desk.clock.now()
    topics = {topic.id: topic for topic in desk.watchlist.topics}
    found: dict[str, list[Delivery]] = {}
    for hold in (Hold.QUIET, Hold.CATCH_UP) if whole else (Hold.QUIET,):
        for row in desk.store.digests.held(hold):
            known = [topics[name] for name in row.alert.topic_ids if name in topics]
            if not known or not all(in_quiet_hours(topic, now) for topic in known):
                found.setdefault(row.alert.channel, []).append(row)
    return found


def _channel(desk: Desk, channel: Channel, held: Sequence[Delivery]) -> None:
    if channel.digest is not None and _of_period(desk, channel, held):
        return
    for hold in (Hold.QUIET, Hold.CATCH_UP):
        rows = [row for row in held if row.hold is hold]
        if len(rows) == 1:  # one message either way; so it keeps its thread
            desk.store.digests.release([rows[0].id], desk.clock.now())
        elif rows:
            alert = of_held(channel.name, rows, hold, desk.clock.now())
            desk.store.digests.fold(alert, [row.id for row in rows])


def _of_period(desk: Desk, channel: Channel, held: Sequence[Delivery]) -> bool:
    """Queue the digest of the period if it is due; whether ``held`` went into it."""
    if channel.digest is None:
        return False
    store, now = desk.store.digests, desk.clock.now()
    day = period(channel.digest, channel.timezone, now)
    state = store.state(channel.name)
    if state is None:
        # Switched on just now: the first digest tells what comes from here on.
        store.save_state(channel.name, DigestState(day.isoformat(), *store.newest()))
        return False
    if state.period > (day + length(channel.digest)).isoformat():
        # The last one is dated further ahead than any can be: the clock was wrong.
        rewound = DigestState(day.isoformat(), state.last_delivery, state.last_decision)
        store.save_state(channel.name, rewound)
        return False
    if day.isoformat() <= state.period:
        return False
    following = DigestState(day.isoformat(), *store.newest())
    if store.held(Hold.WEIGHED, channel.name):
        return False  # a run is at work on it, and tells it at its end
    over = store.held(Hold.BUDGET, channel.name, state.last_delivery)
    found = _findings(desk, channel, state, (*held, *over), following.last_delivery)
    alert = of_period(channel.name, day, channel.digest.weekday is not None, found, now)
    return store.fold(alert, [row.id for row in found.held], following)


def _findings(
    desk: Desk, channel: Channel, state: DigestState, held: Sequence[Delivery], upto: int
) -> Findings:
    store = desk.store.digests
    told = store.told_after(channel.name, state.last_delivery)
    topics = {t.id: t for t in desk.watchlist.topics if t.channel == channel.name}
    weak, weak_total = store.decided_after(
        list(topics), Reason.NOT_SIGNIFICANT, state.last_decision, _CANDIDATES
    )
    near, _ = store.decided_after(list(topics), Reason.NEAR_MISS, state.last_decision, _CANDIDATES)
    weak.sort(key=lambda d: -d.scores.get("confidence", 0.0))
    near.sort(key=lambda d: -d.score)

    def judged(decisions: Sequence[Decision]) -> list[Judged]:
        find = desk.store.articles.find
        return [Judged(d, find(d.article_id), topics[d.topic_id].name) for d in decisions]

    return Findings(
        told=[row for row in told if row.id <= upto],
        held=held,
        weak=judged(weak[:MOST_LINES]),
        weak_total=weak_total,
        near=judged(near[:NEAR_MISSES]),
        failing=_failing(desk),
        activity=_activity(desk, channel, topics, desk.clock.now()),
    )


def _failing(desk: Desk) -> list[tuple[Source, SourceState]]:
    sources = desk.watchlist.sources
    states = desk.store.sources.states([source.id for source in sources])
    return [
        (source, states[source.id])
        for source in sources
        if states[source.id].pulse.health not in WELL
    ]


def _activity(
    desk: Desk, channel: Channel, topics: dict[str, Topic], now: datetime
) -> tuple[Activity, ...]:
    zone = ZoneInfo(channel.timezone)
    seen = desk.store.digests.seen(list(topics), now - _LONG_AGO)
    days = ((one.topic_id, one.at.astimezone(zone).date(), one.told) for one in seen)
    names = {topic.id: topic.name for topic in topics.values()}
    return count_days(days, names, now.astimezone(zone).date(), DAYS)

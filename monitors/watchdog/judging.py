"""Whether runs succeed, and what the operators are told of it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitors.health.words import moment
from monitors.model import Alert, AlertKind

PATIENCE = 3
"""Intervals without a run that succeeded before it is told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What one look hands on to the next.

    :param looked_at: when it looked last
    :param watching_since: the begin of this watch: it was never away for longer than its
        patience since then
    :param succeeded_at: when the last run that is known to have succeeded was over
    :param channel: the operators' channel, for a day when ``watch.yaml`` cannot be read
    :param told: since when, as the operators were told, no run has succeeded; None: they
        know of nothing
    :param in_doubt: nobody knows whether the last message arrived
    """

    looked_at: datetime | None = None
    watching_since: datetime | None = None
    succeeded_at: datetime | None = None
    channel: str = ""
    told: datetime | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look saw.

    :param runs: the latest reports of runs, newest first, as they are stored
    :param channel: the operators' channel; None where ``watch.yaml`` cannot be read
    :param problems: why something could not be looked at, one line each
    """

    at: datetime
    runs: Sequence[Mapping[str, Any]] = ()
    channel: str | None = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What follows from a look.

    :param known: to be remembered, also where nothing is sent
    :param since: since when no run has succeeded, where that is too long; else None
    :param alert: the message that is due, if any
    :param told: what ``known.told`` is once the message was sent
    """

    known: Known
    since: datetime | None
    alert: Alert | None = None
    told: datetime | None = None


def judged(sight: Sight, known: Known, every: timedelta) -> Finding:
    """Compare what is seen with what is known.

    A machine that was off is not told of the time that it was off: the watch begins anew.

    :param every: the interval at which runs are expected
    """
    now = sight.at
    known = replace(
        known,
        looked_at=now,
        watching_since=_watching_since(known, now, PATIENCE * every),
        succeeded_at=_last_success(sight, known, now + every),
        channel=known.channel if sight.channel is None else sight.channel,
    )
    begin = known.succeeded_at or known.watching_since or now
    late = now - max(begin, known.watching_since or begin) > PATIENCE * every
    # Whoever was told waits for a success, not only for a watch that begins anew.
    lasts = known.told is not None and (known.succeeded_at or known.told) <= known.told
    since = (known.told or begin) if lasts else (begin if late else None)
    if since is not None and known.told is None:
        return Finding(known, since, _silence(sight, known, since, every), since)
    if since is None and known.told is not None:
        return Finding(known, None, _recovery(sight, known), None)
    return Finding(known, since)


def _watching_since(known: Known, now: datetime, patience: timedelta) -> datetime:
    away = known.looked_at is None or not timedelta() <= now - known.looked_at <= patience
    return now if away or known.watching_since is None else known.watching_since


def _last_success(sight: Sight, known: Known, latest: datetime) -> datetime | None:
    """The end of the last run that succeeded.

    Of a run that asked only the sources that a person named nothing follows; nor of a time
    that lies ahead, which a wrong clock wrote.
    """
    ends = [known.succeeded_at] if known.succeeded_at else []
    ends += [
        datetime.fromisoformat(str(run["ended"]))
        for run in sight.runs
        if run.get("ended") and not run.get("failed") and not run.get("partial")
    ]
    return max((end for end in ends if end <= latest), default=None)


def _silence(sight: Sight, known: Known, since: datetime, every: timedelta) -> Alert:
    ago = _span(sight.at - since)
    if known.succeeded_at:
        head = f"No run has succeeded since {moment(since)} UTC"
        first = f"That was {ago} ago; one is expected every {_span(every)}"
    else:
        head = f"No run has succeeded for {ago}"
        first = f"None is known at all; one is expected every {_span(every)}"
    last = _last_run(sight, since)
    advice = (
        "Nothing is lost: the next run goes on where the last one was. "
        "tidings doctor looks at what a run needs; tidings run tries one"
    )
    return Alert(
        key=_key("silent", known.channel, since),
        kind=AlertKind.NOTICE,
        channel=known.channel,
        created_at=sight.at,
        headline=head,
        body=(first, *sight.problems, *last, advice),
    )


def _last_run(sight: Sight, since: datetime) -> tuple[str, ...]:
    """What is known of the runs after the last success."""
    if sight.problems and not sight.runs:
        return ()
    for run in sight.runs:
        ended = run.get("ended")
        if ended and datetime.fromisoformat(str(ended)) > since and run.get("failed"):
            why = list(run.get("problems") or ["its report does not say why"])[-1]
            return (f"The last one, over at {str(ended)[11:16]} UTC, failed: {why}",)
    return ("None has come to its end since: what should start them may stand still",)


def _recovery(sight: Sight, known: Known) -> Alert:
    told = known.told or sight.at
    end = known.succeeded_at or sight.at
    return Alert(
        key=_key("again", known.channel, told),
        kind=AlertKind.NOTICE,
        channel=known.channel,
        created_at=sight.at,
        headline="Runs succeed again",
        body=(f"One was over at {moment(end)} UTC; none had succeeded for {_span(end - told)}",),
    )


def _span(span: timedelta) -> str:
    """``15 min``, ``3 h 05 min``, ``2 days 4 h``."""
    minutes = max(round(span / timedelta(minutes=1)), 0)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days {hours % 24} h"
    return f"{hours} h {rest:02d} min" if hours else f"{minutes} min"


def _key(change: str, channel: str, since: datetime) -> str:
    """The same for every watchdog that sees the same, so that one of them is enough."""
    parts = ("watchdog", change, channel, since.isoformat())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]

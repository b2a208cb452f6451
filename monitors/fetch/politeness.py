"""When a source is polled next."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitors.fetch.turns import LONGEST_RETRY_AFTER
from monitors.model import Pace, Source, SourceState

_LONGEST_BACKOFF = timedelta(hours=6)
_LONGEST_CACHE = timedelta(hours=1)
_LONGEST_SKIP = timedelta(hours=24)


def next_poll(
    state: SourceState,
    source: Source,
    now: datetime,
    retry_after: timedelta | None = None,
    cache_for: timedelta | None = None,
    *,
    jitter: float = 0.0,
) -> datetime:
    """When ``source`` is asked again.

    A source that works is due a little before its interval has passed (a tenth, at most a
    minute), so that a schedule with the same interval does not just miss it. One that
    fails waits twice as long each time, up to six hours, or its interval if that is longer.

    :param state: after the poll that just ended; ``failures`` counts those in a row
    :param retry_after: what the server asked for; kept up to a day
    :param cache_for: how long its answer stays fresh; it is not asked earlier than that, but
        an hour at most. The ``ttl`` of what is remembered of its pace counts alike; hours and
        days that it skips are skipped, a day at most
    :param jitter: 0 to 1, drawn by the caller: adds up to a quarter to a failing source's
        wait, so that sources that failed together do not come back together
    """
    if state.failures <= 0:
        wait = source.every - min(source.every / 10, timedelta(minutes=1))
    else:
        longest = max(_LONGEST_BACKOFF, source.every)
        doublings = min(state.failures, 20)  # beyond that only the cap counts
        wait = min(source.every * 2**doublings, longest) * (1 + jitter / 4)
        wait = min(wait, longest)
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_RETRY_AFTER))
    pace = state.web.pace
    for fresh in (cache_for, pace.ttl):
        if fresh is not None:
            wait = max(wait, min(fresh, _LONGEST_CACHE))
    return _out_of_skipped(now + wait, pace)


def _out_of_skipped(due: datetime, pace: Pace) -> datetime:
    """The first moment from ``due`` on that ``pace`` does not skip, at most a day later."""
    if len(set(pace.skip_hours)) >= 24 or len(set(pace.skip_days)) >= 7:
        return due  # nobody means that
    moment = due
    while moment.hour in pace.skip_hours or moment.weekday() in pace.skip_days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moment - due >= _LONGEST_SKIP:
            return due + _LONGEST_SKIP
    return moment

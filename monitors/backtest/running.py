"""A backtest: a topic of a watch list over the stored articles of some days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors.backtest.candidates import Progress, sift
from monitors.backtest.rates import Rate, Version
from monitors.backtest.replaying import replay
from monitors.backtest.scratch import VectorsInMemory, bench_of
from monitors.decide.lines import alert_line
from monitors.desk import Desk
from monitors.errors import TidingsError
from monitors.model import Sensitivity, Topic, Watchlist

WARM_UP = timedelta(days=7)
"""Before the days that count: seen in silence, so that they do not begin with old news."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """Which days, and how closely they are looked at.

    :param until: articles first seen before this time count
    :param most: of what passes the screen, so many articles are read closely; None: all
    """

    until: datetime
    days: int = 30
    most: int | None = None


def backtest(
    desk: Desk,
    watchlist: Watchlist,
    topic: Topic,
    plan: Backtest,
    vectors: VectorsInMemory,
    label: str = "",
    progress: Progress = lambda step, done, of: None,
) -> Version:
    """What ``topic`` of ``watchlist`` would have told, at each sensitivity.

    :param label: the watch list's file
    :raises TidingsError: nothing is stored of these days
    """
    since = plan.until - timedelta(days=plan.days)
    first = desk.store.articles.recent(since, limit=1, until=plan.until)
    if not first:
        raise TidingsError(
            f"the {plan.days} days before {plan.until:%d %b %Y %H:%M} UTC",
            "no article is stored that was first seen then",
            "Name more --days, another --as-of, or let `tidings run` collect some",
        )
    since = max(since, first[0].first_seen)
    bench = bench_of(desk, watchlist, vectors)
    sieve = sift(bench, topic, since - WARM_UP, plan.until, plan.most, progress)
    days = max((plan.until - since) / timedelta(days=1), 1.0)
    rates = {}
    for done, sensitivity in enumerate(Sensitivity, start=1):
        at = replace(topic, sensitivity=sensitivity)
        rows = tuple(replay(bench, at, sieve.readings, since))
        line = alert_line(at, bench.calibration)
        rates[sensitivity] = Rate(sensitivity, days, rows, line)
        progress("decide", done, len(Sensitivity))
    return Version(label, topic, sieve.articles, sieve.screened, sieve.unread, rates)

"""The pipe, in plain Python. Every caller goes through it.

::

    watch.yaml ──► topics ────────────────────────────────────┐
    sources ─► entries ─► pages ─► articles ─► passages ─► matches ─► decisions ─► outbox ─► Slack
            collect    read    │         understand      │        decide           │  tell
                               └── stored ───────────────┴── one transaction ──────┘

Each step takes what the one before it stored, so a run that was killed anywhere is finished
by the next: entries wait until they are read, articles until they are decided, alerts until
they are delivered. The Prefect flow calls the same steps one by one; :func:`run` is all of
them for the command line, cron, the evaluator and tests.

While pages are fetched and parsed, what was read before is encoded (:mod:`monitors.steps.ahead`):
that fills the cache of vectors early and changes nothing else, so the pipe stays one-way.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from monitors.desk import Desk
from monitors.errors import NothingAnswered, RunSkipped, StoreError, TidingsError
from monitors.leases import LASTS, holder_of, take
from monitors.lessons.force import news
from monitors.runs import RunReport, timed
from monitors.steps.ahead import encoding_ahead
from monitors.steps.check_health import check_health
from monitors.steps.collect import collect
from monitors.steps.decide import Bench, decide, finish_baseline, open_bench
from monitors.steps.look_back import look_back
from monitors.steps.notify_operators import notify_operators
from monitors.steps.publish import publish
from monitors.steps.ration import ration
from monitors.steps.read import read
from monitors.steps.reembed import reembed
from monitors.steps.tell import tell
from monitors.steps.understand import understand
from monitors.workers import (
    GATHERED,
    deciding,
    gathering,
    next_turn,
    prepare,
    refuse_strangers,
    run_lease,
)

log = logging.getLogger(__name__)

BEAT = 120.0
"""Seconds between two renewals of the lease."""

MOST_BEATS = 60
"""After so many a run is taken to hang; another may take over."""


def new_report(desk: Desk, only: Collection[str] = ()) -> RunReport:
    """The report of a run that starts now: empty, but for what is wrong with its watch list.

    :param only: the sources that it asks; empty: all that are due
    """
    run_id = f"R-{uuid.uuid4().hex[:12]}"
    report = RunReport(run_id, desk.clock.now(), partial=bool(only), outdated=desk.outdated)
    report.problems += [desk.outdated] if desk.outdated else []
    return report


@contextmanager
def lease(desk: Desk, report: RunReport) -> Iterator[None]:
    """Hold the single-run lease, and renew it every two minutes while the block runs.

    :raises RunSkipped: another run holds it, its process has not ended as far as can be
        seen, and it was heard of in the last ten minutes
    """
    keep_lease(desk, report)
    try:
        refuse_strangers(desk, report)
    except RunSkipped:
        desk.store.runs.release(run_lease(desk.shard), _holder(report))
        raise
    done = threading.Event()
    heart = threading.Thread(target=_beat, args=(desk, report, done), daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
        # Where the database fails, the lease runs out by itself.
        with suppress(StoreError):
            desk.store.runs.release(run_lease(desk.shard), _holder(report))


def keep_lease(desk: Desk, report: RunReport) -> None:
    """Take or renew the lease of this run, and renew what it holds besides.

    :raises RunSkipped: another run holds it, also where it took over because this one was
        not heard of for ten minutes
    """
    runs, now, holder, ours = (
        desk.store.runs,
        desk.wall.now(),
        _holder(report),
        run_lease(desk.shard),
    )
    other = take(runs, ours, holder, now)
    if other is not None:
        raise RunSkipped(
            "this run",
            f"run {other.partition(' ')[0]} is still at work",
            "Nothing is lost: the next run goes on, after ten minutes also where one died "
            "on another machine",
        )
    for name, by in runs.leases(now).items():
        if by == holder and name not in (ours, f"{GATHERED} {desk.shard}"):
            runs.acquire(name, holder, now, LASTS)


def _holder(report: RunReport) -> str:
    return holder_of(report.run_id)


def _beat(desk: Desk, report: RunReport, done: threading.Event) -> None:
    """Renew the lease until ``done``: reading slow pages takes longer than it lasts."""
    for _ in range(MOST_BEATS):
        if done.wait(BEAT):
            return
        try:
            keep_lease(desk, report)
        except TidingsError as error:
            log.warning("%s", error)  # the run itself finds out before it decides


def judge_waiting(desk: Desk, report: RunReport) -> None:
    """Understand and decide every stored article that waits for it, batch by batch."""
    keep_lease(desk, report)
    again = False
    while fence := next_turn(desk, report, again=again):
        with deciding(desk, fence):
            if not reembed(desk, report, fence):
                return  # what was read waits
            look_back(desk, report, fence)
            bench = open_bench(desk, fence)
            while articles := desk.store.articles.undecided(desk.batch):
                with timed(report, "understand"):
                    readings = understand(desk, articles)
                with timed(report, "decide"):
                    decide(desk, bench, readings, report)
                keep_lease(desk, report)
            conclude(desk, bench, report)
        again = True


def conclude(desk: Desk, bench: Bench, report: RunReport) -> None:
    """What is done once all articles are decided: budgets are applied, baselines end.

    The report also says what was learnt from answers since the run before.
    """
    ration(desk, report)
    end_baseline(desk, bench, report)
    last = desk.store.runs.latest()
    if last:
        report.lessons += news(desk.store.lessons, last[0]["started"])


def end_baseline(desk: Desk, bench: Bench, report: RunReport) -> None:
    """New topics alert from the next run on, once a source has answered.

    Also one that answered an earlier run, which may have been killed before it came here.
    """
    ids = [source.id for source in desk.watchlist.sources]
    if any(state.succeeded_at for state in desk.store.sources.states(ids).values()):
        finish_baseline(desk, bench)


def finish(desk: Desk, report: RunReport) -> None:
    """Close the ledger and the report, and store both."""
    report.finished, report.ended = desk.clock.now(), desk.wall.now()
    sources = desk.store.sources
    report.problems += report.ledger.close(sources.waiting(desk.shard.slots))
    accounts = report.ledger.accounts.items()
    sources.keep_ledger(report.started, {name: a.counts() for name, a in accounts})
    desk.store.runs.save(report.run_id, report.started, report.as_json())


def refuse_blackout(report: RunReport) -> None:
    """For callers that must not take a run for a good one in which nothing answered.

    :raises NothingAnswered: so it was; everything else was done, and is in the report
    """
    if report.blackout:
        failed = len(report.failures)
        raise NothingAnswered(
            "this run",
            f"no source answered ({failed} of {failed} that were asked failed)",
            "Check this machine's network. tidings sources names each problem",
        )


@contextmanager
def recorded(desk: Desk, report: RunReport) -> Iterator[None]:
    """Close and store the report at the end, also where the run failed: then it says why."""
    try:
        yield
    except TidingsError as error:
        report.problems.append(str(error))
        report.failed = True
        report.ledger.contested = isinstance(error, RunSkipped)
        with suppress(StoreError):
            finish(desk, report)
        raise
    finish(desk, report)


async def gather(desk: Desk, report: RunReport) -> None:
    """Read what waits, and encode what was read while the next pages come."""
    async with encoding_ahead(desk, report) as onward:
        with timed(report, "read"):
            await read(desk, report, lambda: keep_lease(desk, report), onward)


async def run(desk: Desk, only: Collection[str] = (), *, dry: bool = False) -> RunReport:
    """One whole pass: what cron would call.

    :param only: source ids to ask whether they are due or not; empty: all that are due
    :param dry: decide and store, but deliver nothing
    :raises RunSkipped: another run is at work
    """
    report = new_report(desk, only)
    with lease(desk, report), recorded(desk, report):
        with gathering(desk, report):
            with timed(report, "collect"):
                await collect(desk, report, only)
            await gather(desk, report)
            if not desk.shard.whole:
                with timed(report, "understand"):
                    await asyncio.to_thread(prepare, desk, lambda: keep_lease(desk, report))
        await asyncio.to_thread(judge_waiting, desk, report)
        await asyncio.to_thread(check_health, desk, report)
        if not report.left:
            await asyncio.to_thread(notify_operators, desk, report)
        if not dry and not report.left:
            with timed(report, "tell"):
                await asyncio.to_thread(tell, desk, report)
        await asyncio.to_thread(publish, desk, report)
    return report

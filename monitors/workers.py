"""Several workers on one database: who gathers what, and whose turn it is to decide.

::

    worker 1/3  collect, read, encode ─┐ leaves
    worker 2/3  collect, read, encode ────────┐ leaves
    worker 3/3  collect, read, encode ──────────┐ the last: decides everything, in order

Workers gather side by side, each its hosts, and encode what they read into the shared cache.
Decisions compare an article with what was decided before it, so they are made one after the
other, in the order of the articles, by the worker that finished gathering last. It holds the
lease ``decide``; the database refuses a decision of anybody who does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from monitors.desk import Desk
from monitors.errors import RunSkipped, StoreError
from monitors.leases import RUN, holder_of, take
from monitors.ports import Fence
from monitors.processes import has_ended
from monitors.runs import RunReport
from monitors.shards import Shard
from monitors.steps.understand import understand

DECIDE = "decide"
GATHER = "gather"
GATHERED = "gathered"

IN_THIS_ROUND = timedelta(minutes=1)
"""How long it counts that a worker has gathered."""

PATIENCE = timedelta(minutes=10)
"""An article that waits for longer is decided without waiting for what others still read."""


def run_lease(shard: Shard) -> str:
    """The lease that keeps two runs of the same shard apart."""
    return RUN if shard.whole else f"{RUN} {shard}"


def refuse_strangers(desk: Desk, report: RunReport) -> None:
    """Let no two workers share out the sources differently.

    :raises RunSkipped: a run of all sources is at work beside one of a shard, or workers that
        count another number of shards
    """
    ours = {run_lease(shard) for shard in (desk.shard, *desk.shard.others)}
    for name, holder in _live(desk).items():
        if name.split()[0] == RUN and name not in ours and holder != holder_of(report.run_id):
            raise RunSkipped(
                "this run",
                f"a run that shares out the sources otherwise is still at work ({name})",
                "Start all workers with the same number of shards",
            )


@contextmanager
def gathering(desk: Desk, report: RunReport) -> Iterator[None]:
    """Let the other workers know that this one collects and reads while the block runs."""
    if desk.shard.whole:
        yield
        return
    runs, holder = desk.store.runs, holder_of(report.run_id)
    report.ledger.contested = True  # pages of our sources may be read by others, and theirs by us
    take(runs, f"{GATHER} {desk.shard}", holder, desk.wall.now())
    try:
        yield
        # In this order: nobody sees a moment in which we do neither.
        now = desk.wall.now()
        runs.release(
            f"{GATHERED} {desk.shard}", runs.leases(now).get(f"{GATHERED} {desk.shard}", "")
        )
        runs.acquire(f"{GATHERED} {desk.shard}", holder, now, IN_THIS_ROUND)
    finally:
        with suppress(StoreError):
            runs.release(f"{GATHER} {desk.shard}", holder)


def prepare(desk: Desk, between: Callable[[], None]) -> None:
    """Encode what this worker read, so that deciding finds the vectors in the cache."""
    ours = [a for a in desk.store.articles.undecided(None) if desk.shard.has(a.url)]
    for start in range(0, len(ours), desk.batch):
        understand(desk, ours[start : start + desk.batch])
        between()


def next_turn(
    desk: Desk, report: RunReport, *, again: bool, sleep: Callable[[float], None] = time.sleep
) -> Fence | None:
    """The right to decide, where it is this worker's turn; None where nothing is left to it.

    :param again: this worker had a turn in this run: another only where articles wait
    :raises RunSkipped: a run of all sources finds another one deciding
    """
    report.left = ""
    if desk.shard.whole:
        if again:
            return None
        fence = _take(desk, report)
        if fence is None:
            raise RunSkipped(
                "this run", f"deciding is with {report.left}", "Nothing is lost: it goes on there"
            )
        return fence
    if again and not desk.store.articles.undecided(1):
        return None
    patience = 0.0 if again else desk.roll_call
    while True:
        live = _live(desk)
        busy = [str(s) for s in desk.shard.others if f"{GATHER} {s}" in live]
        if busy and not _overdue(desk):
            report.left = f"worker {busy[0]}, which still reads"
            return None
        if busy or all(f"{GATHERED} {shard}" in live for shard in desk.shard.others):
            break
        if patience <= 0:
            break  # some worker is not there: its sources wait, the rest goes on
        sleep(1.0)
        patience -= 1.0
    return _take(desk, report)


@contextmanager
def deciding(desk: Desk, fence: Fence) -> Iterator[None]:
    """Give the right to decide back at the end of the block."""
    try:
        yield
    finally:
        # Where the database fails, the lease runs out by itself.
        with suppress(StoreError):
            desk.store.runs.release(fence.lease, fence.holder)


def _take(desk: Desk, report: RunReport) -> Fence | None:
    fence = Fence(DECIDE, holder_of(report.run_id))
    other = take(desk.store.runs, fence.lease, fence.holder, desk.wall.now())
    if other is None:
        return fence
    report.left = f"run {other.partition(' ')[0]}, which decides"
    return None


def _overdue(desk: Desk) -> bool:
    oldest = desk.store.articles.undecided(1)
    return bool(oldest) and oldest[0].first_seen <= desk.clock.now() - PATIENCE


def _live(desk: Desk) -> dict[str, str]:
    """Leases whose process has not ended, as far as can be seen."""
    held = desk.store.runs.leases(desk.wall.now())
    return {
        name: holder
        for name, holder in held.items()
        if name.startswith(f"{GATHERED} ") or not has_ended(holder.partition(" ")[2])
    }

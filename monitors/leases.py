"""Leases in the database: who does what, of all processes on all machines.

A lease runs out where its holder was not heard of for a while; where that was a process of
this machine that has ended, it is free at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from monitors.clock import Clock
from monitors.errors import RunSkipped, StoreError
from monitors.ports import RunStore
from monitors.processes import has_ended, this_process

RUN = "run"
DELIVER = "deliver"

LASTS = timedelta(minutes=10)
"""How long a lease lasts without being renewed."""


def holder_of(work: str) -> str:
    """Who holds a lease: the work, in one word, and the process that it runs in."""
    return f"{work} {this_process()}".rstrip()


def take(runs: RunStore, name: str, holder: str, now: datetime) -> str | None:
    """Take or renew a lease; one whose process has ended is taken over.

    :returns: None where ``holder`` has it now, else the other holder
    """
    other = runs.acquire(name, holder, now, LASTS)
    if other is not None and has_ended(other.partition(" ")[2]):
        # It was killed on this machine. Of several that see this one gets the lease.
        runs.release(name, other)
        other = runs.acquire(name, holder, now, LASTS)
    return other


@contextmanager
def standstill(runs: RunStore, wall: Clock, work: str) -> Iterator[Callable[[], None]]:
    """Hold what runs and deliverers hold, so that none works while the block runs.

    :param work: what is done meanwhile, in one word
    :returns: renews the leases; to be called at least every few minutes
    :raises RunSkipped: one is at work
    """
    holder = holder_of(work)

    def renew() -> None:
        for name in (RUN, DELIVER):
            other = take(runs, name, holder, wall.now())
            if other is not None:
                raise _busy(work, name, other)

    try:
        renew()
        for name, other in runs.leases(wall.now()).items():
            if other != holder and not has_ended(other.partition(" ")[2]):
                raise _busy(work, name, other)
        yield renew
    finally:
        # Where the database fails, the leases run out by themselves.
        with suppress(StoreError):
            for name in (RUN, DELIVER):
                runs.release(name, holder)


def _busy(work: str, name: str, other: str) -> RunSkipped:
    return RunSkipped(
        work,
        f"Tidings is at work ({name}: {other.partition(' ')[0]})",
        "Stop it first, or wait until it is done",
    )

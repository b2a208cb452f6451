"""How soon an article is a message in the outbox, in a warm process: ``make bench``.

The demo's newsroom over HTTP, each outlet under an address of its own, with the spacing
between requests to a host that Tidings keeps as it comes. A run starts the moment the page
is there; measured is the time until the decision is stored, with its outbox row where there
is one, and before anything is sent.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.path import spent
from benchmarks.serving import news, watch_list
from monitors.clock import FixedClock
from monitors.demo.server import NewsroomServer
from monitors.desk import Desk
from monitors.pipeline import run
from monitors.ports import Fence, Outcome
from monitors.settings import Settings
from monitors.testing import MemoryNotifier
from monitors.watchlist import load_watchlist
from monitors.wiring import open_desk

FIRST = timedelta(days=2)
"""The silent first look, at the stream's beginning."""

ARTICLES = 24


@dataclass(frozen=True)
class Arrival:
    """One run that found something.

    :param wall: seconds from its start until the first decision was stored
    :param processor: those of processors in that time
    :param queued: whether a message was queued with it
    """

    wall: float
    processor: float
    queued: bool


def main() -> None:
    found = measure()
    for arrival in found:
        print(arrival)
    told = [arrival.wall for arrival in found if arrival.queued]
    print(f"median {statistics.median(told):.2f} s of {len(told)} that were told")


def measure() -> list[Arrival]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_arrivals(Path(folder)))


async def _arrivals(folder: Path) -> list[Arrival]:
    stream = news(mixed=False)
    clock = FixedClock(stream.articles[0].published + FIRST)
    coming = sorted({a.published for a in stream.articles if a.published > clock.now()})
    watch = folder / "watch.yaml"
    with NewsroomServer(stream, clock, "0.0.0.0") as newsroom:  # noqa: S104
        port = int(newsroom.base_url.rpartition(":")[2])
        watch.write_text(watch_list(stream, port), "utf-8")
        settings = Settings(
            watch=watch,
            database_url=f"sqlite:///{folder / 'bench.db'}",
            allow_hosts=("127.0.0.0/8",),
        )
        async with open_desk(
            settings,
            clock=clock,
            watchlist=load_watchlist(watch),
            notifier=MemoryNotifier(clock),
        ) as desk:
            await run(desk)
            found = []
            for moment in coming[:ARTICLES]:
                clock.set(moment)
                found += await _arrival(desk)
    return found[1:]  # the first one still warms up


async def _arrival(desk: Desk) -> list[Arrival]:
    """A run over all sources, until its first decision; none where it found nothing near."""
    record, found = desk.store.decisions.record, []
    wall, processor = time.perf_counter(), spent()

    def noted(outcome: Outcome, fence: Fence | None = None) -> int:
        queued = record(outcome, fence)
        if outcome.decisions:
            took = time.perf_counter() - wall, spent() - processor
            found.append(Arrival(*took, queued=bool(queued)))
        return queued

    desk.store.decisions.record = noted
    try:
        await run(desk, [source.id for source in desk.watchlist.sources])
    finally:
        del desk.store.decisions.record
    return found[:1]


if __name__ == "__main__":
    main()

"""Are all cores busy while pages are read and understood?

The newsroom and the other streams, served at once by a process of its own, so that there is
always an article at hand. Models and parsing processes are warm from a first look, and so are the
dictionaries of all languages: each is read once in a process, on one core, a second or less.
Counted are the processor seconds of the process and of its parsing processes while the two
steps run, over those that the cores had to give: what other programs took meanwhile, the
newsroom's server among them, is taken off. So on a machine that others keep busy the
share says nothing: nobody leaves time unused there.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.path import spent
from benchmarks.serving import news, served, watch_list
from monitors.clock import FixedClock
from monitors.facts.terms import base_form
from monitors.model import Watchlist
from monitors.pipeline import gather, judge_waiting, lease, new_report
from monitors.settings import Settings
from monitors.steps.collect import collect
from monitors.testing import MemoryNotifier
from monitors.watchlist import load_watchlist
from monitors.wiring import open_desk

FIRST, NEWS = timedelta(days=4), timedelta(days=14)
"""When the first look is, and the one that is measured, in days of the stream."""


@dataclass(frozen=True)
class Busy:
    """Processor seconds of ours and of others, wall seconds, and their cores."""

    articles: int
    ours: float
    others: float
    wall: float
    cores: int

    @property
    def share(self) -> float:
        """Of the time that the cores had to give, 0 to 1."""
        return self.ours / (self.wall * self.cores - self.others)


def main() -> None:
    found = measure()
    print(found, f"{found.share:.0%}")


def measure() -> Busy:
    stream = news(mixed=True)
    clock = FixedClock(stream.articles[0].published)
    start, port = clock.now(), 0
    with tempfile.TemporaryDirectory() as scratch:
        for wait in (FIRST, NEWS):
            clock.set(start + wait)
            with served(clock.now(), port, mixed=True) as port:
                watch = Path(scratch) / "watch.yaml"
                watch.write_text(watch_list(stream, port), "utf-8")
                settings = Settings(
                    watch=watch,
                    database_url=f"sqlite:///{Path(scratch) / 'bench.db'}",
                    allow_hosts=("127.0.0.0/8",),
                    host_spacing=0.0,
                )
                found = asyncio.run(_look(settings, clock, load_watchlist(watch)))
            for language in sorted({article.language for article in stream.articles}):
                base_form("a", language)
    return found


async def _look(settings: Settings, clock: FixedClock, watchlist: Watchlist) -> Busy:
    async with open_desk(
        settings, clock=clock, watchlist=watchlist, notifier=MemoryNotifier()
    ) as desk:
        report = new_report(desk)
        with lease(desk, report):
            await collect(desk, report)
            wall, ours, whole = time.perf_counter(), spent(), _whole()
            await gather(desk, report)
            wall, ours, whole = time.perf_counter() - wall, spent() - ours, _whole() - whole
            await asyncio.to_thread(judge_waiting, desk, report)
    return Busy(report.articles, ours, max(whole - ours, 0.0), wall, os.cpu_count() or 1)


def _whole() -> float:
    """Processor seconds that all programs of this machine had so far."""
    names = "user nice system idle iowait irq softirq steal"
    first = Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    ticks = dict(zip(names.split(), map(int, first), strict=False))
    used = sum(count for name, count in ticks.items() if name not in ("idle", "iowait"))
    return used / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()

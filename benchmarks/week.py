"""Seven days in a quarter of an hour: memory, open files, and the database under retention.

::

    python -m benchmarks.week                  # 50 sources, 96 ticks a day, 7 days
    python -m benchmarks.week --write          # and its table into docs/growth.md

The clock is moved; everything else is real: one process, one SQLite file, the whole pipeline,
``maintain`` each night. Outlets, articles and the encoder are made up (``synthetic.py``), and
retention is two days instead of a year, so that what it drops shows within the week.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from benchmarks.growth_page import put
from benchmarks.synthetic import NOW, TICK, desk
from benchmarks.synthetic import sources as made_up
from monitors import pipeline
from monitors.clock import FixedClock
from monitors.desk import Desk
from monitors.store import SqlStore, open_store
from monitors.store.tables import articles, decisions, entries, outbox

TICKS_A_DAY = 96
KEPT = timedelta(days=2)
WINDOW = timedelta(days=3)
"""How far back topics remember: 90 days in a real install."""

WARM_UP_DAYS = 2
"""Before these are over, the caches and retention have nothing to drop."""


@dataclass(frozen=True, slots=True)
class Used:
    """Since the sample before: seconds by the wall and of the processor, and polls."""

    wall: float
    processor: float
    polls: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at one time; memory and database in MB."""

    hours: float
    memory: float
    files: int
    database: float
    articles: int
    texts: int
    entries: int
    decisions: int
    messages: int
    used: Used


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--days", type=int, default=7)
    ask.add_argument("--sources", type=int, default=50)
    ask.add_argument("--articles", type=int, default=4, help="in a tick, of all sources")
    ask.add_argument("--write", action="store_true")
    chosen = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples = week(Path(folder), chosen.days, chosen.sources, chosen.articles)
    text = page(samples, chosen.days, chosen.sources, chosen.articles)
    print(text)
    if chosen.write:
        put("week", text)


def week(folder: Path, days: int, sources: int, per_tick: int) -> list[Sample]:
    path = folder / "tidings.db"
    clock, wall = FixedClock(NOW), FixedClock(NOW)
    samples = []
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.migrate()
        room = desk(store, clock, wall, sources, per_tick)
        outlets = made_up(sources, adaptive=True)
        room.watchlist, room.window = replace(room.watchlist, sources=outlets), WINDOW
        began, spent, polls = time.monotonic(), time.process_time(), 0
        for tick in range(days * TICKS_A_DAY + 1):
            now = NOW + tick * TICK
            clock.set(now)
            wall.set(now)
            polls += asyncio.run(once(room))
            if tick % TICKS_A_DAY == 60:
                store.prune(now - KEPT)
            if tick % (TICKS_A_DAY // 4) == 0:
                used = Used(time.monotonic() - began, time.process_time() - spent, polls)
                samples.append(sample(store, path, tick / 4, used))
                began, spent, polls = time.monotonic(), time.process_time(), 0
                print(samples[-1], flush=True)
    return samples


async def once(room: Desk) -> int:
    report = await pipeline.run(room)
    assert not report.problems, report.problems
    return report.polled


def sample(store: SqlStore, path: Path, hours: float, used: Used) -> Sample:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    size = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    with store._db.read() as connection:

        def rows(table: sa.Table) -> int:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)

        texts = connection.scalar(
            sa.select(sa.func.count()).select_from(articles).where(articles.c.passages != "[]")
        )
        return Sample(
            hours, pages * 4096 / 1e6, len(list(Path("/proc/self/fd").iterdir())), size / 1e6,
            rows(articles), int(texts or 0), rows(entries), rows(decisions),
            rows(outbox), used,
        )  # fmt: skip


def slope(samples: list[Sample]) -> float:
    """MB of memory an hour, by least squares, after warming up."""
    late = [s for s in samples if s.hours >= 24 * WARM_UP_DAYS] or samples
    if len(late) < 2:
        return 0.0
    return float(np.polyfit([s.hours for s in late], [s.memory for s in late], 1)[0])


def page(samples: list[Sample], days: int, sources: int, per_tick: int) -> str:
    late = [s for s in samples if s.hours >= 24 * WARM_UP_DAYS] or samples
    ticks = TICKS_A_DAY // 4
    lines = [
        (
            f"{days} simulated days of {TICKS_A_DAY} ticks, {sources} sources, {per_tick} new "
            f"articles a tick; one process on SQLite; retention {KEPT.days} days, a topic's "
            f"memory {WINDOW.days} days. Intervals adapt, as where `watch.yaml` writes none; an "
            "unchanged source answers with its ETag alone. Articles are those of the labelled "
            "streams under made-up outlets, vectors those of a word-counting encoder: models add "
            "their memory, which is constant."
        ),
        "",
        (
            f"Memory after the first {WARM_UP_DAYS} days: **{slope(samples):+.3f} MB an hour** "
            f"(goal: under 1), {min(s.memory for s in late):.0f} to "
            f"{max(s.memory for s in late):.0f} MB. "
            f"Open files: {min(s.files for s in late)} to {max(s.files for s in late)}."
        ),
        "",
        (
            "| day | memory, MB | open files | database, MB | articles | with text | entries | "
            "decisions | messages | polls a tick | processor seconds a tick | seconds a tick |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {s.hours / 24:.0f} | {s.memory:.1f} | {s.files} | {s.database:.1f} | {s.articles} | "
        f"{s.texts} | {s.entries} | {s.decisions} | {s.messages} | "
        f"{s.used.polls / ticks:.0f} | {s.used.processor / ticks:.2f} | "
        f"{s.used.wall / ticks:.2f} |"
        for s in samples
        if s.hours % 24 == 0
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

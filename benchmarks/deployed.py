"""One, two and four workers of a real Prefect server on one PostgreSQL: the same decisions.

::

    python -m benchmarks.deployed --write             # and its table into docs/growth.md
    python -m benchmarks.deployed --write --models    # the row with real models

The installation is that of ``deploy/compose.workers.yaml`` without containers: each shard is a
flow run of its own, done by the workers of a process pool. Feeds and pages come over HTTP from
outlets on as many hosts. All runs of a tick are due at once and take it to be the same time
(``as_of``), so that decisions can be compared article for article. Needs PostgreSQL's programs
and two free ports (5460 and the next).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.growth_page import put
from benchmarks.service.installation import COUNTED, REAL, Installation
from benchmarks.service.outlets import Outlets
from benchmarks.service.parts import until
from benchmarks.service.prefect_api import ENDED

NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)
TICK = timedelta(minutes=15)
PATIENCE = 3000.0
FIRST = "first_look"
"""The database after the silent first look."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to do."""

    sources: int
    per_tick: int
    ticks: int
    flow: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a number of workers did.

    :param stored: each article, decision and message with all that was decided of it
    :param posts: messages in Slack, by the key of their alert
    :param seconds: of each tick
    """

    workers: int
    stored: Counter[tuple[str, ...]]
    posts: Counter[str]
    seconds: tuple[float, ...]

    def count(self, kind: str) -> int:
        return sum(number for row, number in self.stored.items() if row[0] == kind)

    @property
    def twice(self) -> int:
        """Articles with an address that another one has, and messages sent again."""
        pages = Counter(row[1] for row in self.stored.elements() if row[0] == "article")
        return sum(number - 1 for many in (pages, self.posts) for number in many.values())


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--sources", type=int, default=2000)
    ask.add_argument("--articles", type=int, default=40, help="in a tick, of all sources")
    ask.add_argument("--ticks", type=int, default=3)
    ask.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    ask.add_argument("--models", action="store_true", help="the real ones")
    ask.add_argument("--port", type=int, default=5460)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    flow = REAL if given.models else COUNTED
    size = Size(given.sources, given.articles, given.ticks, flow)
    with tempfile.TemporaryDirectory(prefix="tidings-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            Outlets(size.sources, NOW) as outlets,
            Installation(folder, outlets, port=given.port, every="15m") as place,
        ):
            begun = first_look(place, size)
            outcomes = [measure(place, count, size) for count in given.workers]
    text = page(outcomes, size, begun)
    print(text)
    if given.write:
        put("deployed with models" if given.models else "deployed", text)
    first = outcomes[0].stored
    assert all(each.stored == first and not each.twice for each in outcomes)


def first_look(place: Installation, size: Size) -> float:
    """The silent first look at all sources, from which all go on; its seconds."""
    place.use(FIRST)
    deployments = place.deploy(1, flow=size.flow)
    place.start_workers(1)
    took = seconds_of(work(place, deployments, NOW))
    place.stop_workers()
    said("first look", place.stored(), round(took))
    return took


def measure(place: Installation, workers: int, size: Size) -> Outcome:
    """So many workers over the same news, in a database of their own."""
    place.use(f"workers_{workers}", FIRST)
    place.outlets.reset()
    deployments = place.deploy(workers, flow=size.flow)
    place.start_workers(workers)
    seconds = []
    for tick in range(1, size.ticks + 1):
        at = NOW + tick * TICK
        place.outlets.publish(size.per_tick, at, TICK)
        runs = work(place, deployments, at)
        seconds.append(seconds_of(runs))
        said(workers, "workers", place.stored(), round(seconds[-1]), [r["name"] for r in runs])
    place.stop_workers()
    return Outcome(workers, place.outcome(), place.posts(), tuple(seconds))


def seconds_of(runs: list[dict[str, Any]]) -> float:
    """From the first one's Running to the last one's end."""
    for run in runs:
        assert run["state_type"] == "COMPLETED", run["state"]["message"]
    began = min(moment(run["start_time"]) for run in runs)
    return (max(moment(run["end_time"]) for run in runs) - began).total_seconds()


def work(place: Installation, deployments: list[str], at: datetime) -> list[dict[str, Any]]:
    """A run of each shard, all at once; how they ended."""
    ids = [place.api.start(name, as_of=at.isoformat()) for name in deployments]

    def over() -> list[dict[str, Any]]:
        time.sleep(1)
        found = [place.api.run(run_id) for run_id in ids]
        return found if all(run.get("state_type") in ENDED for run in found) else []

    runs: list[dict[str, Any]] = until("the end of the runs", over, PATIENCE)
    return runs


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def said(*what: object) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S}", *what, flush=True)


def page(outcomes: list[Outcome], size: Size, begun: float) -> str:
    what = "the real models" if size.flow == REAL else "an encoder that counts words"
    lines = [
        (
            f"{size.sources} sources on as many hosts, asked over HTTP in each of {size.ticks} "
            f"ticks after the silent first look; {size.per_tick} new articles a tick, each on a "
            f"page of its own; {what}. Each shard is a flow run, as many workers of a process "
            "pool as shards; PostgreSQL has both databases. Decisions are compared in all that "
            "they say: verdict, reason, every score to 12 digits, the nearest told before, "
            "story, words."
        ),
        "",
        (
            "| workers | articles | decisions | otherwise than with one worker | messages in "
            "Slack | articles or messages twice | seconds a tick |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    alone = outcomes[0].stored
    for found in outcomes:
        differing = ((found.stored - alone) + (alone - found.stored)).total()
        lines.append(
            f"| {found.workers} | {found.count('article')} | {found.count('decision')} | "
            f"{differing} | {found.posts.total()} | {found.twice} | "
            f"{sum(found.seconds) / len(found.seconds):.0f} |"
        )
    lines += [
        "",
        (
            f"The first look at all of them took one worker {begun:.0f} s; all went on from it. "
            "Seconds are from the first run's Running to the last one's end, on "
            f"{os.cpu_count()} cores (load {os.getloadavg()[2]:.0f}) which all workers, the "
            "server, the database and the outlets share with other work."
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

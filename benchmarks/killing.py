"""Workers, the Prefect server and PostgreSQL are killed in the middle of runs.

::

    python -m benchmarks.killing --write       # and its table into docs/growth.md

The installation is that of ``deploy/compose.workers.yaml`` without containers, two workers on
one machine, with a short interval. The same news come twice: once nothing is disturbed, once
each part is killed in turn with SIGKILL; what ends is started again after five seconds.
Takes half an hour; needs PostgreSQL's programs and two free ports (5440 and the next).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.growth_page import put
from benchmarks.service.installation import COUNTED, REAL, Installation
from benchmarks.service.outlets import Outlets
from benchmarks.service.parts import RESTART_AFTER, Part, children, until
from benchmarks.service.prefect_api import ENDED

WORKERS = 2
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
"""The anchor of the schedules in ``deploy/prefect-workers.yaml``."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to do."""

    sources: int
    batch: int
    interval: int
    flow: str


@dataclass(frozen=True, slots=True)
class Killed:
    """What came of one SIGKILL.

    :param seconds: until everything was read, decided and told
    :param at: when it was
    :param runs: what became of the runs that were at work
    """

    what: str
    stored: str
    at: datetime
    seconds: float
    runs: str = ""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--sources", type=int, default=40)
    ask.add_argument("--batch", type=int, default=12, help="articles that come out at once")
    ask.add_argument("--interval", type=int, default=90, help="seconds")
    ask.add_argument("--models", action="store_true", help="the real ones")
    ask.add_argument("--port", type=int, default=5440)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    flow = REAL if given.models else COUNTED
    size = Size(given.sources, given.batch, given.interval, flow)
    with tempfile.TemporaryDirectory(prefix="tidings-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            text = measure(folder, size, given.port)
        except BaseException:
            for log in folder.glob("*.log"):
                print(f"--- {log.name}", log.read_text("utf-8", "replace")[-1500:], sep="\n")
            raise
    print(text)
    if given.write:
        put("killed", text)


def measure(folder: Path, size: Size, port: int) -> str:
    with (
        Outlets(size.sources, datetime.now(UTC) - timedelta(hours=1)) as outlets,
        Installation(folder, outlets, port=port) as place,
    ):
        place.deploy(WORKERS, flow=size.flow, interval=size.interval)
        said("deployed")
        calm = undisturbed(place, size)
        place.use("disturbed")
        outlets.reset()
        done = disturbed(place, size)
        return page(size, calm, (place.outcome(), place.posts()), done)


# --- without and with kills -----------------------------------------------------------------

Outcome = tuple[Counter[tuple[str, ...]], Counter[str]]


def undisturbed(place: Installation, size: Size) -> Outcome:
    """Every batch in its turn."""
    begin(place, size)
    for number in range(1, 5):
        publish(place, size)
        finished(place, size, number)
    place.stop_workers()
    return place.outcome(), place.posts()


def disturbed(place: Installation, size: Size) -> list[Killed]:
    """The same, but something is killed while each is read and decided."""
    begin(place, size)
    found = [
        killed(place, size, 1, "a worker with its runs", lambda: busiest(place).kill()),
        killed(place, size, 2, "the Prefect server", place.server.kill),
        killed(place, size, 3, "PostgreSQL, of both", place.postgres.kill),
        killed_pending(place, size),
    ]
    until("the server", place.api.up, 300)
    return [replace(each, runs=each.runs or fates(place, each.at, size)) for each in found]


def begin(place: Installation, size: Size) -> None:
    """The silent first look."""
    place.start_workers(WORKERS)
    until("the first look", lambda: place.stored()[:2] == (size.sources, 0), 600)
    said("first look", place.stored())


def publish(place: Installation, size: Size) -> None:
    """Bring out a batch between two runs, so that one run lists all of it."""
    until("a moment between two runs", lambda: between(place, size), 12 * size.interval)
    place.outlets.publish(size.batch, datetime.now(UTC), timedelta(minutes=5))


def between(place: Installation, size: Size) -> bool:
    """Whether the runs of this interval are over, and the next ones some seconds away."""
    past = (datetime.now(UTC) - EPOCH).total_seconds() % size.interval
    if not 0.3 * size.interval < past < size.interval - 12:
        return False
    since = datetime.now(UTC) - timedelta(seconds=past + 15)
    fresh = [run for run in place.api.runs() if moment(run["expected_start_time"]) > since]
    return bool(fresh) and all(
        run["state_type"] in (*ENDED, "SCHEDULED") for run in fresh if run["auto_scheduled"]
    )


def finished(place: Installation, size: Size, batches: int) -> None:
    """Everything is read, decided and told."""
    wanted = (size.sources + batches * size.batch, 0, 0)
    until("everything told", lambda: place.stored() == wanted, 12 * size.interval)
    said("told", place.stored(), sum(place.posts().values()))


def killed(
    place: Installation, size: Size, number: int, what: str, kill: Callable[[], None]
) -> Killed:
    """Kill once articles are stored and not yet decided, and wait until all is told."""
    publish(place, size)
    until("an undecided article", lambda: place.stored()[1], 4 * size.interval)
    stored = place.stored()[0] - size.sources - (number - 1) * size.batch
    kill()
    at, began = datetime.now(UTC), time.monotonic()
    finished(place, size, number)
    found = Killed(what, f"{stored} of {size.batch}", at, time.monotonic() - began)
    said(found)
    return found


def killed_pending(place: Installation, size: Size) -> Killed:
    """Kill the server while a run is pending, and see whether the schedule goes on."""
    publish(place, size)
    waiting = until("a pending run", lambda: newest(place, "PENDING"), 4 * size.interval)
    place.server.kill()
    at, began = datetime.now(UTC), time.monotonic()
    finished(place, size, 4)
    took = time.monotonic() - began
    runs = goes_on(place, size, waiting["id"])
    found = Killed("the Prefect server, with a run pending", "none", at, took, runs)
    said(found)
    return found


def fates(place: Installation, at: datetime, size: Size) -> str:
    """What became of the runs that were at work at that time."""
    since = at - timedelta(seconds=1.5 * size.interval)
    states = Counter(
        run["state_name"]
        for run in place.api.runs()
        if run["start_time"]
        and since < moment(run["start_time"]) < at
        and (run["end_time"] is None or moment(run["end_time"]) > at)
    )
    return ", ".join(f"{number} {name}" for name, number in states.items())


def busiest(place: Installation) -> Part:
    """The worker that has most processes."""
    return max(place.workers, key=lambda worker: len(children(worker.process.pid)))


def newest(place: Installation, state: str) -> dict[str, Any] | None:
    """The last run that was due, of those in this state."""
    return next((run for run in place.api.runs() if run["state_type"] == state), None)


def goes_on(place: Installation, size: Size, run_id: str) -> str:
    """Two scheduled runs of each shard complete after the restart; what became of that run."""
    after = datetime.now(UTC)

    def done() -> bool:
        begun = Counter(
            run["deployment_id"]
            for run in place.api.runs()
            if run["state_type"] == "COMPLETED"
            and moment(run["start_time"]) > after
            and run["auto_scheduled"]
        )
        return len(begun) == WORKERS and min(begun.values()) >= 2

    until("two runs of each shard", done, 8 * size.interval)
    state = place.api.run(run_id)["state_name"]
    return f"the pending one {state}; after it two scheduled ones of each shard Completed"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def said(*what: object) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S}", *what, flush=True)


# --- the page -------------------------------------------------------------------------------


def page(size: Size, calm: Outcome, other: Outcome, done: list[Killed]) -> str:
    what = "the real models" if size.flow == REAL else "an encoder that counts words"
    lines = [
        (
            f"{WORKERS} workers, a Prefect server and PostgreSQL for both, with the commands, "
            "settings and deployments of `deploy/`, as processes of one machine; "
            f"{size.sources} outlets on as many hosts; a run of each shard every "
            f"{size.interval} s; {what}. {size.batch} articles come out between two runs. "
            "Once some of them are stored and none is told, one part is killed with SIGKILL. "
            f"What ends is started again after {RESTART_AFTER:.0f} s: the script does what "
            "`restart: unless-stopped` or systemd would."
        ),
        "",
        (
            "| killed | articles stored before | everything read, decided and told | intervals | "
            "the runs that were at work |"
        ),
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.what} | {each.stored} | {each.seconds:.0f} s later | "
        f"{each.seconds / size.interval:.1f} | {each.runs} |"
        for each in done
    ]
    return "\n".join([*lines, "", compared(calm, other)])


def compared(calm: Outcome, other: Outcome) -> str:
    """Both runs of the same news, in what was stored and in what was told."""

    def of(outcome: Outcome, kind: str, fields: int) -> Counter[tuple[str, ...]]:
        rows = (row for row in outcome[0].elements() if row[0] == kind)
        return Counter(row[1 : 1 + fields] for row in rows)

    pages = [of(each, "article", 1) for each in (calm, other)]
    verdicts = [of(each, "decision", 3) for each in (calm, other)]
    lost, more = pages[0] - pages[1], pages[1] - pages[0]
    otherwise = (verdicts[1] - verdicts[0]).total()
    unsent, extra = calm[1] - other[1], other[1] - calm[1]
    twice = sum(number - 1 for number in other[1].values())
    return (
        f"Against the same news undisturbed: {pages[1].total()} articles, "
        f"{lost.total()} lost, {more.total()} doubled; {verdicts[1].total()} decisions "
        f"({verdicts[0].total()} undisturbed), {otherwise} with another verdict; "
        f"{other[1].total()} messages in Slack ({calm[1].total()} undisturbed), {twice} sent "
        f"twice, {unsent.total()} missing, {extra.total()} others. Load "
        f"{os.getloadavg()[2]:.0f} on {os.cpu_count()} cores, shared with other work."
    )


if __name__ == "__main__":
    main()

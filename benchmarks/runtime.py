"""What a run costs through Prefect, against the same run by ``tidings run``.

::

    python -m benchmarks.runtime --write       # and its table into docs/runtime.md

The installation of :mod:`benchmarks.service`, outlets with nothing new, real settings; each
run is a process of its own, as Prefect's runners and workers start it. In turns, so that what
else the machine does falls on both. Needs two free ports (5450 and the next).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.growth_page import put
from benchmarks.service.installation import Installation
from benchmarks.service.outlets import Outlets
from benchmarks.service.parts import until
from benchmarks.service.prefect_api import ENDED
from monitors.leases import LASTS, RUN, holder_of
from monitors.store import open_store

SOURCES, TOPICS = 12, 3
PAGE = Path(__file__).parents[1] / "docs" / "runtime.md"
ENGINE = [sys.executable, "-m", "prefect.engine"]
TIDINGS = [sys.executable, "-c", "from monitors.cli import main; main()", "run", "--once"]

Spent = tuple[float, float, str]
"""Seconds of processors and on the clock, and the last line that was said."""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--times", type=int, default=7)
    ask.add_argument("--port", type=int, default=5450)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    opened = datetime.now(UTC) - timedelta(hours=1)
    with tempfile.TemporaryDirectory(prefix="tidings-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            Outlets(SOURCES, opened, watched=TOPICS) as outlets,
            Installation(folder, outlets, port=given.port) as place,
        ):
            text = measure(place, given.times)
    print(text)
    if given.write:
        put("runtime", text, PAGE)


def measure(place: Installation, times: int) -> str:
    (deployment,) = place.deploy(1)
    plain(place)  # the silent first look, and files in the system's cache
    through(place, deployment)
    asked = [f"o{n}" for n in range(SOURCES)]
    bare, under = [], []
    for _ in range(times):
        bare.append(plain(place, *[part for name in asked for part in ("--source", name)]))
        under.append(through(place, deployment, sources=asked)[0])
        print(bare[-1], under[-1], flush=True)
    left, refused, state = second(place, deployment)
    return page(bare, under, left, refused, state)


def plain(place: Installation, *arguments: str) -> Spent:
    """A pass by the command."""
    return spent([*TIDINGS, *arguments], place)


def through(
    place: Installation, deployment: str, **parameters: Any
) -> tuple[Spent, dict[str, Any]]:
    """A pass as a flow run, in a process as a runner starts it."""
    run_id = place.api.start(deployment, **parameters)
    took = spent(ENGINE, place, PREFECT__FLOW_RUN_ID=run_id)
    until("the end of the run", lambda: place.api.run(run_id)["state_type"] in ENDED)
    return took, place.api.run(run_id)


def second(place: Installation, deployment: str) -> tuple[Spent, Spent, dict[str, Any]]:
    """Both, while another run holds the lease: this process stands for it."""
    store = open_store(place.url)
    store.runs.acquire(RUN, holder_of("R-at-work"), datetime.now(UTC), LASTS)
    try:
        left, state = through(place, deployment)
        return left, plain(place), state
    finally:
        store.runs.release(RUN, holder_of("R-at-work"))
        store.close()


def spent(command: list[str], place: Installation, **variables: str) -> Spent:
    """Run a command in the workers' environment."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        command,
        cwd=place.folder,
        env=place.worker_environment("home") | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = (done.stdout + done.stderr).strip().splitlines()
    return used, wall, lines[-1] if lines else ""


def page(
    bare: list[Spent], under: list[Spent], left: Spent, refused: Spent, state: dict[str, Any]
) -> str:
    plain_cpu, plain_wall = (statistics.median(each[at] for each in bare) for at in (0, 1))
    cpu, wall = (statistics.median(each[at] for each in under) for at in (0, 1))
    begun, ended = (datetime.fromisoformat(state[name]) for name in ("start_time", "end_time"))
    both = refused[2].endswith(state["state"]["message"])
    said = "Both said" if both else f"The first said “{refused[2]}”, the second"
    lines = [
        (
            f"{SOURCES} sources with nothing new, {TOPICS} topics, PostgreSQL, medians of "
            f"{len(bare)} runs each, in turns; {os.cpu_count()} cores with a load of "
            f"{os.getloadavg()[1]:.0f}."
        ),
        "",
        "| measure | goal | processor time | on the clock, at that load |",
        "|---|---|---|---|",
        f"| a run, `tidings run` | | {plain_cpu:.1f} s | {plain_wall:.1f} s |",
        (
            f"| the same run in Prefect, as a process of its own | 2 s more | {cpu:.1f} s: "
            f"**{cpu - plain_cpu:.1f} s more** | {wall:.1f} s: {wall - plain_wall:.1f} s more |"
        ),
        (
            f"| `tidings run` while another run is at work | under 2 s, says why | "
            f"**{refused[0]:.1f} s**, the whole command | {refused[1]:.1f} s |"
        ),
        (
            f"| a run in Prefect while another is at work | under 2 s, says why | {left[0]:.1f} s "
            f"for its process, most of it imports | **{(ended - begun).total_seconds():.1f} s** "
            f"from Running to {state['state']['name']} |"
        ),
        "",
        f"{said}: “{state['state']['message']}”.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

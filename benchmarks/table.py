"""Measures what speed rests on, and writes ``docs/benchmarks.md``: ``make bench``.

``python -m benchmarks.table start growth`` measures these rows again and keeps the others.
Seconds are those of the processor where nothing else is said, so that a busy machine tells
the same; what counts are ratios of two things measured in turn in one run.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import backtest, encoding, growing, path, prompt, starting, stored

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "measured.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks-growth.svg"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    :param value: the median, and ``low`` and ``high`` its spread
    :param most: the goal: at most this; at least this where ``least``
    """

    measure: str
    value: float
    low: float
    high: float
    goal: float
    unit: str = "times"
    least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.goal if self.least else self.value <= self.goal


def row(measure: str, values: Iterable[float], goal: float, **more: object) -> Row:
    found = list(values)
    return Row(measure, statistics.median(found), min(found), max(found), goal, **more)


def start() -> list[Row]:
    rows = []
    for command, pairs in starting.measure().items():
        times = statistics.median(ours / python for ours, python in pairs)
        note = f"{times:.0f} times `python -c pass`"
        rows.append(
            row(f"start of `tidings {command}`", (a for a, _ in pairs), 0.3, unit="s", note=note)
        )
    return rows


def whole() -> list[Row]:
    rounds = path.rounds()
    parts = ", ".join(
        f"{step} {rounds[-1][step]:.1f}" for step in ("collect", "read", "understand", "decide")
    )
    note = f"{rounds[0]['articles']:.0f} articles; wall seconds of the last round: {parts}"
    return [
        row(
            "whole path against trafilatura and the encoders alone",
            (r["ratio"] for r in rounds),
            1.15,
            note=note,
        ),
    ]


def memory() -> list[Row]:
    """Of a process that ran once and did nothing else."""
    code = "from benchmarks import path; print(path.worker())"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    note = "parsing processes left out; the newsroom and the list of its texts are in it"
    measure = "memory of a worker after a run"
    return [row(measure, [int(found.split()[-1]) / 1e6], 700, unit="MB", note=note)]


def script() -> list[Row]:
    """As fast as the afternoon script?"""
    from benchmarks import against  # late: its model and torch are no part of a worker's memory

    rows = []
    for setting in against.SETTINGS:
        pairs = against.speed(setting)
        processor = statistics.median(t.processor / o.processor for o, t in pairs)
        ours, theirs = pairs[-1]
        note = (
            f"{ours.articles} articles; {ours.rate:.2f} against {theirs.rate:.2f} a second "
            f"in the last round; {processor:.2f} times by processor seconds"
        )
        measure = f"articles a second (wall) against the afternoon script: {setting.name}"
        ratios = (o.rate / t.rate for o, t in pairs)
        rows.append(row(measure, ratios, 4, least=True, note=note))
    return rows


def cores() -> list[Row]:
    """Do reading and understanding keep all cores busy?"""
    from benchmarks import busy

    found = [busy.measure() for _ in range(2)]
    last = found[-1]
    note = (
        f"{last.articles} articles, pages at once; {last.ours:.1f} of {last.cores} times "
        f"{last.wall:.1f} s in the last round, in which other programs took {last.others:.1f} s"
    )
    measure = "cores busy during read and understand"
    shares = (100 * one.share for one in found)
    return [row(measure, shares, 90, unit="%", least=True, note=note)]


def served() -> list[Row]:
    """And are readers served better?"""
    from benchmarks import against

    found = against.quality()
    ours = [one.tidings for one in found]
    note = "; ".join(f"{one.stream} {one.tidings:.2f} ({one.own:.2f})" for one in found)
    alike = statistics.mean(one.alike for one in found)
    note += (
        f". In brackets the script with the lines that are best on that very stream; with one "
        f"pair of lines for all its mean is {alike:.2f}. Tidings held out"
    )
    best = round(statistics.mean(one.own for one in found), 3)
    measure = "mean F1 over the labelled streams, against the afternoon script's"
    mean = statistics.mean(ours)
    return [Row(measure, mean, min(ours), max(ours), best, "", least=True, note=note)]


def kept() -> list[Row]:
    """Bytes that both databases keep of an article."""
    rows = []
    for name, one in stored.measure().items():
        largest = ", ".join(f"{table} {n / 1000:.1f}" for table, n in list(one.tables.items())[:5])
        note = (
            f"{one.articles} articles, {one.near} of them near a topic, with "
            f"{one.text / 1000:.1f} kB of text each; tables with texts and indices: {largest}"
        )
        measure = f"{name}: database an article, beside its text"
        rows.append(row(measure, [one.beside / 1000], 6, unit="kB", note=note))
    return rows


def soon() -> list[Row]:
    """From the page to the message in the outbox."""
    found = [arrival for arrival in prompt.measure() if arrival.queued]
    processor = statistics.median(arrival.processor for arrival in found)
    note = (
        f"{len(found)} runs over 12 sources that found one, each outlet a host of its own with "
        f"the usual spacing; {processor:.2f} s of processors"
    )
    measure = "page to queued message, warm (wall)"
    return [row(measure, (arrival.wall for arrival in found), 1, unit="s", note=note)]


def encoder() -> list[Row]:
    whole = "careful encoder against its package as shipped"
    rows = []
    for rounded, measure in ((False, whole), (True, f"{whole}, in 8 bits")):
        found = encoding.measure(rounded=rounded)
        note = f"least cosine {found['cosine']:.5f}"
        rows.append(row(measure, found["ratios"], 4, least=True, note=note))
    return rows


def growth() -> list[Row]:
    bare = path.rounds(1)[0]
    fixed = bare["bare"] / bare["articles"]
    sizes = growing.sizes(int(os.environ.get("TOLD", "1000000")))
    costs = {size: growing.cost(size) for size in sizes}
    small = statistics.median(costs[sizes[0]])
    rows = []
    for size, goal in ((sizes[2], 1.2), (sizes[4], 1.5)):
        measure = (
            f"an article with {size.topics:,} topics against {sizes[0].topics}"
            if size.topics != sizes[0].topics
            else f"an article after {size.told:,} told developments against {sizes[0].told:,}"
        )
        ratios = [
            (fixed + large) / (fixed + least)
            for large, least in zip(costs[size], costs[sizes[0]], strict=True)
        ]
        large = statistics.median(costs[size])
        note = (
            f"understand and decide {large * 1000:.0f} ms against {small * 1000:.0f} ms, "
            f"beside {fixed * 1000:.0f} ms of extraction and encoders"
        )
        rows.append(row(measure, ratios, goal, note=note))
    plot({(s.topics, s.told): statistics.median(c) * 1000 for s, c in costs.items()})
    return rows


def year() -> list[Row]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        found = backtest.measured(Path(folder), 10)
    seconds = found["a year of 1,000 a day, processor seconds"]
    note = f"from 10 days, {found['articles a processor second']:.0f} articles a second"
    return [row("backtest of a year, 1,000 articles a day", [seconds], 60, unit="s", note=note)]


MEASURES: dict[str, Callable[[], list[Row]]] = {
    "start": start,
    "path": whole,
    "memory": memory,
    "encoder": encoder,
    "growth": growth,
    "backtest": year,
    "script": script,
    "busy": cores,
    "served": served,
    "stored": kept,
    "soon": soon,
}


def plot(costs: dict[tuple[int, int], float]) -> None:
    """Cost against size, one line for topics and one for what was told."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "tidings"
    first = min(costs)
    figure, both = plt.subplots(1, 2, figsize=(7, 2.6), sharey=True)
    for axes, place, name in zip(both, (0, 1), ("topics", "told developments"), strict=True):
        other = 1 - place
        line = {size[place]: ms for size, ms in costs.items() if size[other] == first[other]}
        axes.plot(list(line), list(line.values()), marker="o", color="#3b6ea5")
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel(name)
        axes.spines[["top", "right"]].set_visible(False)
    both[0].set_ylabel("ms an article")
    figure.tight_layout()
    figure.savefig(PLOT, metadata={"Date": None})
    plt.close(figure)


def machine() -> str:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    busy = os.getloadavg()[1] / (os.cpu_count() or 1)
    return (
        f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, "
        f"{busy:.1f} processes a core wanting to run"
    )


def written(kept: dict[str, dict[str, object]]) -> str:
    head = (
        "Written by `make bench`. `python -m benchmarks.table NAME ...` measures single rows "
        f"again ({', '.join(MEASURES)}). Seconds are those of the processor; the spread is "
        "that of the rounds of one run."
    )
    lines = [
        "# Benchmarks",
        "",
        head,
        "",
        "| measure | found | spread | goal | reached | |",
        "|---|---|---|---|---|---|",
    ]
    for name in MEASURES:
        for fields in kept.get(name, {}).get("rows", []):
            found = Row(**fields)
            sign = "at least" if found.least else "at most"
            lines.append(
                f"| {found.measure} | {found.value:,.2f} {found.unit} | "
                f"{found.low:,.2f} to {found.high:,.2f} | {sign} {found.goal:g} | "
                f"{'yes' if found.reached else '**no**'} | {found.note} |"
            )
    lines += ["", "Measured on:", ""]
    lines += [f"- {name}: {kept[name]['machine']}, {kept[name]['at']}" for name in kept]
    if PLOT.exists():
        lines += ["", "What understanding and deciding cost an article, beside encoding:", ""]
        lines += [f"![Cost as topics and memory grow]({PLOT.name})"]
    notes = ROOT / "benchmarks" / "notes.md"
    if notes.exists():
        lines += ["", notes.read_text("utf-8").strip()]
    return "\n".join(lines) + "\n"


def main() -> None:
    names = sys.argv[1:] or list(MEASURES)
    for name in names:
        print(f"measuring {name} ...", flush=True)
        rows = [asdict(found) for found in MEASURES[name]()]
        kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
        at = datetime.now(UTC).strftime("%d %b %Y")
        kept[name] = {"rows": rows, "machine": machine(), "at": at}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        PAGE.write_text(written(kept), "utf-8")
    print(PAGE.read_text("utf-8"))


if __name__ == "__main__":
    main()

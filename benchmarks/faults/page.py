"""The counts as a page: ``docs/faults.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.faults.killing import ALERTS_A_RUN, AT_RANDOM, CONTROL
from benchmarks.faults.scripted import ALERTS, FAILURES

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_SCRIPTED = ("alerts", "failures", "lost", "doubled", "too_early")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

INTRO = """# What breaks while telling, and what comes of it

Counts from runs of `make faults`, which writes this page. *Lost*: stored, and not in the
channel at the end. *Doubled*: more than once in the channel. The Slack is the one of the demo
(`monitors/demo/localslack.py`), in a process of its own and over HTTP; time is a clock that
moves only in waits, but for time-outs.
"""


def page(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole page, for the databases that were measured."""
    missing = [name for kind, name in NAMES.items() if kind not in results]
    gap = [f"This run was on one database; not measured: {', '.join(missing)}.\n"] * bool(missing)
    return "\n".join(
        [INTRO, *gap, *_kills(results), *_scripted(results), *_codes(results), *_twice(results)]
    )


def _kills(results: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield "## kill -9\n"
    yield (
        f"A run stores and delivers {ALERTS_A_RUN} alerts and an edit, and its process kills "
        "itself at the point, at a call\ndrawn by lot; then the next run does the same again. The "
        f"last row kills from outside,\n{AT_RANDOM.split(',')[0]}. The points are in "
        "`benchmarks/faults/killing.py`.\n"
    )
    rows = []
    totals: dict[str, int] = {}
    for kind, found in results.items():
        for point, count in found["kills"].items():
            cells = [count[key] for key in ("runs", "kills", "alerts", "lost", "doubled")]
            rows.append([NAMES[kind], point, *cells, count["edits lost"]])
            for name, number in count.items():
                totals[name] = totals.get(name, 0) + number
    head = ["database", "killed", "runs", "kills", "alerts", "lost", "doubled", "edits lost"]
    yield _table(head, rows)
    yield (
        f"\nTogether: {totals['kills']:,} kills, {totals['alerts']:,} alerts, "
        f"{totals['lost']} lost, {totals['doubled']} doubled.\n"
    )
    yield (
        "Can the count see a repeat? The same again at one point "
        f"({CONTROL}), where the\napp may not read the channel's history. There each is sent "
        "again, marked as a possible repeat, as\n[operating.md](operating.md#the-outbox) says.\n"
    )
    head = ["database", "runs", "alerts", "lost", "doubled"]
    yield _table(
        head,
        [
            [NAMES[kind], *(found["control"]["no history"][key] for key in head[1:])]
            for kind, found in results.items()
        ],
    )


def _scripted(results: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield "\n## A Slack that fails\n"
    yield (
        f"{ALERTS} alerts in four channels; the first {FAILURES} posts fail so, then Slack is "
        "well. *Too early*: posts before\nthe wait that Slack asked for was over. The client "
        "waits 10 s for an answer; where answers are late,\nall runs twenty times as fast as "
        "the real clock.\n"
    )
    head = ["database", "answer", "alerts", "failures", "lost", "doubled", "too early"]
    yield _table(
        head,
        [
            [NAMES[kind], name, *(count[key] for key in _SCRIPTED)]
            for kind, found in results.items()
            for name, count in found["scripted"].items()
        ],
    )


def _codes(results: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield "\n## `ok: false`\n"
    yield (
        f"{ALERTS} alerts; Slack gives this code to the first two posts. Those that died of it "
        "are requeued, as a\nperson would once the cause is mended.\n"
    )
    rows = []
    first = next(iter(results.values()))
    for name in first["codes"]:
        counts = [found["codes"][name] for found in results.values()]
        sums = [sum(count[key] for count in counts) for key in ("alerts", "lost", "doubled")]
        became = "dead, requeued" if counts[0]["requeued"] else "sent by itself"
        rows.append([f"`{name}`", became, *sums])
    yield f"Sums over {' and '.join(NAMES[kind] for kind in results)}:\n"
    yield _table(["code", "what became of it", "alerts", "lost", "doubled"], rows)


def _twice(results: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield "\n## Two deliverers on one outbox\n"
    head = ["database", "alerts", "by the first", "by the second", "lost", "doubled"]
    yield _table(
        head,
        [
            [NAMES[kind], *(found["twice"]["two deliverers"][key] for key in head[1:])]
            for kind, found in results.items()
        ],
    )
    yield ""


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)

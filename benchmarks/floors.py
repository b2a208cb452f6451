"""The floors of quality: what was reached once is kept, or given up on purpose.

``floors.json`` has for each stream the F1 below which a change fails, and for each trap and
stream how many of its cases come out right. Floors rise with ``--raise``. They fall only
with ``--lower "reason"``, and the reason stays in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.traps import TRAPS, Sprung

FLOORS = Path(__file__).with_name("floors.json")

MARGIN = 0.03
"""A floor of F1 lies so much below what was reached: decisions near a line fall to the other
side when another processor rounds another way."""

SLACK = 1
"""For the same reason, so many cases of a trap may be worse than its floor."""


def load(path: Path = FLOORS) -> dict[str, Any]:
    """The floors; empty where none are pinned."""
    empty: dict[str, Any] = {"f1": {}, "traps": {}, "lowered": []}
    return empty | json.loads(path.read_text("utf-8")) if path.exists() else empty


def below(
    floors: Mapping[str, Any], f1: Mapping[str, float], traps: Iterable[Sprung]
) -> list[str]:
    """One line for each floor that is not reached; streams that were not run are left out.

    :param f1: by stream
    """
    found = [
        f"{stream}: F1 {value:.3f} is below its floor of {floors['f1'][stream]}"
        for stream, value in f1.items()
        if value < floors["f1"].get(stream, 0.0)
    ]
    rows = list(traps)
    for trap in TRAPS:
        right, floor = standing(floors, trap, rows)
        if right < floor - SLACK:
            found.append(f"trap '{trap}': {right} cases right, below its floor of {floor}")
    return found


def standing(floors: Mapping[str, Any], trap: str, rows: Iterable[Sprung]) -> tuple[int, int]:
    """How many cases of a trap came out right, and how many should; over the streams of rows."""
    mine = [row for row in rows if row.trap == trap]
    pinned = floors["traps"].get(trap, {})
    return sum(len(row.right) for row in mine), sum(pinned.get(row.stream, 0) for row in mine)


def pinned(
    floors: Mapping[str, Any],
    f1: Mapping[str, float],
    traps: Iterable[Sprung],
    *,
    reason: str = "",
) -> dict[str, Any]:
    """New floors, a little under what was reached now.

    :param reason: why floors may fall; without one each floor stays or rises
    """
    lowered: dict[str, list[float]] = {}

    def settle(name: str, old: float | None, new: float) -> float:
        if old is None or new >= old:
            return new
        if not reason:
            return old
        lowered[name] = [old, new]
        return new

    figures = dict(floors["f1"])
    for stream, value in f1.items():
        floor = round(value - MARGIN, 3)
        figures[stream] = settle(stream, figures.get(stream), floor)
    cases = {trap: dict(floors["traps"].get(trap, {})) for trap in TRAPS}
    for row in traps:
        mine = cases[row.trap]
        name = f"{row.trap}, {row.stream}"
        mine[row.stream] = int(settle(name, mine.get(row.stream), len(row.right)))
    told = [*floors["lowered"], *([{"reason": reason, "what": lowered}] if lowered else [])]
    return {"f1": figures, "traps": cases, "lowered": told}


def save(floors: Mapping[str, Any], path: Path = FLOORS) -> None:
    """Write the file, one trap a line."""
    traps = ",\n".join(
        f"  {json.dumps(trap)}: {json.dumps(counts)}" for trap, counts in floors["traps"].items()
    )
    lowered = ",\n".join(f"  {json.dumps(entry)}" for entry in floors["lowered"])
    text = (
        f'{{\n "f1": {json.dumps(floors["f1"])},\n "traps": {{\n{traps}\n }},\n'
        f' "lowered": [{f"{chr(10)}{lowered}{chr(10)} " if lowered else ""}]\n}}\n'
    )
    path.write_text(text, encoding="utf-8")

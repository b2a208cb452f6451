"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Limit = Annotated[int, typer.Option(help="At most so many rows.", min=1)]

_WHOLE = 14
_WIDE = 400


def as_json(value: Any) -> None:
    """Print ``value`` as JSON, UTF-8, times as ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; ``-`` where there are none."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        say(f"{title}: none yet")
        return
    terminal = console()
    shown = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    least = [
        _longest_word([column, *column_cells])
        for column, *column_cells in zip(columns, *cells, strict=True)
    ]
    # Words and ids stay whole where there is room; only URLs and the like are folded.
    room = sum(least) + 3 * len(least) <= terminal.width
    for column, width in zip(columns, least, strict=True):
        shown.add_column(column, overflow="fold", min_width=width if room else None)
    for row in cells:
        shown.add_row(*(escape(cell) for cell in row))
    terminal.print(shown, highlight=False)


def _longest_word(texts: Sequence[str]) -> int:
    return max((len(w) for w in " ".join(texts).split() if len(w) <= _WHOLE), default=1)


def say(text: str, style: str = "") -> None:
    """Print one line, however wide the terminal is: it can be searched and copied."""
    console().print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)


def console() -> Any:
    """The terminal; for a file or a pipe, one that is wide enough for every line."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def count(number: int, noun: str) -> str:
    """``1 source``, ``2 sources``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def pairs(rows: Mapping[str, object]) -> str:
    """``a 3, b 1``: counts in a cell."""
    return ", ".join(f"{name} {count}" for name, count in rows.items() if count)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%d %b %Y %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)

"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Limit = Annotated[int, typer.Option(help="At most so many rows.", min=1)]

_WIDE = 400
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def ready() -> None:
    """Let nothing that is printed fail for want of a character, or of a stream.

    Where the terminal knows no UTF-8, what it lacks is written by its number. A stream that
    the caller closed is None: what would go there goes nowhere.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper) and not _knows_all(stream):
            stream.reconfigure(errors="backslashreplace")


def stopped(error: OSError) -> str | None:
    """What to say where ``error`` ended the output: nothing where the reader had enough.

    :returns: None where it is about something else
    """
    if isinstance(error, BrokenPipeError):
        said = ""
    elif error.errno in _UNWRITABLE:
        said = f"writing failed: {error.strerror}. See that there is room, then call it again"
    else:
        return None
    # What is still buffered would fail again, with a traceback, as Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return said


def _knows_all(stream: Any) -> bool:
    return str(stream.encoding).lower().replace("_", "-").startswith(("utf-8", "utf8"))


def as_json(value: Any) -> None:
    """Print ``value`` as JSON, times as ISO 8601; in ASCII where UTF-8 cannot be written."""
    plain = not _knows_all(sys.stdout)
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, indent=2, default=_plain) + "\n")


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    styles: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Print rows as a table; ``-`` where there are none.

    :param styles: column to the styles of its values
    """
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        say(f"{title}: none yet")
        return
    terminal = console()
    shown = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    room = terminal.width - 3 * (len(columns) - 1)
    for column, width in zip(columns, _widths([columns, *cells], room), strict=True):
        shown.add_column(column, overflow="fold", width=width)
    for row in cells:
        shown.add_row(
            *(
                _styled(escape(cell), (styles or {}).get(column, {}).get(cell))
                for column, cell in zip(columns, row, strict=True)
            )
        )
    terminal.print(shown, highlight=False)


def _styled(cell: str, style: str | None) -> str:
    return f"[{style}]{cell}[/]" if style else cell


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Widths of the columns, made narrower from the widest on; words are broken last."""
    by_column = list(zip(*rows, strict=True))
    widths = [max(map(len, cells)) for cells in by_column]
    words = [max(map(len, " ".join(cells).split()), default=1) for cells in by_column]
    while sum(widths) > room and max(widths) > 1:
        spare = [at for at, width in enumerate(widths) if width > words[at]]
        widest = max(spare or range(len(widths)), key=lambda at: widths[at])
        widths[widest] -= 1
    return widths


def say(text: str, style: str = "") -> None:
    """Print one line, however wide the terminal is: it can be searched and copied."""
    console().print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """One line beside the output proper, which may be JSON: on standard error."""
    if sys.stderr is not None:  # a caller may have closed it
        sys.stderr.write(f"{text}\n")


def console() -> Any:
    """The terminal; for a file or a pipe, one that is wide enough for every line."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def count(number: int, noun: str, several: str = "") -> str:
    """``1 source``, ``2 sources``."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"


def pairs(rows: Mapping[str, object]) -> str:
    """``a 3, b 1``: counts in a cell."""
    return ", ".join(f"{name} {count}" for name, count in rows.items() if count)


def moment(value: datetime) -> str:
    """``18 Feb 2025 14:15``."""
    return value.strftime("%d %b %Y %H:%M")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return moment(value)
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

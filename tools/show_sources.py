"""Makes ``docs/sources.md``: ``tidings sources`` on the demo newsroom with failing sources.

    python tools/show_sources.py

Everything goes over HTTP on this machine; what is printed is printed by the code of the
command.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console

from monitors.cli import output
from monitors.cli.sources import show_one, show_table
from monitors.demo.troubles import Troubled, play
from monitors.report.condition import rows_of
from monitors.store import open_store

PAGE = Path(__file__).parents[1] / "docs" / "sources.md"
WIDTH = 140
SHOWN = ("volga-press", "capitol-ledger", "spreekurier", "dnipro-visnyk")
HEAD = """\
# Sources in trouble

What `tidings sources` prints for the demo newsroom after 30 hours in which one host died, one \
began to block, one became too slow, one lied about its ETag and one listed only its newest \
article. Each is a real server on an address of its own. Made by `python tools/show_sources.py`; \
what the states mean is in [operating.md](operating.md#the-health-of-sources).
"""


def main() -> None:
    """Play, print, write."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'troubles.db'}")
        store.migrate()
        try:
            PAGE.write_text(page(play(store)), encoding="utf-8")
        finally:
            store.close()


def page(world: Troubled) -> str:
    """The page."""
    rows = rows_of(world.store, world.watchlist.sources, world.now)
    parts = [HEAD, *_block("tidings sources", lambda: show_table(rows, world.now))]
    for row in rows:
        if row["id"] in SHOWN:
            parts += _block(f"tidings sources {row['id']}", lambda row=row: show_one(row))
    parts.append("## What the operators were told\n\nEach change once, in this order.\n")
    parts += [f"- **{headline}**: {lines[0]}" for headline, lines in world.told]
    total = sum(report.ledger.total.listed for report in world.reports)
    wrong = sum("does not add up" in line for r in world.reports for line in r.problems)
    parts.append(
        f"\n## The ledger\n\n{len(world.reports)} runs read {total} entries; "
        f"{wrong} accounts did not add up.\n"
    )
    # The ports differ from run to run.
    return re.sub(r"(127\.0\.0\.\d):\d+", r"\1:8801", "\n".join(parts))


def _block(command: str, show: object) -> list[str]:
    written = io.StringIO()
    console = output.console
    output.console = lambda: Console(file=written, width=WIDTH)
    try:
        show()  # type: ignore[operator]
    finally:
        output.console = console
    lines = (line.rstrip() for line in written.getvalue().splitlines())
    return ["```console", f"$ {command}", *lines, "```", ""]


if __name__ == "__main__":
    main()

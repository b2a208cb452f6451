"""``tidings maintain``: drop what retention no longer needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from monitors.cli import output
from monitors.cli.showing import opened


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(maintain)


def maintain(
    keep_days: Annotated[
        int, typer.Option(help="Days for which articles can still be explained.", min=1, max=36500)
    ] = 365,
    as_json: output.AsJson = False,
) -> None:
    """Drop vectors, reports, texts and entries that retention no longer needs."""
    from monitors.clock import SystemClock

    with opened() as (_, store):
        dropped = store.prune(SystemClock().now() - timedelta(days=keep_days))
    if as_json:
        output.as_json(dict(dropped))
        return
    output.say(f"dropped: {output.pairs(dropped) or 'nothing'}")

"""``tidings maintain``: drop what retention no longer needs, and learn from answers."""

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
    """Drop what retention no longer needs, and learn from what readers answered."""
    import asyncio

    from monitors.cli.learning import in_plain, tell
    from monitors.clock import SystemClock
    from monitors.lessons.running import learn_if_possible
    from monitors.opening import watchlist_of
    from monitors.report.weekly import tell_week

    with opened() as (settings, store):
        dropped = store.prune(SystemClock().now() - timedelta(days=keep_days))
    learnt = asyncio.run(learn_if_possible(settings))
    with opened() as (settings, store):
        card = tell_week(store, watchlist_of(settings).watchlist, SystemClock().now())
    if as_json:
        output.as_json({**dropped, "learnt": in_plain(learnt), "card": card})
        return
    output.say(f"dropped: {output.pairs(dropped) or 'nothing'}")
    tell(learnt)
    if card:
        output.say("the quality card of last week is queued for the operators")

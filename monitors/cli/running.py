"""``tidings run``: one pass, or a pass every so often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured, naming_a_new_database

if TYPE_CHECKING:
    from monitors.clock import Clock
    from monitors.runs import RunReport


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)


def run(
    once: Annotated[bool, typer.Option("--once", help="One pass, then stop (default).")] = False,
    every: Annotated[
        float, typer.Option(help="Repeat with so many minutes between passes.", min=0)
    ] = 0.0,
    as_of: Annotated[
        str, typer.Option(help="Pretend that it is this time, e.g. 2025-02-18T12:00Z.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide, but deliver nothing.")
    ] = False,
    source: Annotated[
        list[str] | None, typer.Option(help="Ask only this source (id), due or not.")
    ] = None,
    shard: Annotated[
        str,
        typer.Option(
            help="One of several workers: 2/4 asks the second quarter of the hosts.",
            envvar="TIDINGS_SHARD",
        ),
    ] = "",
    as_json: output.AsJson = False,
) -> None:
    """Ask the sources, decide what is new, tell it. What cron can call."""
    import asyncio
    import time

    from monitors.pipeline import refuse_blackout

    while True:
        report = asyncio.run(_pass(as_of, source or [], dry_run, shard))
        if as_json:
            output.as_json(report.as_json())
        else:
            show(report)
        if once or not every:
            refuse_blackout(report)
            return
        time.sleep(_pause(every * 60, shard))


def _pause(seconds: float, shard: str) -> float:
    """Until the next pass; workers all begin at multiples of the interval, without asking."""
    if not shard:
        return seconds
    from monitors.clock import SystemClock

    return seconds - SystemClock().now().timestamp() % seconds


async def _pass(as_of: str, only: list[str], dry: bool, shard: str) -> RunReport:
    from monitors import pipeline
    from monitors.shards import shard_of
    from monitors.wiring import open_desk

    part, settings = shard_of(shard), configured()
    with naming_a_new_database(settings):
        async with open_desk(settings, clock=clock_at(as_of), shard=part) as desk:
            known = [source.id for source in desk.watchlist.sources]
            if wrong := sorted(set(only) - set(known)):
                raise typer.BadParameter(
                    f"{', '.join(map(repr, wrong))}: no such source; known are {', '.join(known)}",
                    param_hint="--source",
                )
            return await pipeline.run(desk, only, dry=dry)


def clock_at(as_of: str) -> Clock | None:
    """The clock that ``--as-of`` asks for; None where it says nothing."""
    if not as_of:
        return None
    from datetime import UTC, datetime

    from monitors.clock import FixedClock

    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise typer.BadParameter(
            f"{as_of!r} is no time; write it like 2025-02-18T12:00Z", param_hint="--as-of"
        ) from error
    return FixedClock(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def show(report: RunReport) -> None:
    """The report of a run, for people."""
    from monitors.ledger import in_words

    output.say(report.headline(), "bold red" if report.blackout else "bold")
    asked = output.count(report.polled, "source")
    output.say(f"  {asked} asked, {report.not_modified} unchanged")
    total = report.ledger.total
    output.say(f"  entries: {in_words(total)}")
    if total.bare:
        output.say(f"  judged by title and summary: {output.pairs(total.bare)}")
    if report.reasons:
        output.say(f"  decisions: {output.pairs(report.reasons)}")
    if report.judge:
        output.say(f"  borderline, put to the judge: {output.pairs(report.judge)}")
    if report.screened_out:
        out = report.screened_out
        output.say(f"  {output.count(out, 'article')} near no topic at all")
    for row in report.alerts:
        output.say(f"  alert · {row['topic']} · {row['headline']} ({row['source']})", "green")
    for row in report.held:
        output.say(f"  held back · {row['topic']} · {row['headline']}: {row['why']}", "yellow")
    for line in report.lessons:
        output.say(f"  learnt · {line}", "cyan")
    if report.delivered:
        output.say(f"  delivery: {output.pairs(report.delivered)}")
    for change in report.changes:
        if change["was"] != "unknown" or change["is"] != "healthy":
            output.say(f"  {change['source']} is {change['is']}: {change['why']}", "magenta")
    if report.left:
        output.say(f"  deciding and telling are left to {report.left}")
    for line in report.failures.values():
        output.say(f"  source failed · {line}", "red")
    for line in report.looked_back:
        output.say(f"  looked back · {line}", "cyan")
    for line in report.problems[:20]:
        output.say(f"  note · {line}", "dim")
    if len(report.problems) > 20:
        output.say(f"  and {len(report.problems) - 20} more notes: tidings run --json", "dim")
    seconds = ", ".join(f"{name} {spent:.1f} s" for name, spent in report.seconds.items())
    output.say(f"  {seconds}", "dim")

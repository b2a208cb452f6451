"""``tidings reembed``: what a change of a model asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured

if TYPE_CHECKING:
    from monitors.reembedding import Reembedding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reembed)


def reembed(
    to: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="Prepare for this model before it is set. Default: TIDINGS_READER_MODEL.",
        ),
    ] = "",
    days: Annotated[
        int,
        typer.Option(help="Encode the stored articles of so many days, too.", min=0, max=3660),
    ] = 30,
    as_of: Annotated[
        str, typer.Option(help="Pretend that it is this time, e.g. 2025-02-18T12:00Z.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """Encode anew what topics remember, and stored articles, where a model changes.

    May be interrupted and called again: it goes on where it was. Runs may go on meanwhile.
    """
    import asyncio
    from dataclasses import asdict

    settings = configured()
    model = to or settings.reader_model
    ahead = model != settings.reader_model
    done = asyncio.run(_reembed(model, days, as_of, dry_run, switch=not ahead))
    if as_json:
        output.as_json(asdict(done) | {"reports": done.reports, "in_force": not ahead})
    elif dry_run:
        _count(done)
    else:
        _tell(done, model if ahead else "")


async def _reembed(
    model: str, days: int, as_of: str, dry_run: bool, *, switch: bool
) -> Reembedding:
    from monitors import reembedding
    from monitors.cli.running import clock_at
    from monitors.cli.trying import bars
    from monitors.wiring import open_desk

    settings = configured().model_copy(update={"reader_model": model})
    async with open_desk(settings, clock=clock_at(as_of)) as desk:
        if dry_run:
            return reembedding.look(desk)
        with bars() as progress:
            return reembedding.run(desk, days, progress, switch=switch)


def _count(done: Reembedding) -> None:
    if not done.reports:
        output.say(f"{done.model_id}: all that topics remember is by this model")
        return
    rows = [(topic_id, str(count)) for topic_id, count in done.topics.items()]
    output.table("By another model", ("topic", "reports"), rows)
    texts = output.count(done.texts, "text")
    output.say(f"{texts} to encode with {done.model_id}, {done.ready} of them encoded already")


def _tell(done: Reembedding, ahead: str) -> None:
    """What was done.

    :param ahead: the model that it was done for, where that is not in force yet
    """
    fresh = done.texts - done.ready
    output.say(
        f"{done.model_id}: {output.count(fresh, 'remembered text')} encoded "
        f"({done.ready} were already), {output.count(done.articles, 'stored article')} looked at"
    )
    if ahead:
        output.say(
            f"Set TIDINGS_READER_MODEL={ahead} when you like: the next run gives "
            f"{output.count(done.reports, 'remembered report')} other vectors, in seconds"
        )
    elif done.left:
        output.say(f"{done.left} decides: the next run gives the reports their new vectors")
    else:
        output.say(f"{output.count(done.changed, 'report')} changed over to {done.model_id}")

"""``tidings calibrate``: make another model usable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(calibrate)


def calibrate(
    model: Annotated[str, typer.Argument(help="Name or path that sentence-transformers loads.")],
    streams: Annotated[list[Path], typer.Argument(help="Two labelled streams or more.")],
    archive: Annotated[
        list[Path] | None,
        typer.Option(help="A labelled stream without times: teaches which articles are the same."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to. Default: TIDINGS_CALIBRATIONS.")
    ] = None,
) -> None:
    """Learn the numbers that decisions rest on, for a careful model of your own.

    Afterwards set TIDINGS_READER_MODEL to its name.
    """
    from monitors.learning.calibrating import Material, calibrate

    settings = configured()
    folder = out or settings.calibrations
    material = Material(streams=streams, archives=archive or [])
    cache = folder / "vectors.db"
    written = calibrate(model, settings.screen_model, material, cache, folder, output.say)
    output.say(f"written: {written}. Set TIDINGS_READER_MODEL={model} to use it")

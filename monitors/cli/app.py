"""The commands, and what they share: settings, errors as one line, exit codes."""

from __future__ import annotations

import logging
import sys
from typing import NoReturn

import typer

from monitors.cli import (
    asking,
    backtesting,
    calibrating,
    checking,
    drafting,
    guarding,
    keeping,
    labelling,
    learning,
    listening,
    measuring,
    moving,
    outbox,
    output,
    previewing,
    reembedding,
    reporting,
    running,
    showing,
    sources,
    starting,
    trying,
)
from monitors.errors import ConfigError, TidingsError

app = typer.Typer(
    name="tidings",
    help="Watches the news and tells a Slack channel, once, what is significant and new.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for module in (
    running,
    starting,
    checking,
    showing,
    outbox,
    sources,
    asking,
    backtesting,
    labelling,
    learning,
    previewing,
    listening,
    measuring,
    reporting,
    keeping,
    guarding,
    moving,
    reembedding,
    trying,
    calibrating,
    drafting,
):
    module.register(app)


def main() -> NoReturn:
    """Run a command; errors of ours become one line on standard error."""
    output.ready()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        try:
            app(prog_name="tidings")
        finally:
            # What is still buffered fails here, where it can be said, and not as Python ends.
            sys.stdout.flush()
    except ConfigError as error:
        _fail(error, 2)
    except TidingsError as error:
        _fail(error, 1)
    except OSError as error:
        said = output.stopped(error)
        if said is None:
            raise
        if said:
            sys.stderr.write(f"tidings: {said}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


def _fail(error: TidingsError, code: int) -> NoReturn:
    line = " ".join(str(error).split())
    sys.stderr.write(f"tidings: {line}\n")
    sys.exit(code)

"""``tidings listen``: the buttons below messages, without Prefect."""

from __future__ import annotations

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(listen)


def listen() -> None:
    """Listen to the buttons below messages until stopped with Ctrl-C. make run does it too."""
    import threading

    from monitors.listening import listening

    settings = configured()
    with listening(settings, output.say) as buttons:
        if not buttons:
            raise SettingsError(
                "SLACK_APP_TOKEN",
                "buttons need it, and SLACK_BOT_TOKEN",
                "Make an app-level token (xapp-...) with the scope connections:write; "
                "see docs/operating.md, Buttons",
            )
        threading.Event().wait()

"""``tidings watchdog``: whether runs succeed, told from outside of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured

if TYPE_CHECKING:
    from monitors.watchdog import Finding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watchdog)


def watchdog(
    every: Annotated[float, typer.Option(help="Minutes between two runs.", min=1, max=1440)] = 15,
    as_json: output.AsJson = False,
) -> None:
    """Tell the operators, once, when no run has succeeded for three intervals. For cron.

    It needs neither Prefect nor the database, and tells once when runs succeed again.
    """
    from monitors.watchdog import look

    finding = look(configured(), timedelta(minutes=every))
    if as_json:
        output.as_json(_plain(finding))
    elif finding is None:
        output.say("another watchdog looks just now")
    else:
        _show(finding)
    if finding is not None and finding.since is not None:
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    known = finding.known
    heard = (
        f"the last run that succeeded was over at {output.moment(known.succeeded_at)} UTC"
        if known.succeeded_at
        else "no run is known to have succeeded yet"
    )
    style = "bold red" if finding.since is not None else ""
    output.say(heard, style)
    if finding.alert is not None:
        where = f"told in {known.channel}" if known.channel else "`operators_channel` is not set"
        output.say(f"{finding.alert.headline} ({where})", style)
        for line in () if known.channel else finding.alert.body:
            output.say(f"  {line}")
    elif finding.since is not None:
        output.say("the operators know")


def _plain(finding: Finding | None) -> dict[str, object]:
    if finding is None:
        return {"looked": False}
    alert = finding.alert
    return {
        "looked": True,
        "succeeded_at": finding.known.succeeded_at,
        "silent_since": finding.since,
        "told_now": alert.headline if alert else None,
        "channel": finding.known.channel or None,
    }

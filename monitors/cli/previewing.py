"""``tidings preview``: messages as they look, in the terminal, as JSON, as a page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.errors import ConfigError, TidingsError

if TYPE_CHECKING:
    from monitors.alerts.preview import Shown


class Themes(StrEnum):
    """What the page shows."""

    LIGHT = "light"
    DARK = "dark"
    BOTH = "both"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(preview)


def preview(
    what: Annotated[
        str,
        typer.Argument(
            help="A message (number), story (S-...) or article (A-...). None: samples."
        ),
    ] = "",
    html: Annotated[Path | None, typer.Option(help="Write a page that looks like Slack.")] = None,
    theme: Annotated[Themes, typer.Option(help="Light, dark or both, for --html.")] = Themes.BOTH,
    as_json: Annotated[bool, typer.Option("--json", help="Print Block Kit JSON.")] = False,
) -> None:
    """Show messages as they look in Slack: in the terminal, as Block Kit JSON or as a page."""
    from monitors.alerts.samples import samples

    shown = _stored(what) if what else samples()
    if html is not None:
        _write(html, shown, theme)
    if as_json:
        output.as_json([_plain(item) for item in shown])
    elif html is None:
        draw(shown)


def _stored(what: str) -> list[Shown]:
    from monitors.alerts.answering import decorator
    from monitors.alerts.preview import one, thread
    from monitors.opening import opened_store

    settings = configured()
    with opened_store(settings) as store:
        decorate = decorator(store.outbox, store.answers) if settings.slack_app_token else None
        if what.isdecimal() or what.startswith("A-"):
            rows = [
                row
                for row in reversed(store.outbox.rows(limit=10_000))
                if what in (str(row.id), row.alert.article_id)
            ]
            shown = [one(row, decorate, settings.report_url) for row in rows]
        else:
            shown = thread(store.outbox, what, decorate, settings.report_url)
    if not shown:
        raise TidingsError(
            what,
            "there is no such message",
            "tidings outbox lists numbers, tidings explain names stories",
        )
    return shown


def _write(path: Path, shown: list[Shown], theme: Themes) -> None:
    from monitors.alerts.html import Theme
    from monitors.alerts.preview import page

    themes: tuple[Theme, ...] = ("light", "dark")
    if theme is Themes.LIGHT:
        themes = ("light",)
    elif theme is Themes.DARK:
        themes = ("dark",)
    try:
        path.write_text(page(shown, themes), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            str(path), f"it cannot be written: {error.strerror}", "Name another file"
        ) from None
    output.note(f"{path} written")


def draw(shown: list[Shown]) -> None:
    """Print messages as they look in Slack, threads in order."""
    from dataclasses import replace

    from monitors.alerts.notify import ConsoleNotifier

    notifier = ConsoleNotifier(output.console())
    parents: dict[tuple[str, ...], str] = {}
    for item in shown:
        message = replace(item.message, channel=item.channel)
        if message.thread_ts is not None:
            message = replace(message, thread_ts=parents.get(item.alert.story_ids, "unknown"))
        receipt = notifier.send(message)
        parents.setdefault(item.alert.story_ids, receipt.ts)


def _plain(item: Shown) -> dict[str, object]:
    return {
        "channel": item.channel,
        "reply": item.message.thread_ts is not None,
        "edited": item.edited,
        "text": item.message.text,
        "blocks": list(item.message.blocks),
    }

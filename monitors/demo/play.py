"""The demo: two months of news pass in minutes, over HTTP, to a local Slack.

Everything is real but the world: the newsroom and Slack are servers on this machine, and the
clock jumps from tick to tick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from monitors.alerts.notify import ConsoleNotifier
from monitors.clock import Clock, FixedClock, SystemClock
from monitors.demo.clock import RunningClock, hurried
from monitors.demo.localslack import LocalSlack
from monitors.demo.server import NewsroomServer
from monitors.demo.watching import newsroom_watchlist
from monitors.errors import ConfigError
from monitors.model import Decision, DeliveryState, Message, Verdict
from monitors.opening import opened_store
from monitors.settings import Settings, load_settings
from monitors.streams import LabelledStream, load_stream
from monitors.wiring import open_desk

TICK = timedelta(hours=48)
"""Between two looks at the sources; a real installation looks every 15 minutes."""

LOOKS = "2d"
"""The same for the watch list: else each look would come after a long pause."""


@dataclass
class World:
    """The demo's newsroom, Slack, clock and settings."""

    stream: LabelledStream
    clock: FixedClock
    newsroom: NewsroomServer
    slack: LocalSlack
    settings: Settings
    console: Console


Run = Callable[[World], Awaitable[str]]
"""One pass at the time of the world's clock; returns the run's headline."""


@contextmanager
def opened_world(folder: Path, port: int, stream: LabelledStream | None = None) -> Iterator[World]:
    """Start newsroom and Slack; settings name them.

    :param folder: keeps database and watch list, so that a second demo knows what was told
    :param port: a fixed one, so that the articles keep their addresses
    :param stream: what is published; the demo's own where None
    """
    stream = stream or load_stream(newsroom_folder())
    clock = FixedClock(_start(stream))
    channels = [topic.id for topic in stream.topics]
    folder.mkdir(parents=True, exist_ok=True)
    with (
        _newsroom(stream, clock, port) as newsroom,
        LocalSlack(channels, clock=clock, rate_limit=False) as slack,
    ):
        settings = _settings(stream, newsroom, slack, folder)
        yield World(stream, clock, newsroom, slack, settings, Console(highlight=False))


def newsroom_folder() -> Path:
    """The labelled stream that the demo serves."""
    return Path(str(resources.files("monitors.demo").joinpath("newsroom")))


async def play(world: World, run: Run) -> None:
    """Let time pass tick by tick; show each message as Slack would, then a summary."""
    screen = _Mirror(world)
    for moment in ticks(world.stream):
        world.clock.set(moment)
        headline = await run(world)
        world.console.print(f"[dim]{moment:%a %d %b %Y %H:%M}  {headline}[/dim]")
        screen.show_new()
    summarise(world, screen.shown)


def ticks(stream: LabelledStream) -> list[datetime]:
    """The times at which the demo looks: every other day, where something was published."""
    moments = [_start(stream)]
    last = stream.articles[-1].published
    published = [article.published for article in stream.articles]
    while moments[-1] <= last:
        following = moments[-1] + TICK
        while not any(moments[-1] < at <= following for at in published):
            following += TICK
        moments.append(following)
    return moments


async def plain_run(world: World) -> str:
    """One pass without Prefect."""
    from monitors import pipeline

    async with open_desk(world.settings, clock=world.clock) as desk:
        report = await pipeline.run(desk, [source.id for source in desk.watchlist.sources])
        return report.headline()


def summarise(world: World, shown: int) -> None:
    """What was read, told and held back, and where to look next."""
    with opened_store(world.settings) as store:
        overview = store.sources.overview()
        verdicts = {
            verdict: store.decisions.decisions(verdicts=[verdict.value], limit=10_000)
            for verdict in Verdict
        }
        reasons: dict[str, int] = {}
        for decisions in verdicts.values():
            for decision in decisions:
                reasons[decision.reason.value] = reasons.get(decision.reason.value, 0) + 1
        outbox = store.outbox.counts()
    articles = sum(row["articles"] for row in overview)
    table = Table(title="Summary", title_justify="left", show_header=False, box=None)
    table.add_row("articles read", str(articles))
    table.add_row("alerts", f"{len(verdicts[Verdict.ALERT])}, {shown} messages now")
    table.add_row("added silently to stories", str(len(verdicts[Verdict.UPDATE])))
    table.add_row("held back for the digest", str(len(verdicts[Verdict.DIGEST])))
    counted = sorted(reasons.items(), key=lambda pair: -pair[1])
    table.add_row("reasons", ", ".join(f"{reason} {count}" for reason, count in counted))
    sent = outbox.get(DeliveryState.SENT, 0)
    waiting = sum(outbox.values()) - sent
    table.add_row("outbox", f"{sent} sent, {waiting} waiting or undeliverable")
    world.console.print(table)
    if not shown:
        world.console.print(
            "Nothing was sent: all of it was told by an earlier demo. "
            "Remove var/demo to begin again.",
            style="bold",
        )
    _show_next_steps(world, verdicts[Verdict.ALERT])


def _show_next_steps(world: World, told: list[Decision]) -> None:
    """Commands to paste, with the demo's database, and one of its articles."""
    place = Path(sys.executable).with_name("tidings")
    program = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
    world.console.print("Where to look next:", style="bold")
    world.console.print(
        f"  export TIDINGS_WATCH={world.settings.watch} "
        f"TIDINGS_DATABASE_URL={world.settings.database_url}",
        soft_wrap=True,
    )
    example = [f"explain {told[0].article_id}"] if told else []
    for command in ("alerts", "alerts --held", "sources", "outbox", *example):
        world.console.print(f"  {program} {command}", soft_wrap=True)


def serve(folder: Path, port: int, day_seconds: float) -> None:
    """Serve newsroom and Slack with time passing quickly, for ``make run`` beside it."""
    import time

    clock = SystemClock()
    written = load_stream(newsroom_folder())
    speed = 86_400 / day_seconds
    # The services beside it know no other time than this machine's.
    stream = hurried(written, _start(written), clock.now(), speed)
    told = RunningClock(_start(written), speed)
    folder.mkdir(parents=True, exist_ok=True)
    channels = [topic.id for topic in stream.topics]
    console = Console(highlight=False)
    with _newsroom(stream, clock, port) as newsroom, LocalSlack(channels) as slack:
        _settings(stream, newsroom, slack, folder, every="1m")
        console.print(f"newsroom  {newsroom.base_url}\nSlack     {slack.url}", soft_wrap=True)
        console.print("In another terminal:")
        console.print(
            f"  TIDINGS_WATCH={folder / 'watch.yaml'} TIDINGS_ALLOW_HOSTS=127.0.0.1 "
            f"SLACK_BOT_TOKEN={slack.token} SLACK_API_URL={slack.api_url} make run",
            soft_wrap=True,
        )
        while True:
            console.print(f"[dim]{told.now():%a %d %b %Y %H:%M} in the newsroom[/dim]")
            time.sleep(30)


def environment_of(settings: Settings) -> dict[str, str]:
    """``settings`` as the environment of another process or flow."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    return {
        "TIDINGS_WATCH": str(settings.watch),
        "TIDINGS_DATABASE_URL": settings.database_url,
        "TIDINGS_ALLOW_HOSTS": ",".join(settings.allow_hosts),
        "TIDINGS_HOST_SPACING": str(settings.host_spacing),
        "TIDINGS_MESSAGE_SPACING": str(settings.message_spacing),
        "SLACK_BOT_TOKEN": token,
        "SLACK_API_URL": settings.slack_api_url,
    }


def _start(stream: LabelledStream) -> datetime:
    """Two days after the stream begins: what came before is the silent first look."""
    first = stream.articles[0].published
    return first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)


def _newsroom(stream: LabelledStream, clock: Clock, port: int) -> NewsroomServer:
    try:
        return NewsroomServer(stream, clock, port=port)
    except OSError as error:
        raise ConfigError(
            f"port {port}",
            "is in use by another program",
            f"Name another one: make demo PORT={port + 2}, or tidings demo --port {port + 2}. "
            "Articles keep their addresses only on the same port",
        ) from error


def _settings(
    stream: LabelledStream,
    newsroom: NewsroomServer,
    slack: LocalSlack,
    folder: Path,
    every: str = LOOKS,
) -> Settings:
    watch = folder / "watch.yaml"
    watch.write_text(newsroom_watchlist(stream, newsroom.base_url, every), encoding="utf-8")
    changes: dict[str, Any] = {
        "watch": watch,
        "database_url": f"sqlite:///{folder / 'tidings.db'}",
        "allow_hosts": ("127.0.0.1",),
        "host_spacing": 0.0,
        "message_spacing": 0.0,
        "slack_bot_token": slack.token,
        "slack_api_url": slack.api_url,
    }
    known = load_settings()
    kept = {"reader_model": known.reader_model, "screen_model": known.screen_model}
    return Settings(**(changes | kept))


class _Mirror:
    """Shows in the terminal what the local Slack received."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._console = ConsoleNotifier(world.console, world.clock)
        self._seen = 0
        self._own: dict[str, str] = {}
        self.shown = 0

    def show_new(self) -> None:
        """Print messages and edits that came since the last call."""
        requests = self._world.slack.requests
        for request in requests[self._seen :]:
            if request.method in ("chat.postMessage", "chat.update"):
                self._show(request.method, dict(request.body))
        self._seen = len(requests)

    def _show(self, method: str, body: dict[str, Any]) -> None:
        thread, changed = body.get("thread_ts"), body.get("ts")
        key = body.get("metadata", {}).get("event_payload", {}).get("alert_key", "")
        message = Message(
            alert_key=key,
            channel=str(body.get("channel", "")),
            text=str(body.get("text", "")),
            blocks=tuple(body.get("blocks") or ()),
            thread_ts=self._own.get(thread, thread) if thread else None,
            edits=self._own.get(changed, changed) if changed else None,
        )
        receipt = self._console.send(message)
        self.shown += method == "chat.postMessage"
        posted = next((m for m in reversed(self._world.slack.messages) if _key_of(m) == key), None)
        if posted is not None:
            self._own[str(posted["ts"])] = receipt.ts


def _key_of(message: dict[str, Any]) -> str:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("alert_key", ""))


def set_environment(settings: Settings) -> None:
    """Make ``settings`` those of this process, for flows that read them from there."""
    os.environ.update(environment_of(settings))

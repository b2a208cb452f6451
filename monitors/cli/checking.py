"""``tidings check | doctor``: find out what is wrong before it matters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output, proposing
from monitors.cli.checkingslack import slack
from monitors.cli.configured import configured
from monitors.cli.findings import attempt, tell
from monitors.redact import redact

if TYPE_CHECKING:
    from monitors.clock import Clock
    from monitors.model import Source, Watchlist
    from monitors.ports import Fetcher
    from monitors.settings import Settings
    from monitors.sources.discover import Proposal


STALE = timedelta(days=60)
"""The newest entry of a source is older: it may have been given up for another address."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (check, doctor):
        app.command()(command)


def check(
    site: Annotated[str, typer.Argument(help="Only look what of this site can be watched.")] = "",
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask sources or Slack.")
    ] = False,
) -> None:
    """Find what is wrong in watch.yaml, .env, database, Slack and sources. Changes nothing.

    A source whose address is a site's is asked for its feeds; the mended line is shown.
    """
    import asyncio

    if site:
        if not asyncio.run(_look_at(configured(), site)):
            raise typer.Exit(1)
        return
    settings, watchlist = _written()
    good = _database(settings)
    if not offline:
        good &= slack(settings, watchlist)
        good &= asyncio.run(_ask_sources(settings, watchlist.sources))
        good &= not settings.report_url or attempt("report", lambda: _report(settings))
    if not good:
        raise typer.Exit(1)


def _written() -> tuple[Settings, Watchlist]:
    """What is written in ``.env`` and the watch list; every mistake is shown, and ends it."""
    import os

    from monitors.envfile import mistakes, notes
    from monitors.watchlist import load_watchlist, problems
    from monitors.watchlist.schema import FILE_NAME, text

    env_file = Path(".env")
    of_env = mistakes(env_file, os.environ)
    settings = None if of_env else configured()
    watch = settings.watch if settings else Path(os.environ.get("TIDINGS_WATCH") or "watch.yaml")
    of_list = problems(watch)
    for mistake in (*of_env, *of_list):
        tell(False, str(mistake), mistake.mended)
    if settings is None or of_list:
        count = len(of_env) + len(of_list)
        output.say(f"{output.count(count, 'mistake')} to mend", "bold red")
        if settings is not None:
            _say_what_runs_use(settings)
        raise typer.Exit(2)
    watchlist = load_watchlist(watch)
    sources = output.count(len(watchlist.sources), "source")
    topics = output.count(len(watchlist.topics), "topic")
    tell(True, f"{watch}: {sources}, {topics}")
    for line in notes(env_file):
        output.say(f"note {line}", "yellow")
    schema = (watch if watch.is_dir() else watch.parent) / FILE_NAME
    if schema.exists() and schema.read_text("utf-8", errors="replace") != text():
        output.say(f"note {schema} is of another version of Tidings: tidings schema", "yellow")
    return settings, watchlist


def _say_what_runs_use(settings: Settings) -> None:
    from monitors.opening import kept_in
    from monitors.watchlist.keeping import kept

    last = kept(settings.watch, kept_in(settings))
    if last is not None:
        output.say(f"Until then runs use the list of {last.at:%d %b %Y %H:%M} UTC ({last.digest})")


def _watch_list(settings: Settings) -> bool:
    """Whether what is written is in force; what runs use where it is not."""
    from monitors.errors import WatchlistError
    from monitors.watchlist import load_watchlist

    try:
        found = load_watchlist(settings.watch)
    except WatchlistError as error:
        tell(False, f"watch list: {error}", error.mended)
        _say_what_runs_use(settings)
        return False
    sources = output.count(len(found.sources), "source")
    topics = output.count(len(found.topics), "topic")
    tell(True, f"watch list: {settings.watch}, {sources}, {topics}")
    return True


def doctor() -> None:
    """Look at the installation: versions, models, database, last run, what waits."""
    import platform
    from importlib.metadata import version

    settings = configured()
    names = ("tidings", "prefect", "sentence-transformers", "torch", "httpx", "trafilatura")
    shown = ", ".join(f"{name} {version(name)}" for name in names)
    tell(True, f"Python {platform.python_version()}; {shown}")
    stored = _database(settings)
    good = _watch_list(settings)
    good &= attempt("models", lambda: _models(settings))
    good &= slack(settings)
    good &= attempt("judge", lambda: _judge(settings))
    good &= stored and attempt("last run", lambda: _last_run(settings))
    if not good:
        raise typer.Exit(1)


def _database(settings: Settings) -> bool:
    def work() -> str:
        from monitors.opening import existing_store
        from monitors.store.engine import sqlite_file

        with existing_store(settings) as store:
            if store is None:
                return f"will be created at {sqlite_file(settings.database_url)}"
            schema = store.schema()
            if schema.current is None:
                return "is empty; the first run makes its tables"
            if not schema.up_to_date:
                return f"schema {schema.current}; the next run brings it to {schema.head}"
            counts = {state.value: n for state, n in store.outbox.counts().items()}
        return f"schema up to date; outbox {output.pairs(counts) or 'empty'}"

    return attempt("database", work)


def _report(settings: Settings) -> str:
    import asyncio

    from monitors.cli.served import served

    async def look() -> str:
        async with _fetching(settings) as (fetcher, _):
            return await served(settings.report_url, fetcher)

    kept = "" if settings.report_dir else "; no TIDINGS_REPORT_DIR is set, so runs write none"
    return asyncio.run(look()) + kept


def _judge(settings: Settings) -> str:
    """What the judge may be asked, and whether it is one: it is tried out."""
    from monitors.judges import try_out
    from monitors.wiring import judge_of

    judge = judge_of(settings)
    if judge is None:
        return "off; borderline decisions are the built-in ones"
    runs, days = settings.judge_calls_a_run, settings.judge_calls_a_day
    found = try_out(judge, f"judge {judge.name}")
    return f"{judge.name} {found}; at most {runs} questions a run and {days} a day"


def _models(settings: Settings) -> str:
    import time

    from monitors.calibration import load_calibration
    from monitors.vectors.encoder import SentenceEncoder

    load_calibration(settings.reader_model, settings.calibrations)
    lines = []
    for name in (settings.screen_model, settings.reader_model):
        encoder = SentenceEncoder(name, rounded=settings.eight_bits == "on")
        encoder.encode(["warm up"])
        started = time.monotonic()
        encoder.encode(["The ministry lifted the ban on Tuesday, officials said."] * 8)
        rate = 8 / (time.monotonic() - started)
        lines.append(f"{name} ({encoder.dimensions} dimensions, {rate:.0f} texts/s)")
    return ", ".join(lines)


def _last_run(settings: Settings) -> str:
    from monitors.clock import SystemClock
    from monitors.opening import existing_store

    with existing_store(settings) as store:
        runs = store.runs.latest(1) if store is not None and store.schema().current else []
    if not runs:
        return "none yet"
    days = (SystemClock().now() - runs[0]["started"]).days
    ago = f", {output.count(days, 'day')} ago" if days > 0 else ""
    return f"{output.moment(runs[0]['started'])} UTC{ago}: {runs[0].get('headline', '')}"


async def _ask_sources(settings: Settings, sources: tuple[Source, ...]) -> bool:
    """Poll every source once, without storing anything; look for feeds where there is none."""
    import asyncio

    from monitors.watchlist.places import place_of

    async with _fetching(settings) as (fetcher, clock):
        results = await asyncio.gather(*(_ask(source, fetcher, clock) for source in sources))
    for source, (good, line, found) in zip(sources, results, strict=True):
        place = None if good else place_of(settings.watch, source.url)
        tell(good, f"{place}: {line}" if place else line)
        if found:
            output.say("       Found instead; paste one line in its place:")
            proposing.show(found, source)
    return all(good for good, _, _ in results)


async def _look_at(settings: Settings, site: str) -> bool:
    """Show what of ``site`` can be watched."""
    from monitors.sources.discover import discover

    url = proposing.addressed(site)
    async with _fetching(settings) as (fetcher, clock):
        found = await discover(url, fetcher, clock.now())
    good = bool(found)
    lines = "; a line to paste for each" if good else ": no feed, sitemap or page of links"
    tell(good, f"{redact(url)}: {output.count(len(found), 'source')} found{lines}")
    proposing.show(found)
    return good


@asynccontextmanager
async def _fetching(settings: Settings) -> AsyncIterator[tuple[Fetcher, Clock]]:
    from monitors.clock import SystemClock
    from monitors.wiring import fetcher_of

    clock = SystemClock()
    fetcher = fetcher_of(settings, clock)
    try:
        yield fetcher, clock
    finally:
        await fetcher.close()


async def _ask(source: Source, fetcher: Fetcher, clock: Clock) -> tuple[bool, str, list[Proposal]]:
    from monitors.errors import FetchError, NotAFeed, SourceError
    from monitors.model import SourceState
    from monitors.sources import READERS

    try:
        poll = await READERS[source.kind]().poll(
            source, SourceState(source.id), fetcher, clock.now()
        )
    except NotAFeed as error:
        found = []
        if source.kind != "folder":
            found = await proposing.proposals(source.url, fetcher, clock.now())
        return False, f"{source.name}: {error}", found
    except (FetchError, SourceError) as error:
        return False, f"{source.name}: {error}", []
    dates = [entry.published for entry in poll.entries if entry.published]
    newest = f", newest {max(dates):%d %b %Y %H:%M}" if dates else ", no dates"
    listed = output.count(len(poll.entries), "entry", "entries")
    notes = output.count(len(poll.problems), "problem")
    line = f"{source.name}: {listed}{newest if poll.entries else ''}"
    if dates and clock.now() - max(dates) > STALE:
        line += ", long ago: is it still the address?"
    if poll.moved_to:
        line += f"; it has moved to {redact(poll.moved_to)}: write that as its url"
    left_out = f"; {notes}: {poll.problems[0]}" if poll.problems else ""
    return True, f"{line}{left_out}", []

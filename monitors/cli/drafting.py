"""``tidings topic new``: a topic from a few questions, tried on stored articles, then written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.errors import ConfigError

if TYPE_CHECKING:
    from monitors.drafts.draft import Draft
    from monitors.drafts.search import Hit
    from monitors.drafts.writing import Edit
    from monitors.model import Article
    from monitors.settings import Settings

topic = typer.Typer(name="topic", help="Make a topic: tidings topic new.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    topic.command()(new)
    app.add_typer(topic)


@dataclass
class _Made:
    """What is known of the topic so far."""

    name: str
    description: str
    examples: list[str] = field(default_factory=list)
    opposites: list[str] = field(default_factory=list)
    picked: list[Article] = field(default_factory=list)


def new(
    name: Annotated[str, typer.Option(help="What it is called, in a few words.")] = "",
    description: Annotated[
        str, typer.Option(help="One or two sentences: what happens when it happens.")
    ] = "",
    words: Annotated[
        str, typer.Option(help='Look for these in stored articles: truce, "peace talks".')
    ] = "",
    pick: Annotated[
        str, typer.Option(help="With --words: numbers that become examples, e.g. 1 3-5.")
    ] = "",
    pick_not: Annotated[
        str, typer.Option(help="With --words: numbers that become near misses.")
    ] = "",
    example: Annotated[
        list[str] | None, typer.Option(help="A headline that you would want to be told.")
    ] = None,
    opposite: Annotated[
        list[str] | None, typer.Option("--not", help="A near miss that you would not.")
    ] = None,
    channel: Annotated[str, typer.Option(help='Where it is told, e.g. "#truce".')] = "",
    sensitivity: Annotated[str, typer.Option(help="strict, balanced or broad.")] = "",
    at_most: Annotated[str, typer.Option(help="Alert budget, e.g. 3/day.")] = "",
    days: Annotated[
        int, typer.Option(help="Look through, and try it on, so many days.", min=1, max=365)
    ] = 30,
    as_of: Annotated[
        str, typer.Option(help="Look back from this time, e.g. 2025-02-18T12:00Z.")
    ] = "",
    untried: Annotated[
        bool, typer.Option("--untried", help="Leave out what it would have told.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, and write it.")] = False,
) -> None:
    """Make a topic: find examples, see what it would have told, write it into watch.yaml."""
    import asyncio

    from monitors.drafts.draft import Draft, id_of, proposed_description

    settings = configured()
    if yes and not name:
        raise typer.BadParameter("with --yes a name is needed", param_hint="--name")
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("there is nobody to ask: use --yes", param_hint="--yes")
    name = " ".join((name or _ask("What is it called? A few words")).split())
    _refuse_taken(settings, id_of(name))
    made = _Made(name, description, list(example or ()), list(opposite or ()))
    _pick(settings, made, words, pick, pick_not, days, as_of, asking=not yes)
    if not made.description:
        proposal = proposed_description(name, made.picked)
        if not yes:
            output.say("What happens when it happens? One or two sentences. Enter takes this:")
            output.say(f"  {proposal}", "cyan")
        made.description = proposal if yes else _ask("Description", proposal, show=False)
    if not yes and not channel:
        default = _planned(settings, Draft(id_of(name), name, name)).topic.channel
        channel = _ask("Where is it told?", default)
        channel = "" if channel == default else channel
    draft = Draft(
        id_of(name), name, made.description, tuple(made.examples), tuple(made.opposites),
        channel, sensitivity, at_most,
    )  # fmt: skip
    edit = _planned(settings, draft)
    if not untried:
        asyncio.run(_try_out(settings, edit, days, as_of))
    if not yes:
        draft, edit = _other_sensitivity(settings, draft, edit)
    _show_diff(edit)
    if not yes and _ask("Write it? yes or no", "yes").lower() not in ("y", "yes"):
        output.say("Nothing was written")
        raise typer.Exit(1)
    _write(edit, draft)


def _ask(question: str, default: str = "", *, show: bool = True) -> str:
    """What the operator answers; asked again where it must not be empty."""
    answer: str = typer.prompt(question, default=default or None, show_default=show)
    return answer.strip()


def _optional(question: str) -> str:
    answer: str = typer.prompt(question, default="", show_default=False)
    return answer.strip()


def _refuse_taken(settings: Settings, topic_id: str) -> None:
    """Before anything is asked: the list must be good, and the id free.

    :raises ConfigError: it is not
    """
    from monitors.watchlist import load_watchlist

    if not topic_id:
        raise ConfigError("the name", "no id can be made of it", "Use some letters or digits")
    if any(each.id == topic_id for each in load_watchlist(settings.watch).topics):
        raise ConfigError(
            f"topic `{topic_id}`", "the watch list has one with this id", "Give it another name"
        )


def _pick(
    settings: Settings,
    made: _Made,
    words: str,
    pick: str,
    pick_not: str,
    days: int,
    as_of: str,
    *,
    asking: bool,
) -> None:
    """Let the operator pick examples and near misses from stored articles."""
    again = asking and not words
    if again:
        words = _optional("Words to look for in stored articles (Enter: none)")
    while words:
        hits = _found(settings, words, days, as_of)
        _show_hits(hits, words, days)
        if hits and asking and not pick:
            pick = _optional("Which would you want to be told? e.g. 1 3-5 (Enter: none)")
            pick_not = pick_not or _optional("Which are near misses that you would not?")
        wanted = _chosen(hits, pick)
        made.examples += [hit.article.title for hit in wanted]
        made.opposites += [hit.article.title for hit in _chosen(hits, pick_not)]
        made.picked += [hit.article for hit in wanted]
        pick = pick_not = ""
        words = _optional("Other words to look for (Enter: go on)") if again else ""
    made.examples = list(dict.fromkeys(made.examples))
    made.opposites = list(dict.fromkeys(made.opposites))


def _found(settings: Settings, words: str, days: int, as_of: str) -> list[Hit]:
    from datetime import timedelta

    from monitors.cli.running import clock_at
    from monitors.clock import SystemClock
    from monitors.drafts.search import search
    from monitors.opening import existing_store

    now = (clock_at(as_of) or SystemClock()).now()
    with existing_store(settings) as store:
        if store is None or not store.schema().up_to_date:
            return []
        until = now + timedelta(seconds=1)  # what the last run stored is of this moment
        return search(store.articles.recent(now - timedelta(days=days), until=until), words)


def _show_hits(hits: Sequence[Hit], words: str, days: int) -> None:
    if not hits:
        output.say(f"No article of the last {days} days holds {words!r}", "yellow")
        return
    for number, hit in enumerate(hits, start=1):
        seen = hit.article.first_seen
        output.say(f"{number:4}  {seen:%d %b}  {hit.article.title}  ({hit.article.source_id})")


def _chosen(hits: Sequence[Hit], numbers: str) -> list[Hit]:
    """The hits with these numbers: ``1 3-5``.

    :raises typer.BadParameter: there is no such number
    """
    found: list[Hit] = []
    for part in numbers.replace(",", " ").split():
        first, _, last = part.partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()):
            raise typer.BadParameter(f"{part!r} is no number. Write e.g. 1 3-5")
        span = range(int(first), int(last or first) + 1)
        if not span or span[0] < 1 or span[-1] > len(hits):
            choice = f"choose from 1 to {len(hits)}" if hits else "nothing was found"
            raise typer.BadParameter(f"there is no {part}: {choice}")
        found += [hits[number - 1] for number in span]
    return found


def _planned(settings: Settings, draft: Draft) -> Edit:
    from monitors.drafts.writing import planned

    return planned(settings.watch, draft)


async def _try_out(settings: Settings, edit: Edit, days: int, as_of: str) -> None:
    """Show what the topic would have told."""
    from monitors.backtest import Backtest, VectorsInMemory, backtest
    from monitors.cli.backtesting import show_rates
    from monitors.cli.running import clock_at
    from monitors.cli.trying import bars
    from monitors.errors import TidingsError
    from monitors.wiring import open_desk

    output.say("")
    output.say(f"What it would have told in the last {days} days ...", "bold")
    clock = clock_at(as_of)
    async with open_desk(settings, clock=clock, watchlist=edit.watchlist) as desk:
        plan = Backtest(desk.clock.now(), days, 2000)
        vectors = VectorsInMemory(desk.store.vectors, keep=True)
        try:
            with bars() as progress:
                version = backtest(
                    desk, edit.watchlist, edit.topic, plan, vectors, "draft", progress
                )
        except TidingsError as error:
            output.say(f"It cannot be tried: {error}", "yellow")
            return
    show_rates(version)
    output.say("")
    told = version.own.alerts
    output.say("It would have told:" if told else "It would have told nothing", "bold")
    for row in told[-10:]:
        output.say(f"  {row.article.first_seen:%d %b}  {row.article.title}")
    if len(told) > 10:
        output.say(f"  and {len(told) - 10} before these")
    near = version.own.barely_not()[:5]
    if near:
        output.say("Only just not:", "bold")
    for row in near:
        reason = row.decision.reason.value
        output.say(f"  {row.article.first_seen:%d %b}  {row.article.title}  ({reason})")
    output.say("")


def _other_sensitivity(settings: Settings, draft: Draft, edit: Edit) -> tuple[Draft, Edit]:
    """The draft with the sensitivity that the operator chooses after seeing the rates."""
    kept = edit.topic.sensitivity.value
    chosen = _ask("Sensitivity: strict, balanced or broad", kept)
    if chosen == kept:
        return draft, edit
    changed = replace(draft, sensitivity=chosen)
    return changed, _planned(settings, changed)


def _show_diff(edit: Edit) -> None:
    output.say("")
    for line in edit.diff().splitlines():
        style = "green" if line.startswith("+") else "red" if line.startswith("-") else "dim"
        output.say(line, style)
    output.say("")


def _write(edit: Edit, draft: Draft) -> None:
    from monitors.drafts.writing import write

    write(edit)
    output.say(f"{edit.file} written: topic {draft.id}", "bold")
    output.say("It looks back over what is stored, and alerts, from the next run on: tidings run")

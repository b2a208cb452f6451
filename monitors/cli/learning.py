"""``tidings learn``: replay what answers teach, and undo or redo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.errors import ConfigError, TidingsError

if TYPE_CHECKING:
    from datetime import datetime

    from monitors.lessons.teaching import Pass
    from monitors.model import Lesson
    from monitors.ports import Store


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(learn)


def learn(
    topic: Annotated[str, typer.Argument(help="Only this topic (id).")] = "",
    undo: Annotated[
        int | None, typer.Option(help="Put this lesson (number) out of force.", min=1)
    ] = None,
    redo: Annotated[
        int | None,
        typer.Option(help="Replay this lesson (number) again, undone or refused.", min=1),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="Start no further replay after so many seconds.", min=1)
    ] = 300.0,
    as_json: output.AsJson = False,
) -> None:
    """Replay what readers' answers teach, and let act what passes; or undo it."""
    import asyncio

    from monitors.cli.showing import opened

    if undo is not None:
        with opened() as (_, store):
            lesson = _undo(store, undo)
        _tell_one(lesson, as_json)
        return
    if redo is not None:
        with opened() as (_, store):
            topic = _propose_again(store, redo).topic_id
    done = asyncio.run(_pass(topic, seconds))
    if as_json:
        output.as_json(in_plain(done))
        return
    tell(done)


async def _pass(topic: str, seconds: float) -> Pass:
    from monitors.cli.trying import bars
    from monitors.lessons.running import learn as learn_from
    from monitors.watchlist import load_watchlist

    settings = configured()
    known = [each.id for each in load_watchlist(settings.watch).topics]
    if topic and topic not in known:
        raise ConfigError(f"topic `{topic}`", "there is none", f"Known are: {', '.join(known)}")
    with bars() as progress:
        return await learn_from(settings, [topic] if topic else (), seconds, progress=progress)


def in_plain(done: Pass) -> dict[str, Any]:
    """A pass in plain values."""
    from monitors.cli.lessons import plain

    return {
        "changed": [plain(lesson) for lesson in done.changed],
        "waiting": done.waiting,
        "problems": done.problems,
    }


def tell(done: Pass) -> None:
    """What a pass did, for people."""
    from monitors.cli.lessons import show

    if done.changed:
        show("Learnt from answers", done.changed)
    else:
        output.say("Nothing new to learn from answers.")
    if done.waiting:
        output.say(f"{output.count(done.waiting, 'lesson')} still to be replayed", "yellow")
    for problem in done.problems:
        output.say(problem, "red")


def _tell_one(lesson: Lesson, as_json: bool) -> None:
    from monitors.cli.lessons import plain
    from monitors.lessons.force import in_words

    if as_json:
        output.as_json(plain(lesson))
        return
    output.say(f"lesson {lesson.id} of {lesson.topic_id} is out of force: {in_words(lesson)}")
    output.say(f"tidings learn --redo {lesson.id} replays it again", "dim")


def _undo(store: Store, number: int) -> Lesson:
    from monitors.lessons.undoing import undo

    lesson = undo(store.lessons, number, _now())
    if lesson is None:
        raise _none(number, "none with this number is proposed or in force")
    return lesson


def _propose_again(store: Store, number: int) -> Lesson:
    from monitors.lessons.undoing import propose_again

    lesson = propose_again(store.lessons, number, _now())
    if lesson is None:
        raise _none(number, "none with this number was undone or refused")
    return lesson


def _none(number: int, problem: str) -> TidingsError:
    return TidingsError(f"lesson {number}", problem, "tidings topics TOPIC lists them")


def _now() -> datetime:
    from monitors.clock import SystemClock

    return SystemClock().now()

"""``tidings backtest``: what a topic would have told, before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.decide.written import written
from monitors.errors import ConfigError, TidingsError

if TYPE_CHECKING:
    from monitors.backtest import Rate, Version
    from monitors.backtest.replaying import Row
    from monitors.model import Topic, Watchlist


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)


def backtest(
    topic: Annotated[str, typer.Argument(help="The topic's id.")],
    days: Annotated[int, typer.Option(help="Look back so many days.", min=1, max=3660)] = 30,
    against: Annotated[
        Path | None, typer.Option(help="Compare with the same topic in another watch list.")
    ] = None,
    limit_per_day: Annotated[
        float | None, typer.Option(help="Fail where it would tell more a day than this.", min=0)
    ] = None,
    read_most: Annotated[
        int, typer.Option(help="Read at most so many articles closely; 0 for all.", min=0)
    ] = 2000,
    keep_vectors: Annotated[
        bool, typer.Option("--keep-vectors", help="Keep the vectors that had to be made.")
    ] = False,
    without_lessons: Annotated[
        bool,
        typer.Option(
            "--without-lessons",
            help="The topic as it is written, compared with what it learnt from answers.",
        ),
    ] = False,
    as_of: Annotated[
        str, typer.Option(help="Look back from this time, e.g. 2025-02-18T12:00Z.")
    ] = "",
    as_json: output.AsJson = False,
) -> None:
    """What a topic would have told of the stored articles: how often, what, and what not."""
    import asyncio

    if against is not None and without_lessons:
        raise typer.BadParameter("it cannot go with --against", param_hint="--without-lessons")
    other = _Other(against, lessons=not without_lessons)
    new, old = asyncio.run(_versions(topic, days, other, read_most, keep_vectors, as_of))
    shown = new or old
    if shown is None:  # refused before: the topic is in neither file
        return
    if as_json:
        _print_json(new, old, compared=other.wanted)
    else:
        _show(shown)
        if other.wanted:
            _show_difference(new, old, other.name)
    rate = shown.own
    if limit_per_day is not None and rate.a_day > limit_per_day:
        raise TidingsError(
            f"topic `{topic}`",
            f"{rate.a_day:.2f} alerts a day are more than the limit of {limit_per_day:g}",
            "A stricter sensitivity, `not` examples or a narrower description tell less",
        )


@dataclass(frozen=True)
class _Other:
    """What is compared with: another file, or the same topic with what it learnt."""

    file: Path | None
    lessons: bool

    @property
    def wanted(self) -> bool:
        return self.file is not None or not self.lessons

    @property
    def name(self) -> str:
        return str(self.file) if self.file else "what it learnt from answers"


async def _versions(
    topic_id: str, days: int, against: _Other, most: int, keep: bool, as_of: str
) -> tuple[Version | None, Version | None]:
    """The topic as ``watch.yaml`` has it, and as the other file has it."""
    from monitors.backtest import Backtest, VectorsInMemory
    from monitors.backtest import backtest as replayed
    from monitors.cli.running import clock_at
    from monitors.cli.trying import bars
    from monitors.lessons.force import as_written, in_force
    from monitors.watchlist import load_watchlist
    from monitors.wiring import open_desk

    settings = configured()
    second = (against.file or settings.watch) if against.wanted else None
    files = [settings.watch, *([second] if second else [])]
    lists = [load_watchlist(path) for path in files]
    topics = [_find(each, topic_id) for each in lists]
    if not any(topics):
        raise _unknown(topic_id, [str(path) for path in files], lists)
    found: list[Version | None] = []
    async with open_desk(settings, clock=clock_at(as_of), watchlist=lists[0]) as desk:
        plan = Backtest(desk.clock.now(), days, most or None)
        vectors = VectorsInMemory(desk.store.vectors, keep=keep)
        learnt = [in_force(each, desk.store.lessons) for each in lists]
        if not against.lessons:
            learnt[0] = as_written(lists[0])
        topics = [_find(each, topic_id) for each in learnt]
        for path, watchlist, topic in zip(files, learnt, topics, strict=True):
            with bars() as progress:
                found.append(
                    replayed(desk, watchlist, topic, plan, vectors, str(path), progress)
                    if topic
                    else None
                )
    if vectors.fresh and not keep:
        output.note(
            f"{output.count(vectors.fresh, 'vector')} had to be made and were not kept: "
            "with --keep-vectors the next backtest is quicker"
        )
    return found[0], found[1] if second else None


def _find(watchlist: Watchlist, topic_id: str) -> Topic | None:
    return next((topic for topic in watchlist.topics if topic.id == topic_id), None)


def _unknown(topic_id: str, files: Sequence[str], lists: Sequence[Watchlist]) -> ConfigError:
    known = dict.fromkeys(topic.id for each in lists for topic in each.topics)
    return ConfigError(
        f"topic `{topic_id}`",
        f"there is none in {' or '.join(files)}",
        f"Known are: {', '.join(known)}. One that is not saved yet can stand in another file: "
        "--against other.yaml",
    )


def _show(version: Version) -> None:
    own = version.own
    output.say(f"{version.topic.name} ({version.topic.id}, {version.label})", "bold")
    output.say(
        f"  {output.count(version.articles, 'article')} of {output.count(round(own.days), 'day')} "
        f"and the week before; {version.screened} near the topic"
    )
    if version.unread:
        output.say(
            f"  {version.unread} of these were not read closely, those least near: "
            "--read-most 0 reads all",
            "yellow",
        )
    show_rates(version)
    _show_alerts(own)
    _show_near(f"Only just told (the line is {written(own.alert_line)})", own.barely_told())
    _show_near("Only just not told", own.barely_not())


def show_rates(version: Version) -> None:
    """How much a topic would have told at each sensitivity."""
    from monitors.backtest.replaying import kinds

    output.say("")
    output.table(
        "What each sensitivity would have told",
        [
            "sensitivity", "alerts", "a day", "busiest day", "stories", "steps", "held back",
            "over budget",
        ],
        [
            (
                name.value + (" (as written)" if rate is version.own else ""),
                len(rate.alerts),
                rate.a_day,
                rate.busiest,
                *kinds(rate.rows),
                rate.reasons["not significant"],
                rate.reasons["over budget"],
            )
            for name, rate in version.rates.items()
        ],
    )  # fmt: skip
    silent = version.own.silent
    if silent:
        output.say(
            f"Silent: {len(silent)} that fit and were new came with the first answer of their "
            "source, which tells nothing"
        )
        for row in silent[-5:]:
            output.say(f"  {row.article.first_seen:%d %b}  {row.article.title}")


def _show_alerts(rate: Rate) -> None:
    from monitors.alerts.preview import one
    from monitors.cli.previewing import draw
    from monitors.model import Delivery, DeliveryState

    output.say("")
    output.say("The messages, oldest first" if rate.alerts else "No message", "bold")
    shown = []
    for number, row in enumerate(rate.alerts, start=1):
        if row.alert is not None:
            at = row.alert.created_at
            sent = Delivery(number, row.alert, DeliveryState.SENT, at, sent_at=at, hold=row.hold)
            shown.append(one(sent))
    draw(shown)


def _show_near(title: str, rows: Sequence[Row]) -> None:
    output.say("")
    output.table(
        title,
        ["seen (UTC)", "headline", "reason", "match", "confidence", "article"],
        [
            (
                row.article.first_seen,
                row.article.title,
                row.decision.reason.value,
                row.decision.score,
                row.decision.scores.get("confidence"),
                row.article.id,
            )
            for row in rows
        ],
    )


def _show_difference(new: Version | None, old: Version | None, path: str) -> None:
    from monitors.backtest import against

    found = against(new, old)
    output.say("")
    if new is None or old is None:
        where = "only in" if new is None else "not in"
        output.say(f"The topic is {where} {path}: there is nothing to compare", "bold")
        return
    output.say(
        f"Against {path}: {old.own.a_day:.2f} alerts a day there, {new.own.a_day:.2f} here; "
        f"{found.kept} the same",
        "bold",
    )
    for sign, style, rows in (("+", "green", found.gained), ("-", "red", found.lost)):
        for row in rows:
            when = output.moment(row.article.first_seen)
            output.say(f"  {sign} {when}  {row.article.title} ({row.article.id})", style)


def _print_json(new: Version | None, old: Version | None, *, compared: bool) -> None:
    from monitors.backtest import against, as_json
    from monitors.backtest.rates import rows_json

    answer: dict[str, object] = {"version": as_json(new) if new else None}
    if compared:
        found = against(new, old)
        answer["against"] = as_json(old) if old else None
        answer["difference"] = {
            "gained": rows_json(found.gained),
            "lost": rows_json(found.lost),
            "kept": found.kept,
        }
    output.as_json(answer)

"""``tidings topics | alerts``: what is watched and told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.configured import configured, naming_a_new_database

if TYPE_CHECKING:
    from monitors.ports import Store
    from monitors.ports.lists import Lists
    from monitors.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (topics, alerts):
        app.command()(command)


@contextmanager
def opened() -> Iterator[tuple[Settings, Store]]:
    """Settings and database."""
    from monitors.opening import opened_store

    settings = configured()
    with naming_a_new_database(settings), opened_store(settings) as store:
        yield settings, store


@contextmanager
def lists() -> Iterator[tuple[Settings, Lists]]:
    """Settings, and what lists show: at once where that is possible."""
    from monitors.store.filelists import file_lists

    settings = configured()
    with file_lists(settings.database_url) as found:
        if found is not None:
            yield settings, found
            return
    from monitors.store.storelists import StoreLists

    with opened() as (settings, store):
        yield settings, StoreLists(store)


def refuse_unknown(settings: Settings, topic_id: str) -> None:
    """Tell an id that is misspelt from a topic of which nothing is stored.

    :raises ConfigError: the watch list has no such topic
    """
    from monitors.errors import ConfigError, WatchlistError
    from monitors.watchlist import load_watchlist

    try:
        known = [topic.id for topic in load_watchlist(settings.watch).topics]
    except WatchlistError:
        return  # what is stored is listed without it
    if topic_id not in known:
        raise ConfigError(f"topic `{topic_id}`", "there is none", f"Known are: {', '.join(known)}")


def topics(
    topic_id: Annotated[
        str, typer.Argument(metavar="TOPIC", help="Show what this topic learnt from answers.")
    ] = "",
    answers: Annotated[
        bool, typer.Option("--answers", help="What readers answered with the buttons.")
    ] = False,
    topic: Annotated[str, typer.Option(help="Answers on this topic (id) only.")] = "",
    undo: Annotated[
        int | None, typer.Option(help="Let this answer (number) no longer count.", min=1)
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """What is watched, what each topic has told, and what readers answered."""
    from monitors.clock import SystemClock

    if undo is not None or answers or topic or topic_id:
        shown_topic = "" if answers or topic else topic_id
        _learnt(shown_topic, topic, undo, as_json)
        return
    with lists() as (settings, listed):
        from monitors.watchlist import load_watchlist

        watchlist = load_watchlist(settings.watch)
        week = SystemClock().now() - timedelta(days=7)
        states = listed.watched([t.id for t in watchlist.topics], week)
    rows: list[dict[str, Any]] = [
        {
            "id": topic.id,
            "name": topic.name,
            "channel": topic.channel,
            "sensitivity": topic.sensitivity.value,
            "watching": states[topic.id].watching,
            "alerts_7_days": states[topic.id].told,
            "stories": states[topic.id].stories,
            "examples": len(topic.examples),
            "not_examples": len(topic.not_examples),
            "lessons": states[topic.id].lessons,
        }
        for topic in watchlist.topics
    ]
    if as_json:
        output.as_json(rows)
        return
    output.table(
        "Topics",
        ["topic", "name", "channel", "sensitivity", "state", "told, 7 days", "stories", "learnt"],
        [
            (
                row["id"],
                row["name"],
                row["channel"],
                row["sensitivity"],
                "watching" if row["watching"] else "silent first look",
                row["alerts_7_days"],
                row["stories"],
                row["lessons"],
            )
            for row in rows
        ],
    )


def _learnt(topic_id: str, of_topic: str, undo: int | None, as_json: bool) -> None:
    """What ``topic_id`` learnt from answers; where it is empty, the answers themselves."""
    from monitors.cli import answers, lessons
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        if undo is not None:
            answers.undo(settings, store, undo)
        elif topic_id:
            lessons.show_topic(store, load_watchlist(settings.watch), topic_id, as_json)
        else:
            answers.show(settings, store, of_topic, as_json)


def alerts(
    topic: Annotated[str, typer.Option(help="Only this topic (id).")] = "",
    limit: output.Limit = 20,
    held: Annotated[bool, typer.Option("--held", help="What was held back instead.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """What was told, newest first, each with its reason."""
    from monitors.model import Verdict

    with lists() as (settings, listed):
        verdict = Verdict.DIGEST if held else Verdict.ALERT
        found = listed.decided(verdict, topic or None, limit)
    if topic and not found:
        refuse_unknown(settings, topic)
    if as_json:
        output.as_json(
            [
                {
                    "article": told.decision.article_id,
                    "topic": told.decision.topic_id,
                    "reason": told.decision.reason.value,
                    "why": told.decision.explanation,
                    "new": list(told.decision.new_facts),
                    "decided_at": told.decision.decided_at,
                    "headline": told.headline,
                    "url": told.url,
                    "story": told.decision.story_id,
                }
                for told in found
            ]
        )
        return
    output.table(
        "Held back" if held else "Alerts",
        ["decided (UTC)", "topic", "headline", "reason", "what is new", "explain"],
        [
            (
                told.decision.decided_at,
                told.decision.topic_id,
                told.headline,
                told.decision.explanation if held else told.decision.reason.value,
                "; ".join(told.decision.new_facts),
                told.decision.article_id,
            )
            for told in found
        ],
    )

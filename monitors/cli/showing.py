"""``tidings topics | alerts``: what is watched and told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.configured import configured

if TYPE_CHECKING:
    from monitors.ports import Store
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
    with opened_store(settings) as store:
        yield settings, store


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
    from monitors.cli import answers as answering
    from monitors.cli import lessons
    from monitors.clock import SystemClock
    from monitors.model import LessonState
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        if undo is not None:
            answering.undo(settings, store, undo)
            return
        if answers or topic:
            answering.show(store, topic or None, as_json)
            return
        watchlist = load_watchlist(settings.watch)
        if topic_id:
            lessons.show_topic(store, watchlist, topic_id, as_json)
            return
        states = store.decisions.topic_states([t.id for t in watchlist.topics])
        week = SystemClock().now() - timedelta(days=7)
        rows: list[dict[str, Any]] = [
            {
                "id": topic.id,
                "name": topic.name,
                "channel": topic.channel,
                "sensitivity": topic.sensitivity.value,
                "watching": states[topic.id].baseline_done,
                "alerts_7_days": store.decisions.told_since(topic.id, week),
                "stories": len(store.decisions.stories(topic.id, 1000)),
                "examples": len(topic.examples),
                "not_examples": len(topic.not_examples),
                "lessons": len(store.lessons.rows(topic.id, [LessonState.ACTIVE])),
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


def alerts(
    topic: Annotated[str, typer.Option(help="Only this topic (id).")] = "",
    limit: output.Limit = 20,
    held: Annotated[bool, typer.Option("--held", help="What was held back instead.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """What was told, newest first, each with its reason."""
    from monitors.model import Verdict

    wanted = [Verdict.DIGEST.value] if held else [Verdict.ALERT.value]
    with opened() as (_, store):
        decisions = store.decisions.decisions(topic_id=topic or None, verdicts=wanted, limit=limit)
        found = [(d, store.articles.find(d.article_id)) for d in decisions]
    if as_json:
        output.as_json(
            [
                {
                    "article": decision.article_id,
                    "topic": decision.topic_id,
                    "reason": decision.reason.value,
                    "why": decision.explanation,
                    "new": list(decision.new_facts),
                    "decided_at": decision.decided_at,
                    "headline": article.title if article else "",
                    "url": article.url if article else "",
                    "story": decision.story_id,
                }
                for decision, article in found
            ]
        )
        return
    output.table(
        "Held back" if held else "Alerts",
        ["decided (UTC)", "topic", "headline", "reason", "what is new", "explain"],
        [
            (
                decision.decided_at,
                decision.topic_id,
                article.title if article else "",
                decision.explanation if held else decision.reason.value,
                "; ".join(decision.new_facts),
                decision.article_id,
            )
            for decision, article in found
        ],
    )

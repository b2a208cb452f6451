"""``tidings label``: an operator's opinion of a decision, as the buttons give it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from monitors.cli import output
from monitors.cli.showing import opened
from monitors.errors import ConfigError, TidingsError

WHO = "command line"
"""Who answers in the terminal: its users share one opinion of a decision."""


class Label(StrEnum):
    """The three opinions, as they are typed."""

    USEFUL = "useful"
    NOT_NEW = "not-new"
    NOT_RELEVANT = "not-relevant"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(label)


def label(
    article: Annotated[str, typer.Argument(help="An article id (A-...) or its URL.")],
    topic: Annotated[str, typer.Argument(help="The topic's id.")],
    opinion: Annotated[Label, typer.Argument(help="What you think of it.")],
) -> None:
    """Say of an article, told or not, that it is useful, not new or not relevant to a topic."""
    from monitors.clock import SystemClock
    from monitors.model import Answer, AnswerKind, label_key
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        known = [each.id for each in load_watchlist(settings.watch).topics]
        if topic not in known:
            raise ConfigError(
                f"topic `{topic}`", "there is none", f"Known are: {', '.join(known)}"
            )
        found = store.articles.find(article)
        if found is None:
            raise TidingsError(
                article, "no such article is stored", "tidings alerts and its --held list ids"
            )
        decisions = store.decisions.decisions(article_id=found.id, topic_id=topic)
        answer = Answer(
            kind=AnswerKind(opinion.value.replace("-", " ")),
            who=WHO,
            at=SystemClock().now(),
            # By article and topic, told or not: a later label takes the place of an earlier.
            alert_key=label_key(found.id, topic),
            headline=found.title,
            topic_ids=(topic,),
            story_ids=tuple(d.story_id for d in decisions if d.story_id),
            article_id=found.id,
        )
        added = store.answers.add(answer)
    kept = "kept" if added else "was kept before"
    output.say(f"{opinion.value} for {topic}, {kept}: {found.title}")

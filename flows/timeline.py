"""The timeline of each topic: how busy it was, and its stories with their steps."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from prefect.artifacts import acreate_markdown_artifact

from flows.chart import chart
from flows.markdown import address, counted, escape
from monitors.errors import StoreError
from monitors.model import Stage, Topic, Watchlist
from monitors.ports import Store, StoryRecord
from monitors.report.gather import bars_of
from monitors.storypages import story_link
from monitors.watchlist.values import slug

DAYS = 60
MOST_STORIES = 30
MOST_STEPS = 8


async def publish_timelines(
    store: Store,
    watchlist: Watchlist,
    now: datetime,
    topic_ids: Collection[str] = (),
    report_url: str = "",
) -> None:
    """Write the artifact ``timeline-TOPIC`` of topics; its key keeps its history.

    :param topic_ids: of these; all where none is named
    :param report_url: where the report is served, for links to the pages of stories
    """
    for topic in watchlist.topics:
        if topic_ids and topic.id not in topic_ids:
            continue
        with suppress(StoreError):
            text, told = await asyncio.to_thread(timeline, store, topic, now, report_url)
            await acreate_markdown_artifact(
                key=f"timeline-{slug(topic.id)}", markdown=text, description=told
            )


def timeline(store: Store, topic: Topic, now: datetime, report_url: str = "") -> tuple[str, str]:
    """The topic's last weeks as Markdown, and in a few words.

    :raises StoreError: the database cannot be read
    """
    since = now - timedelta(days=DAYS)
    bars = bars_of(store.digests.seen([topic.id], since), since, now)
    records = store.history.stories(since, MOST_STORIES + 1, [topic.id])
    told = [record for record in records if any(step.development.told for step in record.steps)]
    fitted, messages = sum(bars.matched), sum(bars.told)
    few = f"{counted(messages, 'message')} in {DAYS} days, {counted(fitted, 'article')} fitted"
    picture = chart(bars)
    what = "The picture shows articles a day: pale those that fitted, strong those told."
    parts = [
        f"**{escape(topic.name)}**: {few}. {what} Times are in UTC.",
        *([picture] if picture else []),
        "## Stories that were told, last changed first",
    ]
    for record in told[:MOST_STORIES]:
        parts += _story(record, report_url)
    if len(records) > MOST_STORIES:
        parts.append("Earlier ones: `tidings report`.")
    return "\n\n".join(parts if told else [*parts, "None yet."]), few


def _story(record: StoryRecord, report_url: str) -> Iterator[str]:
    yield f"### {escape(record.story.headline)}"
    if page := story_link(report_url, (record.story.id,)):
        yield f"[Its story's page]({page})"
    steps = record.steps[::-1]
    lines = []
    for step in steps[:MOST_STEPS]:
        first = step.coverage[0] if step.coverage else None
        development = step.development
        stage = f"{development.stage.value}, " if development.stage is not Stage.NONE else ""
        where = f"; {address(first.url)}" if first and first.url else ""
        outlets = counted(len({one.source_id for one in step.coverage}), "source")
        mark = "" if development.told else ", not told"
        lines.append(
            f"- {development.founded_at:%d %b %H:%M} {escape(development.headline)} "
            f"({stage}{outlets}{mark}{where})"
        )
    if len(steps) > MOST_STEPS:
        lines.append(f"- and {counted(len(steps) - MOST_STEPS, 'earlier step')}")
    yield "\n".join(lines)

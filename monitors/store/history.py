"""Stories with their developments and articles, read in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitors.model import Story
from monitors.ports import Coverage, StepRecord, StoryRecord
from monitors.store.engine import Database
from monitors.store.rows import chunks, readable
from monitors.store.storylines import decision, development
from monitors.store.tables import articles, decisions, developments, mentions, stories

_MENTION = (
    "development_id", "article_id", "source_id", "title", "quote", "language", "seen_at",
    "published", "first", "copy_of",
)  # fmt: skip


class SqlHistory:
    """Implements :class:`monitors.ports.HistoryStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def stories(
        self, since: datetime, limit: int, topic_ids: Collection[str] = ()
    ) -> list[StoryRecord]:
        """See the port. Three queries for each 500 stories; vectors and facts are not read."""
        query = sa.select(stories).where(stories.c.changed_at >= since)
        if topic_ids:
            query = query.where(stories.c.topic_id.in_(sorted(topic_ids)))
        query = query.order_by(stories.c.changed_at.desc(), stories.c.id).limit(limit)
        steps: defaultdict[str, list[sa.Row[Any]]] = defaultdict(list)
        covered: defaultdict[str, list[sa.Row[Any]]] = defaultdict(list)
        verdicts: dict[tuple[str, str], sa.Row[Any]] = {}
        with self._db.read() as connection:
            found = connection.execute(query).all()
            for ids in chunks(row.id for row in found):
                for row in connection.execute(_developments(ids)):
                    steps[row.story_id].append(row)
                for row in connection.execute(_coverage(ids)):
                    covered[row.development_id].append(row)
                for row in connection.execute(_verdicts(ids)):
                    verdicts[row.article_id, row.topic_id] = row
        return [
            StoryRecord(
                Story(row.id, row.topic_id, row.headline, row.opened_at, row.changed_at),
                tuple(_step(step, covered[step.id], verdicts) for step in steps[row.id]),
            )
            for row in found
        ]


def _developments(story_ids: list[str]) -> sa.Select[Any]:
    mine = sa.select(developments).where(developments.c.story_id.in_(story_ids))
    return mine.order_by(developments.c.founded_at, developments.c.id)


def _coverage(story_ids: list[str]) -> sa.Select[Any]:
    columns = (mentions.c[name] for name in _MENTION)
    return (
        sa.select(*columns, articles.c.url, articles.c.text_available, articles.c.unreadable)
        .join(articles, articles.c.id == mentions.c.article_id, isouter=True)
        .where(mentions.c.story_id.in_(story_ids))
        .order_by(mentions.c.seen_at, mentions.c.id)
    )


def _verdicts(story_ids: list[str]) -> sa.Select[Any]:
    same = (decisions.c.article_id == mentions.c.article_id) & (
        decisions.c.topic_id == mentions.c.topic_id
    )
    return sa.select(decisions).join(mentions, same).where(mentions.c.story_id.in_(story_ids))


def _step(
    row: sa.Row[Any],
    covered: list[sa.Row[Any]],
    verdicts: dict[tuple[str, str], sa.Row[Any]],
) -> StepRecord:
    def coverage(report: sa.Row[Any]) -> Coverage:
        verdict = verdicts.get((report.article_id, row.topic_id))
        decided = readable([verdict] if verdict is not None else [], decision)
        return Coverage(
            article_id=report.article_id,
            source_id=report.source_id,
            title=report.title,
            quote=report.quote,
            language=report.language,
            seen_at=report.seen_at,
            published=report.published,
            url=report.url or "",
            first=report.first,
            copy_of=report.copy_of,
            text_available=report.text_available is not False,
            unreadable=report.unreadable,
            decision=decided[0] if decided else None,
        )

    return StepRecord(development(row), tuple(coverage(report) for report in covered))

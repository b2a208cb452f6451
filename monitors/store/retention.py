"""What retention no longer needs."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import Fate
from monitors.store.codec import dump_passages
from monitors.store.engine import Database
from monitors.store.rows import chunks
from monitors.store.sources import LISTED_WITHIN
from monitors.store.tables import (
    UNDECIDED,
    articles,
    decisions,
    developments,
    entries,
    hosts,
    mentions,
    robots,
    runs,
    site_passages,
    sources,
    stories,
    vectors,
)

AT_ONCE = 10_000
"""Vectors that are looked for together; they are dropped some at a time, so that no run waits
long for SQLite's lock."""


def prune(database: Database, before: datetime) -> dict[str, int]:
    """Drop what is older than ``before``, in one transaction.

    - vectors: they are a cache; and there are so many that they go batch by batch, apart
    - reports of runs
    - hosts that were not asked for since, and their robots.txt
    - what sites' articles have in common, where no article held it since
    - passages of decided articles; the row stays, with its fingerprint, so that the
      article is still known when it is listed again; decisions on what is off topic lose
      their quote with it
    - entries that are settled and that their source lists no longer: one that it still
      lists would come back as new

    Passages and entries stay as long as a newer decision, development, mention or story
    rests on their article. Decisions, developments, stories, mentions and the outbox stay:
    they say what was told.

    :returns: rows deleted by table; for ``passages``, articles that lost theirs
    """
    # One subquery an aspect: each can use its own index.
    needed = [articles.c.id.in_(ids) for ids in _needed(before)]
    emptied = (
        sa.update(articles)
        .where(
            articles.c.decided,
            articles.c.first_seen < before,
            articles.c.passages != dump_passages(()),
            *map(sa.not_, needed),
        )
        .values(passages=dump_passages(()))
    )
    deletions = {
        "runs": sa.delete(runs).where(runs.c.started < before),
        "hosts": sa.delete(hosts).where(hosts.c.changed_at < before),
        "site_passages": sa.delete(site_passages).where(site_passages.c.seen_at < before),
        "robots": sa.delete(robots).where(robots.c.asked_at < before),
    }
    cached = _vectors(database, before)
    with database.write() as connection:
        counts = {"passages": connection.execute(emptied).rowcount}
        for name, statement in deletions.items():
            counts[name] = connection.execute(statement).rowcount
        doomed = _no_longer_listed(connection, before)
        for ids in chunks(doomed):
            connection.execute(sa.delete(entries).where(entries.c.id.in_(ids)))
    return counts | {"vectors": cached, "entries": len(doomed)}


def _vectors(database: Database, before: datetime) -> int:
    """Drop old vectors, a batch a transaction; one that was killed has dropped what it had.

    They are looked for without a lock: no index tells their age, which once a day would be
    worth less than its room. The oldest lie first, so only the last look goes through all.
    """
    old = sa.select(vectors.c.key).where(vectors.c.created_at < before).limit(AT_ONCE)
    dropped = 0
    while True:
        with database.read() as connection:
            keys = connection.scalars(old).all()
        for some in chunks(keys):
            gone = sa.delete(vectors).where(database.among(vectors.c.key, some))
            with database.write() as connection:
                dropped += connection.execute(gone).rowcount
        if len(keys) < AT_ONCE:
            return dropped


def _needed(before: datetime) -> list[sa.Select[tuple[str]]]:
    """Ids of articles on which something newer rests."""
    newer = decisions.c.decided_at >= before
    return [
        sa.select(decisions.c.article_id).where(newer),
        sa.select(decisions.c.nearest).where(newer, decisions.c.nearest.is_not(None)),
        sa.select(mentions.c.article_id).where(mentions.c.seen_at >= before),
        sa.select(developments.c.article_id)
        .join(stories, stories.c.id == developments.c.story_id)
        .where((developments.c.founded_at >= before) | (stories.c.changed_at >= before)),
    ]


def _no_longer_listed(connection: Connection, before: datetime) -> list[int]:
    """Ids of settled entries that nothing needs and that their source lists no longer."""
    undecided = sa.select(articles.c.id).where(UNDECIDED)
    without_article = entries.c.article_id.is_(None)
    old = (
        sa.select(entries.c.id, entries.c.listed_at, sources.c.listed_at.label("source_listed_at"))
        .join(sources, sources.c.id == entries.c.source_id)
        .where(
            entries.c.fate != Fate.WAITING,
            entries.c.listed_at < before,
            *(
                without_article | entries.c.article_id.not_in(ids)
                for ids in (undecided, *_needed(before))
            ),
        )
    )
    return [
        row.id
        for row in connection.execute(old)
        if row.listed_at <= row.source_listed_at - LISTED_WITHIN
    ]

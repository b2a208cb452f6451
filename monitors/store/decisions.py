"""Decisions, stories and developments, and what was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.errors import RunSkipped
from monitors.model import Decision, Development, Mention, Reason, Story, Vector, Verdict
from monitors.ports import Fence, Foreign, Outcome, TopicState
from monitors.store.engine import Database
from monitors.store.queue import queue
from monitors.store.rows import chunks, readable
from monitors.store.storylines import (
    decision,
    decision_row,
    development,
    development_row,
    mention,
    mention_row,
    passages_in,
    story_row,
)
from monitors.store.tables import (
    ON_TOPIC,
    articles,
    decisions,
    developments,
    leases,
    mentions,
    stories,
    topics,
)


class SqlDecisions:
    """Implements :class:`monitors.ports.DecisionStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def topic_states(self, topic_ids: Collection[str]) -> dict[str, TopicState]:
        """See the port."""
        found = {topic_id: TopicState(topic_id) for topic_id in topic_ids}
        with self._db.read() as connection:
            for ids in chunks(found):
                for row in connection.execute(sa.select(topics).where(topics.c.id.in_(ids))):
                    found[row.id] = TopicState(
                        row.id,
                        row.baseline_done,
                        row.first_seen,
                        row.definition or "",
                        row.behind,
                    )
        return found

    def finish_baseline(self, topic_ids: Collection[str], now: datetime) -> None:
        """See the port. A topic counts as first seen when this was first called for it."""
        rows = [
            {"id": topic_id, "baseline_done": True, "first_seen": now}
            for topic_id in sorted(set(topic_ids))
        ]
        keep = ("first_seen", "definition", "behind")
        with self._db.write() as connection:
            if rows:
                connection.execute(self._db.upsert(topics, ("id",), keep=keep), rows)
                _date(connection, sorted(set(topic_ids)), now)

    def keep_topic(self, state: TopicState, now: datetime) -> None:
        """See the port."""
        row = {"definition": state.definition, "behind": state.behind}
        with self._db.write() as connection:
            start = {"id": state.topic_id, "baseline_done": False, **row}
            keep = ("baseline_done", "first_seen")
            connection.execute(self._db.upsert(topics, ("id",), keep=keep), start)
            if state.baseline_done:
                mine = sa.update(topics).where(topics.c.id == state.topic_id)
                connection.execute(mine.values(baseline_done=True))
                _date(connection, [state.topic_id], now)

    def memory(
        self, topic_id: str, since: datetime, model_id: str = "", most: int | None = None
    ) -> list[Mention]:
        """See the port.

        ``told`` follows the development: once its readers were told, every mention of it
        counts as told, also those stored before.
        """
        query = (
            sa.select(mentions, developments.c.told.label("development_told"))
            .join(developments, developments.c.id == mentions.c.development_id)
            .where(mentions.c.topic_id == topic_id, mentions.c.seen_at >= since)
            .order_by(mentions.c.seen_at.desc(), mentions.c.id.desc())
            .limit(most)
        )
        if model_id:
            query = query.where(mentions.c.model_id == model_id)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows[::-1], mention)

    def foreign(
        self,
        topic_ids: Collection[str],
        since: datetime,
        model_id: str,
        most: int | None = None,
    ) -> dict[str, list[Foreign]]:
        """See the port. Where nothing is foreign, an index answers."""
        others = (mentions.c.seen_at >= since) & (mentions.c.model_id != model_id)
        found: dict[str, list[Foreign]] = {}
        with self._db.read() as connection:
            for ids in chunks(sorted(set(topic_ids))):
                some = sa.select(mentions.c.topic_id).distinct()
                query = some.where(mentions.c.topic_id.in_(ids), others)
                for topic_id in connection.scalars(query).all():
                    rows = connection.execute(_foreign(topic_id, since, model_id, most))
                    found[topic_id] = [Foreign(*row) for row in rows]
        return {topic_id: rows for topic_id, rows in sorted(found.items()) if rows}

    def encode_anew(
        self,
        topic_id: str,
        model_id: str,
        vectors: Mapping[str, Vector],
        fence: Fence | None = None,
    ) -> int:
        """See the port."""
        changed = 0
        with self._db.write() as connection:
            if fence is not None:
                _insist(connection, fence)
            for article_id, vector in sorted(vectors.items()):
                mine = (mentions.c.topic_id == topic_id, mentions.c.article_id == article_id)
                change = sa.update(mentions).where(*mine, mentions.c.model_id != model_id)
                done = connection.execute(change.values(vector=vector, model_id=model_id))
                changed += done.rowcount
        return changed

    def record(self, outcome: Outcome, fence: Fence | None = None) -> int:
        """See the port. A decision is replaced by one that was made at the same time or later."""
        places = self._places(outcome)
        steps: Sequence[tuple[sa.Table, list[dict[str, Any]]]] = (
            (stories, [story_row(s) for s in outcome.stories]),
            (developments, [development_row(d) for d in outcome.developments]),
            (mentions, [mention_row(m) for m in outcome.mentions]),
            (decisions, [decision_row(d, places) for d in outcome.decisions]),
        )
        decided = sa.update(articles).where(articles.c.id == outcome.article_id)
        with self._db.write() as connection:
            if fence is not None:
                _insist(connection, fence)
            for table, rows in steps:
                if rows:
                    connection.execute(self._upserts[table.name], rows)
            queued = sum(
                queue(self._db, connection, alert, not_before, outcome.holds.get(alert.key))
                for alert, not_before in outcome.alerts
            )
            connection.execute(decided.values(decided=True))
        return queued

    def _places(self, outcome: Outcome) -> dict[str, int]:
        """The article's passages, each with its place, where something is off topic."""
        if all(decided.reason is not Reason.OFF_TOPIC for decided in outcome.decisions):
            return {}
        query = sa.select(articles.c.passages).where(articles.c.id == outcome.article_id)
        with self._db.read() as connection:
            found = connection.scalar(query)
        return {p.text: place for place, p in enumerate(passages_in(found))}

    @cached_property
    def _upserts(self) -> dict[str, Any]:
        """What stores the rows of an outcome, by table."""
        upsert, prepared = self._db.upsert, self._db.prepared
        newer = upsert(
            decisions,
            ("article_id", "topic_id"),
            where=lambda new: decisions.c.decided_at <= new.decided_at,
        )
        changed = upsert(stories, ("id",), keep=("headline", "opened_at"))
        return {
            stories.name: prepared(changed, stories),
            developments.name: prepared(upsert(developments, ("id",)), developments),
            mentions.name: prepared(upsert(mentions, ("topic_id", "article_id")), mentions),
            decisions.name: prepared(newer, decisions),
        }

    def decisions(
        self,
        *,
        article_id: str | None = None,
        topic_id: str | None = None,
        verdicts: Collection[str] = (),
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[Decision]:
        """See the port."""
        there = (articles.c.id == decisions.c.article_id) & decisions.c.place.is_not(None)
        query = sa.select(decisions, articles.c.passages).outerjoin(articles, there)
        if article_id is not None:
            query = query.where(decisions.c.article_id == article_id)
        if topic_id is not None:
            query = query.where(decisions.c.topic_id == topic_id)
        if verdicts:
            query = query.where(decisions.c.verdict.in_(list(verdicts)))
            if Verdict.NONE not in verdicts:
                query = query.where(ON_TOPIC)
        if since is not None:
            query = query.where(decisions.c.decided_at >= since)
        query = query.order_by(decisions.c.decided_at.desc(), decisions.c.id.desc())
        with self._db.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return readable(rows, decision)

    def stories(self, topic_id: str | None = None, limit: int = 100) -> list[Story]:
        """See the port."""
        query = sa.select(stories).order_by(stories.c.changed_at.desc(), stories.c.id)
        if topic_id is not None:
            query = query.where(stories.c.topic_id == topic_id)
        with self._db.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [Story(r.id, r.topic_id, r.headline, r.opened_at, r.changed_at) for r in rows]

    def developments(self, story_id: str) -> list[Development]:
        """See the port."""
        query = (
            sa.select(developments)
            .where(developments.c.story_id == story_id)
            .order_by(developments.c.founded_at, developments.c.id)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [development(row) for row in rows]

    def told_since(self, topic_id: str, since: datetime) -> int:
        """See the port."""
        query = sa.select(sa.func.count()).where(
            ON_TOPIC,
            decisions.c.topic_id == topic_id,
            decisions.c.verdict == Verdict.ALERT,
            decisions.c.decided_at >= since,
        )
        with self._db.read() as connection:
            return int(connection.scalar(query) or 0)


def _foreign(
    topic_id: str, since: datetime, model_id: str, most: int | None
) -> sa.Select[tuple[str, str]]:
    """Of the newest ``most`` mentions of a topic those that another encoder made."""
    newest = (
        sa.select(mentions.c.id)
        .where(mentions.c.topic_id == topic_id, mentions.c.seen_at >= since)
        .order_by(mentions.c.seen_at.desc(), mentions.c.id.desc())
        .limit(most)
    )
    told = mentions.c.told | developments.c.told
    return (
        sa.select(mentions.c.article_id, mentions.c.key_text)
        .join(developments, developments.c.id == mentions.c.development_id)
        .where(mentions.c.id.in_(newest), mentions.c.model_id != model_id)
        .order_by(told.desc(), mentions.c.seen_at.desc(), mentions.c.id.desc())
    )


def _insist(connection: Connection, fence: Fence) -> None:
    """Nobody else has the lease, nor can take it before the transaction ends."""
    query = sa.select(leases.c.holder).where(leases.c.name == fence.lease)
    holder = connection.scalar(query.with_for_update(read=True))
    if holder != fence.holder:
        other = f"run {holder.partition(' ')[0]}" if holder else "another run"
        raise RunSkipped(
            "this run",
            f"{other} took over deciding",
            "Nothing is lost: what this run did not decide, the other one does",
        )


def _date(connection: sa.Connection, topic_ids: Sequence[str], now: datetime) -> None:
    """From now on these topics alert, unless they have done so before."""
    undated = topics.c.id.in_(topic_ids) & topics.c.first_seen.is_(None)
    connection.execute(sa.update(topics).where(undated).values(first_seen=now))

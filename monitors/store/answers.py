"""What readers answered, and which stories they muted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import Answer, AnswerKind
from monitors.store.engine import Database
from monitors.store.tables import answers, muted_stories

_OPINIONS = (AnswerKind.USEFUL, AnswerKind.NOT_NEW, AnswerKind.NOT_RELEVANT)
_COUNTS = answers.c.undone_at.is_(None)


class SqlAnswers:
    """Implements :class:`monitors.ports.AnswerStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, answer: Answer) -> bool:
        """See the port."""
        mine = (answers.c.alert_key == answer.alert_key) & (answers.c.who == answer.who)
        same = sa.select(answers.c.id).where(mine, _COUNTS, answers.c.kind == answer.kind)
        with self._db.write() as connection:
            if connection.execute(same).first() is not None:
                return False
            if answer.kind in _OPINIONS:
                earlier = sa.update(answers).where(mine, _COUNTS, answers.c.kind.in_(_OPINIONS))
                connection.execute(earlier.values(undone_at=answer.at))
            added = self._db.insert(answers).values(_row(answer)).on_conflict_do_nothing()
            answer_id = connection.scalar(added.returning(answers.c.id))
            if answer_id is not None and answer.kind is AnswerKind.MUTE:
                self._mute(connection, answer_id, answer.story_ids)
        return answer_id is not None

    def of_alert(self, alert_key: str) -> list[Answer]:
        """See the port."""
        query = sa.select(answers).where(answers.c.alert_key == alert_key, _COUNTS)
        with self._db.read() as connection:
            return [_answer(row) for row in connection.execute(query.order_by(answers.c.id))]

    def rows(self, topic_id: str | None = None, limit: int = 100) -> list[Answer]:
        """See the port."""
        query = sa.select(answers).order_by(answers.c.id.desc()).limit(limit)
        if topic_id is not None:
            query = query.where(
                answers.c.topic_ids.contains(json.dumps(topic_id), autoescape=True)
            )
        with self._db.read() as connection:
            return [_answer(row) for row in connection.execute(query)]

    def undo(self, answer_id: int, now: datetime) -> Answer | None:
        """See the port."""
        query = sa.select(answers).where(answers.c.id == answer_id, _COUNTS).with_for_update()
        with self._db.write() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            self._undo(connection, [answer_id], now)
        return replace(_answer(row), undone_at=now)

    def unmute(self, story_ids: Collection[str], now: datetime) -> int:
        """See the port."""
        muting = sa.select(muted_stories.c.answer_id).where(
            muted_stories.c.story_id.in_(story_ids)
        )
        with self._db.write() as connection:
            ids = list(connection.scalars(muting.distinct()))
            self._undo(connection, ids, now)
        return len(ids)

    def muted(self) -> frozenset[str]:
        """See the port."""
        with self._db.read() as connection:
            return frozenset(connection.scalars(sa.select(muted_stories.c.story_id)))

    def familiar(self, since: datetime) -> frozenset[str]:
        """See the port."""
        kinds = (AnswerKind.USEFUL, AnswerKind.NOT_NEW)
        query = sa.select(answers).where(_COUNTS, answers.c.kind.in_(kinds), answers.c.at >= since)
        votes: Counter[str] = Counter()
        stories: dict[str, tuple[str, ...]] = {}
        with self._db.read() as connection:
            for answer in map(_answer, connection.execute(query)):
                votes[answer.alert_key] += 1 if answer.kind is AnswerKind.NOT_NEW else -1
                stories[answer.alert_key] = answer.story_ids
        return frozenset(story for key, n in votes.items() if n > 0 for story in stories[key])

    def _mute(self, connection: Connection, answer_id: int, story_ids: Iterable[str]) -> None:
        for story_id in story_ids:
            row = {"story_id": story_id, "answer_id": answer_id}
            connection.execute(self._db.insert(muted_stories).values(row))

    def _undo(self, connection: Connection, ids: Collection[int], now: datetime) -> None:
        undone = sa.update(answers).where(answers.c.id.in_(ids)).values(undone_at=now)
        connection.execute(undone)
        connection.execute(sa.delete(muted_stories).where(muted_stories.c.answer_id.in_(ids)))


def _row(answer: Answer) -> dict[str, Any]:
    return {
        "kind": answer.kind,
        "who": answer.who,
        "at": answer.at,
        "alert_key": answer.alert_key,
        "headline": answer.headline,
        "topic_ids": json.dumps(list(answer.topic_ids)),
        "story_ids": json.dumps(list(answer.story_ids)),
        "article_id": answer.article_id,
    }


def _answer(row: sa.Row[Any]) -> Answer:
    return Answer(
        id=row.id,
        kind=AnswerKind(row.kind),
        who=row.who,
        at=row.at,
        alert_key=row.alert_key,
        headline=row.headline,
        topic_ids=tuple(json.loads(row.topic_ids)),
        story_ids=tuple(json.loads(row.story_ids)),
        article_id=row.article_id,
        undone_at=row.undone_at,
    )

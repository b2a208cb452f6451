"""What was learnt from answers, in every state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitors.model import (
    AnswerKind,
    Change,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Trial,
)
from monitors.store.decoding import UndecodableError, build, load, parsed
from monitors.store.engine import Database
from monitors.store.rows import readable
from monitors.store.tables import lessons


class SqlLessons:
    """Implements :class:`monitors.ports.LessonStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def propose(self, proposed: Iterable[Lesson]) -> list[Lesson]:
        """See the port."""
        stored = []
        with self._db.write() as connection:
            for lesson in proposed:
                added = self._db.insert(lessons).values(_row(lesson)).on_conflict_do_nothing()
                number = connection.scalar(added.returning(lessons.c.id))
                if number is not None:
                    stored.append(replace(lesson, id=number))
        return stored

    def rows(
        self,
        topic_id: str | None = None,
        states: Collection[LessonState] = (),
        limit: int = 1000,
    ) -> list[Lesson]:
        """See the port."""
        query = sa.select(lessons).order_by(lessons.c.id.desc()).limit(limit)
        if topic_id is not None:
            query = query.where(lessons.c.topic_id == topic_id)
        if states:
            query = query.where(lessons.c.state.in_(list(states)))
        with self._db.read() as connection:
            return readable(connection.execute(query).all(), _lesson)

    def get(self, number: int) -> Lesson | None:
        """See the port."""
        query = sa.select(lessons).where(lessons.c.id == number)
        with self._db.read() as connection:
            found = readable(connection.execute(query).all(), _lesson)
        return found[0] if found else None

    def change(self, steps: Collection[tuple[Lesson, Lesson]]) -> bool:
        """See the port."""
        ids = [seen.id for seen, _ in steps]
        stored = sa.select(lessons.c.id, lessons.c.state, lessons.c.changed_at)
        with self._db.write() as connection:
            rows = connection.execute(stored.where(lessons.c.id.in_(ids)).with_for_update())
            now = {row.id: (row.state, row.changed_at) for row in rows}
            if any(now.get(seen.id) != (seen.state, seen.changed_at) for seen, _ in steps):
                return False
            for seen, after in steps:
                connection.execute(
                    sa.update(lessons)
                    .where(lessons.c.id == seen.id)
                    .values(
                        state=after.state,
                        reason=after.reason,
                        changed_at=after.changed_at,
                        trial=_dump_trial(after.trial),
                    )
                )
        return True


def _row(lesson: Lesson) -> dict[str, Any]:
    return {
        "topic_id": lesson.topic_id,
        "kind": lesson.kind,
        "state": lesson.state,
        "reason": lesson.reason,
        "proposed_at": lesson.proposed_at,
        "changed_at": lesson.changed_at,
        "answers": json.dumps(list(lesson.answers)),
        "article_id": lesson.article_id,
        "text": lesson.text,
        "language": lesson.language,
        "shift": lesson.shift,
        "trial": _dump_trial(lesson.trial),
    }


def _lesson(row: sa.Row[Any]) -> Lesson:
    try:
        kind, state, reason = (
            LessonKind(row.kind), LessonState(row.state), LessonReason(row.reason)
        )  # fmt: skip
    except ValueError as error:
        raise UndecodableError(str(error)) from error
    return Lesson(
        id=row.id,
        topic_id=row.topic_id,
        kind=kind,
        state=state,
        reason=reason,
        proposed_at=row.proposed_at,
        changed_at=row.changed_at,
        answers=tuple(parsed(row.answers, list)),
        article_id=row.article_id,
        text=row.text,
        language=row.language,
        shift=row.shift,
        trial=None if row.trial is None else _load_trial(row.trial),
    )


def _dump_trial(trial: Trial | None) -> str | None:
    if trial is None:
        return None
    plain = {
        "at": trial.at.isoformat(),
        "days": trial.days,
        "written": trial.written,
        "before": trial.before,
        "after": trial.after,
        "useful": trial.useful,
        "changes": [
            {
                "article_id": change.article_id,
                "headline": change.headline,
                "opinion": change.opinion,
                "told": change.told,
            }
            for change in trial.changes
        ],
    }
    return json.dumps(plain, ensure_ascii=False)


def _load_trial(text: str) -> Trial:
    """The trial in ``text``.

    :raises UndecodableError: it holds none
    """
    return load(
        text,
        Trial,
        {"at": datetime.fromisoformat, "changes": _to_changes},
        ("days", "written", "before", "after", "useful"),
    )


def _to_changes(found: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        build(row, Change, {"opinion": _to_opinion}, ("article_id", "headline", "told"))
        for row in found
    )


def _to_opinion(value: str | None) -> AnswerKind | None:
    return None if value is None else AnswerKind(value)

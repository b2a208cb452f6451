"""An operator puts a lesson out of force, or has it replayed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitors.model import Lesson, LessonReason, LessonState
from monitors.ports import LessonStore


def undo(lessons: LessonStore, number: int, now: datetime) -> Lesson | None:
    """Put a lesson out of force, or take back its proposal; the next run decides without it.

    :returns: the lesson as it is now; None where none such is proposed or in force
    :raises StoreError: the database cannot be read or written
    """
    return _changed(
        lessons,
        number,
        (LessonState.ACTIVE, LessonState.PROPOSED),
        (LessonState.UNDONE, LessonReason.OPERATOR),
        now,
    )


def propose_again(lessons: LessonStore, number: int, now: datetime) -> Lesson | None:
    """Let a lesson that was undone or refused be replayed by the next pass.

    :returns: the lesson as it is now; None where none such was undone or refused, or where
        another one of the same article waits or is in force
    :raises StoreError: the database cannot be read or written
    """
    seen = lessons.get(number)
    alive = (LessonState.PROPOSED, LessonState.ACTIVE)
    if seen is not None and seen.article_id:
        for other in lessons.rows(seen.topic_id, alive):
            if (other.kind, other.article_id) == (seen.kind, seen.article_id):
                return None
    return _changed(
        lessons,
        number,
        (LessonState.UNDONE, LessonState.REFUSED),
        (LessonState.PROPOSED, LessonReason.WAITS),
        now,
    )


def _changed(
    lessons: LessonStore,
    number: int,
    states: tuple[LessonState, ...],
    to: tuple[LessonState, LessonReason],
    now: datetime,
) -> Lesson | None:
    seen = lessons.get(number)
    if seen is None or seen.state not in states:
        return None
    made = replace(seen, state=to[0], reason=to[1], changed_at=now)
    return made if lessons.change([(seen, made)]) else None

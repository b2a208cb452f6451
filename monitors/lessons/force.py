"""Gives a watch list what its topics have learnt and is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitors.decide.lessons import taught
from monitors.model import Lesson, LessonKind, LessonState, Watchlist
from monitors.ports import LessonStore

_WORDS = {
    LessonKind.EXAMPLE: "like this is wanted",
    LessonKind.COUNTEREXAMPLE: "like this is not wanted",
    LessonKind.LINE: "the alert line is moved by",
    LessonKind.NOVELTY: "the likeness that counts as known is moved by",
}
_HEADLINE = 90


def in_force(watchlist: Watchlist, lessons: LessonStore) -> Watchlist:
    """``watchlist`` with what readers' answers taught its topics.

    :raises StoreError: the lessons cannot be read
    """
    active = lessons.rows(states=[LessonState.ACTIVE])
    return replace(watchlist, topics=tuple(taught(topic, active) for topic in watchlist.topics))


def as_written(watchlist: Watchlist) -> Watchlist:
    """``watchlist`` without anything learnt."""
    return replace(watchlist, topics=tuple(taught(topic, ()) for topic in watchlist.topics))


def news(lessons: LessonStore, start: datetime, end: datetime | None = None) -> list[str]:
    """What came into force, or was taken back, after ``start``: one line each, oldest first.

    :param end: and until then
    """
    changed = lessons.rows(states=[LessonState.ACTIVE, LessonState.UNDONE])
    return [
        f"{x.topic_id}: lesson {x.id} is {x.state.value} ({x.reason.value}): {in_words(x)}"
        for x in reversed(changed)
        if x.changed_at > start and (end is None or x.changed_at <= end)
    ]


def in_words(lesson: Lesson) -> str:
    """What a lesson says, in one line."""
    words = _WORDS[lesson.kind]
    if lesson.kind in (LessonKind.LINE, LessonKind.NOVELTY):
        return f"{words} {lesson.shift:+.2f}"
    text = " ".join(lesson.text.split())
    short = text if len(text) <= _HEADLINE else text[: _HEADLINE - 1].rstrip() + "…"
    return f"{words}: {short}"

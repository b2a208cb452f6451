"""Lessons, and the stories that readers call known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from store_values import DAY, HOUR, NOW

from monitors.model import (
    Answer,
    AnswerKind,
    Change,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Trial,
)
from monitors.store import SqlStore

TRIAL = Trial(
    NOW, 30.5, 1.25, 1.0, 0.75, 3,
    (
        Change("A-7", "Талкс", AnswerKind.NOT_RELEVANT, told=False),
        Change("A-8", "Nobody said", None, told=True),
    ),
)  # fmt: skip


def _lesson(article_id: str = "A-1", **changes: Any) -> Lesson:
    lesson = Lesson(
        "relief", LessonKind.COUNTEREXAMPLE, LessonState.PROPOSED, LessonReason.WAITS, NOW, NOW,
        (4, 7), article_id, "Переговоры. They met.", "ru",
    )  # fmt: skip
    return replace(lesson, **changes)


def _active(lesson: Lesson) -> Lesson:
    return replace(
        lesson,
        state=LessonState.ACTIVE,
        reason=LessonReason.PASSED,
        changed_at=NOW + HOUR,
        trial=TRIAL,
    )


def test_a_lesson_is_kept_as_it_was_proposed(store: SqlStore) -> None:
    line = _lesson("", kind=LessonKind.LINE, shift=-0.03, text="", language="")
    first, second = store.lessons.propose([_lesson(), line])
    assert replace(first, id=0) == _lesson()
    assert store.lessons.get(first.id) == first
    assert store.lessons.rows() == [second, first]
    assert store.lessons.get(99) is None


def test_an_article_is_a_lesson_once_while_it_waits_or_acts(store: SqlStore) -> None:
    [first] = store.lessons.propose([_lesson()])
    assert store.lessons.propose([_lesson()]) == []
    assert store.lessons.change([(first, _active(first))])
    assert store.lessons.propose([_lesson()]) == []
    assert len(store.lessons.propose([_lesson("A-2"), _lesson(topic_id="summit")])) == 2
    undone = replace(_active(first), state=LessonState.UNDONE, reason=LessonReason.WITHDRAWN)
    assert store.lessons.change([(_active(first), undone)])
    assert len(store.lessons.propose([_lesson()])) == 1


def test_lines_may_wait_beside_the_one_in_force(store: SqlStore) -> None:
    line = _lesson("", kind=LessonKind.LINE, shift=0.02)
    [first] = store.lessons.propose([line])
    assert store.lessons.change([(first, _active(first))])
    assert len(store.lessons.propose([replace(line, shift=0.03)])) == 1


def test_a_trial_is_kept_with_its_numbers_and_changes(store: SqlStore) -> None:
    [lesson] = store.lessons.propose([_lesson()])
    assert store.lessons.change([(lesson, _active(lesson))])
    assert store.lessons.get(lesson.id) == _active(lesson)


def test_changes_are_made_together_or_not_at_all(store: SqlStore) -> None:
    one, two = store.lessons.propose([_lesson("A-1"), _lesson("A-2")])
    assert store.lessons.change([(two, _active(two))])
    assert not store.lessons.change([(one, _active(one)), (two, _active(two))])
    assert store.lessons.get(one.id) == one
    assert not store.lessons.change([(replace(one, id=99), _active(one))])
    assert store.lessons.change([])


def test_lessons_are_listed_by_topic_and_state(store: SqlStore) -> None:
    one, two, three = store.lessons.propose(
        [_lesson("A-1"), _lesson("A-2"), _lesson("A-1", topic_id="summit")]
    )
    store.lessons.change([(one, _active(one))])
    assert [x.id for x in store.lessons.rows("relief")] == [two.id, one.id]
    assert [x.id for x in store.lessons.rows(states=[LessonState.ACTIVE])] == [one.id]
    assert [x.id for x in store.lessons.rows("summit", [LessonState.PROPOSED])] == [three.id]
    assert [x.id for x in store.lessons.rows(limit=1)] == [three.id]


def test_a_story_is_familiar_while_more_say_not_new_than_useful(store: SqlStore) -> None:
    def say(kind: AnswerKind, who: str, key: str = "K-1", story: str = "S-1") -> None:
        store.answers.add(Answer(kind, who, NOW, key, "H", ("relief",), (story,), "A-1"))

    say(AnswerKind.NOT_NEW, "R-1")
    say(AnswerKind.NOT_NEW, "R-1", "K-2", "S-2")
    say(AnswerKind.NOT_RELEVANT, "R-1", "K-3", "S-3")
    assert store.answers.familiar(NOW - DAY) == {"S-1", "S-2"}
    assert store.answers.familiar(NOW + DAY) == frozenset()
    say(AnswerKind.USEFUL, "R-2")
    assert store.answers.familiar(NOW - DAY) == {"S-2"}
    store.answers.undo(2, NOW)
    assert store.answers.familiar(NOW - DAY) == frozenset()

"""From answers to alerts: proposed, replayed, in force, and undone again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lessons_values import FESTIVAL, STRIKE, Readers

from monitors.decide.lessons import BY_ONE
from monitors.decide.names import LESSON, WRITTEN
from monitors.errors import RunSkipped
from monitors.lessons.teaching import propose, teach
from monitors.lessons.undoing import propose_again, undo
from monitors.model import AnswerKind, LessonKind, LessonReason, LessonState
from tests.support.newsroom import HARBOUR

USEFUL, NOT_RELEVANT = AnswerKind.USEFUL, AnswerKind.NOT_RELEVANT
ACTIVE, REFUSED, UNDONE = LessonState.ACTIVE, LessonState.REFUSED, LessonState.UNDONE


def test_a_family_that_is_not_relevant_alerts_no_more_until_it_is_undone(
    readers: Readers,
) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    room = readers.room
    proposed = propose(readers.store, [HARBOUR], room.desk.calibration, room.clock.now())
    assert {lesson.kind for lesson in proposed} == {LessonKind.COUNTEREXAMPLE}
    assert readers.lessons(ACTIVE) == []

    done = readers.learn()
    assert {lesson.reason for lesson in done.changed} == {LessonReason.PASSED}
    [first, *_] = readers.lessons(ACTIVE)
    assert first.trial is not None
    assert first.trial.after < first.trial.before == first.trial.written
    assert {c.opinion for c in first.trial.changes} == {NOT_RELEVANT}
    assert readers.tell(FESTIVAL[3], STRIKE[3]) == [False, True]
    scores = room.decision("text-6").scores
    assert scores[WRITTEN] > 0.5
    assert scores[LESSON] in {lesson.id for lesson in readers.lessons(ACTIVE)}

    for lesson in readers.lessons(ACTIVE):
        assert undo(readers.store.lessons, lesson.id, room.clock.now())
    assert readers.tell(FESTIVAL[4]) == [True]
    assert {x.reason for x in readers.lessons(UNDONE)} == {LessonReason.OPERATOR}
    assert readers.learn().changed == []


def test_what_was_undone_is_replayed_again_before_it_acts(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    readers.learn()
    lesson = readers.lessons(ACTIVE)[0]
    now = readers.room.clock.now()
    assert undo(readers.store.lessons, lesson.id, now)
    assert undo(readers.store.lessons, lesson.id, now) is None
    again = propose_again(readers.store.lessons, lesson.id, now)
    assert again is not None
    assert again.state is LessonState.PROPOSED
    assert [x.id for x in readers.learn().changed] == [lesson.id]
    assert lesson.id in {x.id for x in readers.lessons(ACTIVE)}


def test_a_lesson_that_would_lose_a_useful_alert_is_refused(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, FESTIVAL[0], FESTIVAL[1])
    readers.answer(USEFUL, FESTIVAL[2])
    room = readers.room
    # As an example, the last of them would keep itself: an operator does not want that.
    propose(readers.store, [HARBOUR], room.desk.calibration, room.clock.now())
    [example] = [x for x in readers.lessons() if x.kind is LessonKind.EXAMPLE]
    undo(readers.store.lessons, example.id, room.clock.now())
    readers.learn()
    texts = [x for x in readers.lessons() if x.kind is LessonKind.COUNTEREXAMPLE]
    refused = [x for x in texts if x.reason is LessonReason.LOSES_USEFUL]
    assert refused
    assert all(x.trial and any(c.opinion is USEFUL for c in x.trial.changes) for x in refused)
    assert readers.tell(replace_words(FESTIVAL[2])) == [True]


def replace_words(text: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        part.replace("Families", "Children").replace("again", "once more") for part in text
    )


def test_a_wild_clicker_does_not_silence_the_topic(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *STRIKE[:3], *FESTIVAL[:3], who="wild")
    readers.learn()
    readers.learn()
    active = readers.lessons(ACTIVE)
    assert len(active) <= BY_ONE + 1
    last = max((x for x in active if x.trial), key=lambda x: x.id).trial
    assert last is not None
    assert last.after >= last.written / 4 > 0


def test_others_who_find_them_useful_outweigh_a_wild_clicker(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *STRIKE[:3], who="wild")
    for who in ("R-1", "R-2"):
        readers.answer(USEFUL, *STRIKE[:3], who=who)
    readers.learn()
    kinds = {x.kind for x in readers.lessons(ACTIVE)}
    assert LessonKind.COUNTEREXAMPLE not in kinds
    assert readers.tell(STRIKE[3]) == [True]


def test_a_lesson_falls_when_its_answer_is_undone(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    readers.learn()
    lesson = readers.lessons(ACTIVE)[0]
    for number in lesson.answers:
        readers.store.answers.undo(number, readers.room.clock.now())
    readers.learn()
    fallen = readers.store.lessons.get(lesson.id)
    assert fallen is not None
    assert (fallen.state, fallen.reason) == (UNDONE, LessonReason.WITHDRAWN)


def test_a_lesson_is_taken_back_when_what_it_loses_turns_out_useful(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:2])
    readers.answer(AnswerKind.NOT_NEW, FESTIVAL[2])
    readers.learn()
    assert readers.tell(FESTIVAL[3]) == [False]
    readers.room.later()
    readers.answer(USEFUL, FESTIVAL[3], who="R-2")
    done = readers.learn()
    taken = [x for x in done.changed if x.reason is LessonReason.LOSES_USEFUL]
    assert taken
    assert readers.tell(FESTIVAL[4]) == [True]


def test_a_pass_without_time_leaves_what_it_proposed(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    assert readers.learn(seconds=-1.0).waiting == 3
    assert {x.reason for x in readers.lessons()} == {LessonReason.WAITS}
    assert readers.learn().waiting == 0


def test_where_nothing_is_stored_lessons_wait_and_say_so(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    readers.room.later(60 * 24 * 70)
    assert readers.learn().waiting == 3
    assert {x.reason for x in readers.lessons()} == {LessonReason.NOTHING_STORED}


def test_two_passes_do_not_meet(readers: Readers) -> None:
    runs, now = readers.store.runs, readers.room.wall.now()
    assert runs.acquire("learn", "L-other", now, timedelta(minutes=10)) is None
    with pytest.raises(RunSkipped, match="another pass"):
        teach(readers.room.desk)


def test_the_report_of_the_next_run_says_what_came_into_force(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    readers.learn()
    readers.next_run()
    [line, *_] = readers.room.run().lessons
    assert line.startswith("harbour: lesson ")
    assert "is active (replayed: nothing useful is lost): like this is not wanted" in line
    readers.room.later()
    assert readers.room.run().lessons == []


def test_bounds_hold_whatever_the_database_says(readers: Readers) -> None:
    readers.answer(NOT_RELEVANT, *FESTIVAL[:3])
    readers.learn()
    [lesson] = readers.store.lessons.propose(
        [
            replace(
                readers.lessons(ACTIVE)[0],
                kind=LessonKind.LINE,
                article_id="",
                shift=9.0,
                id=0,
            )
        ]
    )
    readers.next_run()
    assert lesson.state is ACTIVE
    assert readers.room.desk.watchlist.topics[0].learnt.line == 0.05

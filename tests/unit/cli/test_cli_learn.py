"""``tidings learn``, ``tidings topics TOPIC``, and where lessons show elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cli_values import NOW, Program, Tidings

from monitors.calibration import load_calibration
from monitors.decide.names import LESSON, MOVED, NEARNESS, WRITTEN
from monitors.model import (
    Answer,
    AnswerKind,
    Change,
    Lesson,
    LessonKind,
    LessonReason,
    LessonState,
    Sensitivity,
    Trial,
)
from monitors.ports import Outcome
from monitors.store import SqlStore

LINE = load_calibration("builtin:e5-small").alert_lines[Sensitivity.BALANCED]

TRIAL = Trial(
    NOW, 30.0, 1.2, 1.2, 0.9, 2,
    (Change("A-told", "Title of told", AnswerKind.NOT_RELEVANT, told=False),),
)  # fmt: skip


@pytest.fixture
def taught(filled: SqlStore) -> SqlStore:
    """A counterexample in force, a line in force, one that was refused; one answer."""
    filled.answers.add(
        Answer(AnswerKind.NOT_RELEVANT, "R-1", NOW, "K-1", "H", ("relief",), (), "A-told")
    )
    text = Lesson(
        "relief", LessonKind.COUNTEREXAMPLE, LessonState.ACTIVE, LessonReason.PASSED,
        NOW, NOW, (1,), "A-told", "Title of told. The bank was delisted.", "en", trial=TRIAL,
    )  # fmt: skip
    line = replace(text, kind=LessonKind.LINE, article_id="", text="", shift=0.03, trial=None)
    refused = replace(
        text,
        kind=LessonKind.EXAMPLE,
        article_id="A-held",
        state=LessonState.REFUSED,
        reason=LessonReason.LOSES_USEFUL,
    )
    filled.lessons.propose([text, line, refused])
    return filled


def test_a_topic_shows_what_it_learnt_and_its_effect(tidings: Tidings, taught: SqlStore) -> None:
    shown = tidings("topics", "relief").output
    for words in (
        "examples   1 written, 0 learnt",
        "not        0 written, 1 learnt",
        "balanced, moved by +0.03",
        "like this is not wanted: Title of told",
        "replayed: nothing useful is lost",
        "would lose an alert that was useful",
        "1.20 -> 0.90",
        "- Title of told [not relevant] (A-told)",
        "tidings learn --undo NUMBER",
    ):
        assert words in shown
    plain = json.loads(tidings("topics", "relief", "--json").output)
    assert [row["state"] for row in plain["lessons"]] == ["refused", "active", "active"]
    assert plain["lessons"][2]["replay"]["alerts_a_day"]["with_it"] == 0.9
    assert plain["lessons"][2]["answers"] == [1]
    rows = json.loads(tidings("topics", "--json").output)
    assert [row["lessons"] for row in rows] == [2, 0]


def test_a_topic_that_learnt_nothing_says_so(tidings: Tidings, taught: SqlStore) -> None:
    shown = tidings("topics", "summit").output
    assert "Learnt from answers: none yet" in shown
    assert "balanced, as written" in shown


def test_a_lesson_is_undone_by_its_number_once(called: Program, taught: SqlStore) -> None:
    done = called("learn", "--undo", "1")
    assert done.returncode == 0
    assert "lesson 1 of relief is out of force: like this is not wanted" in done.stdout
    undone = taught.lessons.get(1)
    assert undone is not None
    assert (undone.state, undone.reason) == (LessonState.UNDONE, LessonReason.OPERATOR)
    again = called("learn", "--undo", "1")
    assert again.returncode == 1
    assert "lesson 1: none with this number is proposed or in force" in again.stderr


@pytest.mark.parametrize("number", ["2", "99"])
def test_what_is_in_force_or_unknown_cannot_be_redone(
    called: Program, taught: SqlStore, number: str
) -> None:
    done = called("learn", "--redo", number)
    assert done.returncode == 1
    assert "tidings topics TOPIC lists them" in done.stderr


def test_redoing_waits_where_nothing_can_be_replayed(called: Program, taught: SqlStore) -> None:
    called("learn", "--undo", "1")
    for article in ("A-told", "A-held", "A-unfit", "A-waiting"):
        assert taught.articles.find(article)
    done = called("learn", "--redo", "1", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["problems"] == []
    [changed] = [row for row in answer["changed"] if row["id"] == 1]
    assert changed["replay"]["days"] >= 1


def test_without_answers_there_is_nothing_to_learn(called: Program, filled: SqlStore) -> None:
    assert called("learn").stdout == "Nothing new to learn from answers.\n"
    unknown = called("learn", "weather")
    assert unknown.returncode == 2
    assert "Known are: relief, summit" in unknown.stderr


def test_a_backtest_compares_the_topic_as_written_with_what_it_learnt(
    called: Program, taught: SqlStore
) -> None:
    done = called("backtest", "relief", "--without-lessons", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == {"version", "against", "difference"}
    lines = [_line(answer[name]) for name in ("version", "against")]
    assert lines == [f"{LINE:.2f}", f"{LINE + 0.03:.2f}"]
    refused = called("backtest", "relief", "--without-lessons", "--against", "other.yaml")
    assert refused.returncode == 2
    assert "--against" in refused.stderr


def _line(version: Mapping[str, Any]) -> str:
    return f"{version['alert_line']:.2f}"


def test_undoing_an_answer_says_what_rests_on_it(called: Program, taught: SqlStore) -> None:
    assert "lessons rest on it (2, 1)" in called("topics", "--undo", "1").stdout


def test_explain_says_what_a_lesson_did(tidings: Tidings, taught: SqlStore) -> None:
    [decision] = taught.decisions.decisions(article_id="A-told")
    scores = {
        **decision.scores, "novelty": 1.0, "significance": 0.5, "confidence": 0.4,
        WRITTEN: 0.05, LESSON: 1.0, NEARNESS: 0.83, MOVED: 0.03,
    }  # fmt: skip
    made = replace(decision, scores=scores, decided_at=NOW + timedelta(minutes=1))
    taught.decisions.record(Outcome("A-told", (made,)))
    shown = " ".join(tidings("explain", "A-told").output.split())
    assert (
        "as the topic is written, the match would be 0.05: this decided; nearest of what was "
        "learnt is lesson 1, like it with 0.83"
    ) in shown
    assert "answers had moved the line by +0.03" in shown
    assert f"the line of balanced is now {LINE + 0.03:.2f}" in shown
    assert "nearest lesson" not in shown

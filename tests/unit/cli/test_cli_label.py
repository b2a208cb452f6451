"""``tidings label``: kept like the answers of buttons, and as easily undone."""

from __future__ import annotations

import json

import pytest
from cli_values import Program

from monitors.model import AnswerKind
from monitors.store import SqlStore


def test_a_label_is_kept_and_a_later_one_takes_its_place(
    called: Program, filled: SqlStore
) -> None:
    first = called("label", "A-held", "relief", "not-new")
    assert first.stdout == "not-new for relief, kept: Title of held [bold]\n"
    assert "was kept before" in called("label", "A-held", "relief", "not-new").stdout
    assert called("label", "https://news.example/held", "relief", "useful").returncode == 0
    useful, undone = filled.answers.rows("relief")
    assert (useful.kind, useful.article_id, useful.undone_at) == (
        AnswerKind.USEFUL,
        "A-held",
        None,
    )
    assert useful.story_ids == ("S-1",)
    assert undone.kind is AnswerKind.NOT_NEW
    assert undone.undone_at is not None


def test_a_label_is_listed_and_undone_like_any_answer(called: Program, filled: SqlStore) -> None:
    called("label", "A-unfit", "summit", "not-relevant")
    [row] = json.loads(called("topics", "--answers", "--json").stdout)
    assert (row["answer"], row["topics"], row["who"]) == (
        "not relevant",
        ["summit"],
        "command line",
    )
    assert called("topics", "--undo", "1").returncode == 0
    assert filled.answers.rows()[0].undone_at is not None


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("A-nowhere", "relief", "useful"), 1, "no such article is stored"),
        (("A-held", "weather", "useful"), 2, "Known are: relief, summit"),
        (("A-held", "relief", "boring"), 2, "not-relevant"),
    ],
)
def test_what_cannot_be_labelled_is_refused(
    called: Program, filled: SqlStore, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = called("label", *arguments)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert filled.answers.rows() == []

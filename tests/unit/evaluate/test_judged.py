"""What is said of a judge, from what it changed."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from monitors.evaluate import DecisionRecord, Evaluation, Judged, evaluate, render_judged
from monitors.model import Verdict
from monitors.streams import LabelledStream

StreamOf = Callable[..., LabelledStream]
Scored = Callable[..., Evaluation]


@pytest.fixture
def scored(stream_of: StreamOf) -> Scored:
    """The scores of alerting on these articles, of four developments of which three matter."""
    stream = stream_of("A.F", "B.F", "C.F", "D-.F")

    def score(*told: int) -> Evaluation:
        records = [DecisionRecord(f"n{number}", "one", Verdict.ALERT) for number in told]
        return evaluate(stream, records, resamples=0)

    return score


def said(found: Judged) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(render_judged(found))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_judge_that_helps_is_said_to_help(scored: Scored) -> None:
    found = Judged("large", scored(0, 3), scored(0, 1, 2), {"asked": 3, "changed": 3})
    assert found.difference == pytest.approx(1.0 - 0.4)
    text = " ".join(said(found).split())
    assert "With the judge large: asked 3, changed 3" in text
    assert "alone 0.50 0.33 0.40 0 1 2 with the judge 1.00 1.00 1.00 0 0 0" in text
    assert "With it, alerts are better on this stream." in text


def test_a_judge_that_harms_is_said_to_harm_and_what_to_do(scored: Scored) -> None:
    found = Judged("[bold]small", scored(0, 1, 2), scored(0, 1, 2, 3), {"asked": 1, "changed": 1})
    text = said(found)
    assert "With the judge [bold]small:" in text
    assert "With it, alerts are worse on this stream. Leave JUDGE_URL empty" in text


@pytest.mark.parametrize(
    ("counts", "advice"),
    [
        ({"asked": 4, "changed": 0}, "On this stream it makes no difference."),
        ({"asked": 2, "no answer": 2}, "It gave no answer at all. Check JUDGE_URL"),
        ({}, "Nothing was borderline here, so it was not asked"),
    ],
    ids=["no difference", "no answer", "not asked"],
)
def test_what_says_nothing_is_not_called_good_or_bad(
    scored: Scored, counts: dict[str, int], advice: str
) -> None:
    same = scored(0, 1)
    assert Judged("j", same, same, counts).advice.startswith(advice)


def test_f1_that_is_not_defined_is_no_difference(scored: Scored) -> None:
    nothing = scored()
    assert nothing.overall.f1.value is None or nothing.overall.f1.value == 0
    empty = replace(
        nothing, overall=replace(nothing.overall, f1=replace(nothing.overall.f1, value=None))
    )
    assert Judged("j", empty, scored(0), {"asked": 1}).difference == 0.0

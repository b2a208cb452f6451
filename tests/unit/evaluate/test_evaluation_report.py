from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console, Group
from rich.table import Table

from monitors.errors import StreamError
from monitors.evaluate import (
    DecisionRecord,
    as_json,
    errors,
    evaluate,
    read_decisions,
    record_of,
    render,
    render_errors,
    write_decisions,
)
from monitors.model import Decision, Reason, Verdict
from monitors.streams import LabelledStream

StreamOf = Callable[..., LabelledStream]
Decide = Callable[..., list[DecisionRecord]]


def text_of(renderable: Group | Table, width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_the_tables_fit_a_narrow_terminal(stream_of: StreamOf, decide: Decide) -> None:
    shown = text_of(render(evaluate(stream_of("A.F", "A.R", ""), decide("0:alert 1:alert"))))
    assert "1 of 2 alerts correct" in shown
    assert "1 of 1 told, 0 missed" in shown
    assert "…" not in shown
    (row,) = [line for line in shown.splitlines() if line.strip().startswith("one ")]
    assert row.split() == ["one", "2", "1", "0", "1", "0", "0", "0.50", "1.00", "0.67", "0.67"]


def test_undefined_figures_are_shown_as_none(stream_of: StreamOf) -> None:
    shown = text_of(render(evaluate(stream_of(""), [])))
    assert "none" in shown
    assert "nan" not in shown


def test_json_is_plain_and_complete(stream_of: StreamOf, decide: Decide) -> None:
    evaluation = evaluate(stream_of("A.F", "A.R", ""), decide("0:alert 1:alert 2:alert"))
    plain = json.loads(json.dumps(as_json(evaluation), allow_nan=False))
    assert plain["topics"]["one"]["precision"]["value"] == 0.333333
    assert plain["topics"]["two"]["precision"] == {"value": None, "low": None, "high": None}
    assert plain["overall"]["false_off_topic"] == 1
    assert plain["overall"]["story_quality"]["items"] == 2
    assert plain["resamples"] == 1000


def test_mistakes_are_listed_with_title_reason_and_nearest(
    stream_of: StreamOf, decide: Decide
) -> None:
    stream = stream_of("A.F", "A.R", "", "B.F", "C.F")
    decisions = decide("0:alert 1:alert 2:alert 3:none")
    decisions[1] = replace(decisions[1], reason="new story", nearest="n0")
    decisions[2] = replace(decisions[2], nearest="elsewhere")
    found = errors(stream, decisions)
    assert [(m.kind, m.article, m.verdict, m.reason) for m in found] == [
        ("duplicate", "n1", "alert", "new story"),
        ("false", "n2", "alert", "why"),
        ("missed", "n3", "none", "why"),
        ("missed", "n4", "undecided", ""),
    ]
    assert [m.nearest for m in found] == ["Title 0", "elsewhere", "", ""]
    assert found[0].developments == ("summary of A",)
    assert found[3].developments == ("summary of C",)
    assert found[0].title == "Title 1"


def test_a_headline_is_not_read_as_markup(stream_of: StreamOf, decide: Decide) -> None:
    stream = stream_of("")
    stream = replace(stream, articles=(replace(stream.articles[0], title="[red]x[/bold]"),))
    shown = text_of(render_errors(errors(stream, decide("0:alert"))), width=120)
    assert "[red]x[/bold]" in shown


def test_decisions_survive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    records = [
        DecisionRecord("a", "t", Verdict.ALERT, "new story", "d1", 0.9, "Цитата\u2028", "b"),
        DecisionRecord("b", "t", Verdict.NONE),
    ]
    write_decisions(path, records)
    assert read_decisions(path) == records


def test_three_fields_are_enough_and_others_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text('{"article": "a", "topic": "t", "verdict": "digest", "mood": 1}\n\n')
    assert read_decisions(path) == [DecisionRecord("a", "t", Verdict.DIGEST)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "this is no JSON"),
        ("[]", "this is no object"),
        ('{"article": "a", "topic": "t"}', "'verdict' is missing"),
        ('{"article": "a", "topic": "t", "verdict": "shout"}', "verdict 'shout' is unknown"),
        ('{"article": "a", "topic": "t", "verdict": "none", "score": "1"}', "is no number"),
    ],
)
def test_a_bad_decision_names_file_and_line(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(f'{{"article": "a", "topic": "t", "verdict": "none"}}\n{line}\n')
    with pytest.raises(StreamError, match=problem) as caught:
        read_decisions(path)
    assert caught.value.subject == f"{path}:2"


def test_a_decision_of_the_pipeline_becomes_a_record() -> None:
    decision = Decision(
        article_id="A-1",
        topic_id="t",
        verdict=Verdict.UPDATE,
        reason=Reason.CORROBORATION,
        decided_at=datetime(2025, 3, 1, tzinfo=UTC),
        score=0.7,
        passage="Quoted.",
        development_id="D-1",
        nearest="A-0",
    )
    assert record_of(decision, {"A-1": "n1", "A-0": "n0"}) == DecisionRecord(
        "n1", "t", Verdict.UPDATE, "corroboration", "D-1", 0.7, "Quoted.", "n0"
    )

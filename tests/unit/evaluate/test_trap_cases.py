"""When a case of a trap comes out right, and that the streams name cases that they have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.replaying import streams
from benchmarks.traps import TRAPS, Sprung, cases_of, mistakes, sprung, table
from benchmarks.wordings import RUSSIAN, only
from monitors.streams import load_stream, topics_of

FOLDERS = pytest.mark.parametrize("folder", streams(), ids=lambda folder: folder.name)


@FOLDERS
def test_every_stream_has_cases_of_every_trap(folder: Path) -> None:
    cases = cases_of(folder)
    known = {article.id for article in load_stream(folder).articles}
    assert tuple(cases) == TRAPS
    for trap, articles in cases.items():
        assert articles, trap
        assert set(articles) <= known, trap
        assert len(set(articles)) == len(articles), trap


@pytest.mark.parametrize(
    ("trap", "kinds"),
    [
        ("opinion piece", {"opinion", "explainer", "news"}),
        ("wire copy under another headline", {"wirecopy"}),
        ("translation within hours", {"translation", "wirecopy", "news"}),
        ("correction that changes nothing", {"correction"}),
        ("correction that changes the fact", {"correction"}),
    ],
)
@FOLDERS
def test_cases_are_of_the_kind_that_the_trap_means(
    folder: Path, trap: str, kinds: set[str]
) -> None:
    articles = {article.id: article for article in load_stream(folder).articles}
    assert {articles[case].kind for case in cases_of(folder)[trap]} <= kinds


@pytest.mark.parametrize(
    ("decisions", "wrong"),
    [
        ("", {"n0": "missed"}),
        ("0:alert", {}),
        ("0:alert 1:alert", {"n1": "duplicate"}),
        ("1:alert", {"n0": "missed"}),
        ("0:alert 2:alert", {"n2": "false"}),
        ("0:alert 3:alert", {"n3": "false"}),
        ("0:update", {"n0": "missed"}),
    ],
)
def test_a_case_is_right_where_it_tells_what_is_new_and_nothing_else(
    stream_of: Callable[..., Any],
    decide: Callable[..., Any],
    decisions: str,
    wrong: dict[str, str],
) -> None:
    stream = stream_of("A.F", "A.R", "", "B-.F")
    assert mistakes(stream, decide(decisions)) == wrong


def test_a_case_may_go_wrong_in_two_ways(
    stream_of: Callable[..., Any], decide: Callable[..., Any]
) -> None:
    stream = stream_of("A.F b.F")
    told = [*decide("0:alert", "one"), *decide("0:digest", "two")]
    assert mistakes(stream, told) == {"n0": "missed"}
    assert mistakes(stream_of("A-.F b.F"), told) == {"n0": "false and missed"}


def test_the_table_adds_up_over_streams(
    stream_of: Callable[..., Any], decide: Callable[..., Any], tmp_path: Path
) -> None:
    stream = stream_of("A.F", "A.R", "")
    (tmp_path / "traps.json").write_text('{"opinion piece": ["n1", "n2"]}', "utf-8")
    (row,) = sprung(stream, tmp_path, decide("0:alert 1:alert"))
    assert (row.right, row.wrong, row.cases) == (("n2",), {"n1": "duplicate"}, 2)
    lines = table([row, Sprung("opinion piece", "other", ("m1", "m2"))])
    assert "| opinion piece | 4 | 3 | 0.75 | n1 (duplicate) |" in lines
    assert len(lines) == len(TRAPS) + 2


# --- topics put in other ways -------------------------------------------------------------


@pytest.mark.parametrize(
    "folder", [f for f in streams() if (f / RUSSIAN).exists()], ids=lambda folder: folder.name
)
def test_translated_topics_are_the_same_topics(folder: Path) -> None:
    ours, theirs = load_stream(folder).topics, topics_of(folder, RUSSIAN)
    assert [topic.id for topic in theirs] == [topic.id for topic in ours]
    for one, other in zip(ours, theirs, strict=True):
        assert one.name != other.name
        assert len(one.examples) == len(other.examples)
        assert len(one.not_examples) == len(other.not_examples)
        assert bool(one.keywords.any) == bool(other.keywords.any)


def test_half_a_stream_keeps_its_order_and_labels() -> None:
    whole = load_stream(streams()[0])
    half = only(whole, "ru")
    assert 20 < len(half.articles) < len(whole.articles)
    assert {article.language for article in half.articles} == {"ru"}
    assert half.labels == whole.labels

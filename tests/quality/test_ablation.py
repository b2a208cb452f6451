"""The ablation runs through on cut streams, and a part that is off is really off."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from benchmarks import ablation
from benchmarks.ablation import PARTS, ablate, swapped, without
from benchmarks.replaying import Models, streams
from benchmarks.timing import Stopwatch
from monitors.calibration import load_fit
from monitors.steps import understand
from monitors.testing import WordEncoder

PICKED = ("everything on", "passages", "significance")


@pytest.fixture
def cut(tmp_path: Path) -> list[Path]:
    """The first English articles of two streams: other languages have large dictionaries."""
    folders = [folder for folder in streams() if folder.name in ("merger", "volcano")]
    for folder in folders:
        copy = Path(shutil.copytree(folder, tmp_path / folder.name))
        lines = (copy / "stream.jsonl").read_text("utf-8").split("\n")
        english = [
            line
            for line in lines
            if '"lang": "en"' in line and re.search(r'"copy_of": (?:null|"")', line)
        ]
        (copy / "stream.jsonl").write_text("\n".join(english[:16]), "utf-8")
    return [tmp_path / folder.name for folder in folders]


def test_every_part_is_decided_without(cut: list[Path]) -> None:
    matcher = WordEncoder(2 * load_fit().size + 2)
    encoders = Models(WordEncoder(), WordEncoder(), matcher)
    parts = tuple(part for part in PARTS if part.name in PICKED)
    outcomes = list(ablate(cut, encoders, parts))
    assert [outcome.part.name for outcome in outcomes] == [part.name for part in parts]
    for outcome in outcomes:
        assert set(outcome.f1) == {"merger", "volcano"}
        assert 0 <= outcome.pooled <= 1
        assert outcome.line in outcome.part.lines
    page = ablation._page(outcomes, {"reader": 0.1, "decide": 0.01})
    assert page.count("| passages |") == 2
    assert "| reader | 100.0 | 91% |" in page
    assert understand.PASSAGES > 0


def test_examples_lose_the_features_of_a_part() -> None:
    data = ablation.Data()
    data.match.add({"words": 1.0, "topic": 2.0}, True, "s")
    data.same.add({"lead": 1.0, "other way": 1.0}, False, "s")
    thin = without(data, ("words", "other way"))
    assert thin.match.rows == [{"topic": 2.0}]
    assert thin.same.rows == [{"lead": 1.0}]
    assert data.match.rows == [{"words": 1.0, "topic": 2.0}]


def test_what_is_swapped_comes_back_after_an_error() -> None:
    before = understand.PASSAGES
    seen = []

    def fail() -> None:
        with swapped(understand, "PASSAGES", 0):
            seen.append(understand.PASSAGES)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert seen == [0]
    assert before == understand.PASSAGES


def test_a_part_inside_itself_counts_once() -> None:
    clock = Stopwatch()
    inner = clock.timed("part", lambda: 1)
    outer = clock.timed("part", lambda: inner() + 1)
    assert outer() == 2
    assert set(clock.seconds) == {"part"}

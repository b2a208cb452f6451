"""Pairs of reports whose average precision docs/quality.md tells."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmarks.pairs import HEAD, Pair, pairs, row
from benchmarks.replaying import remembering
from monitors.learning.examples import collect
from monitors.learning.regressions import Data
from monitors.streams import Role, load_stream
from monitors.testing import WordEncoder, plain_calibration

STREAM = Path(__file__).parents[3] / "benchmarks" / "streams" / "merger"


def test_every_report_stands_beside_each_earlier_one_of_its_topic(tmp_path: Path) -> None:
    encoder = WordEncoder()
    calibration = plain_calibration(encoder)
    stream = load_stream(STREAM)
    with remembering(tmp_path / "vectors.db", (encoder, encoder, encoder)) as kept:
        world = collect(stream, calibration, kept, Data(), "pairs", lambda _: None)
        found = list(pairs(world, calibration))
    reports = Counter(
        topic
        for reading, name in world.readings
        for topic, labels in stream.labels.get(name, {}).items()
        if topic in reading.screened and any(at.role is not Role.BACKGROUND for at in labels)
    )
    assert min(reports.values()) > 1
    assert len(found) == sum(count * (count - 1) // 2 for count in reports.values())
    assert all(0.0 <= pair.same <= 1.0 for pair in found)
    assert {True, False} == {pair.truth for pair in found}


def test_a_row_has_the_average_precision_or_a_dash() -> None:
    told = [Pair(("ru", "en"), 0.9, True), Pair(("ru", "ru"), 0.5, False)]
    assert row("s", "all", told) == "| s | all | 2 | 1 | 1.000 |"
    assert row("s", "all", told[1:]) == "| s | all | 1 | 0 | - |"
    assert HEAD.splitlines()[0].count("|") == row("s", "all", told).count("|")

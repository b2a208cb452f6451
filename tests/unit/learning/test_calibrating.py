"""Learning the numbers of another model, on small streams and with models that are there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitors.calibration import load_calibration
from monitors.errors import NotCalibrated, StreamError
from monitors.learning.calibrating import Material, calibrate
from monitors.learning.lines import smoothed
from monitors.model import Sensitivity

STREAMS = Path(__file__).parents[3] / "benchmarks" / "streams"


def shortened(name: str, folder: Path, articles: int = 45) -> Path:
    """A labelled stream up to its ``articles``-th article."""
    place = folder / name
    place.mkdir()
    for file in ("developments.json", "sources.json", "topics.yaml"):
        (place / file).write_text((STREAMS / name / file).read_text("utf-8"), "utf-8")
    lines = (STREAMS / name / "stream.jsonl").read_text("utf-8").splitlines()[:articles]
    (place / "stream.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return place


def test_a_model_is_refused_until_its_numbers_are_learnt_and_used_afterwards(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own"
    with pytest.raises(NotCalibrated) as refused:
        load_calibration("builtin:use3", own)
    assert "tidings calibrate builtin:use3" in refused.value.remedy
    said: list[str] = []
    material = Material(
        [shortened("volcano", tmp_path), shortened("merger", tmp_path)],
        [shortened("currency", tmp_path)],
    )
    written = calibrate(
        "builtin:use3", "builtin:use3", material, tmp_path / "vectors.db", own, said.append
    )
    numbers = json.loads(written.read_text("utf-8"))
    assert set(numbers["held out"]) == {"volcano", "merger"}
    assert numbers["learnt from"] == ["volcano", "merger", "currency"]
    assert numbers["archives"]["currency"]["articles"] > 0
    assert 0 < numbers["archives"]["currency"]["pairs"] <= 1
    assert any(line.startswith("match: ") for line in said)
    load_calibration.cache_clear()
    learnt = load_calibration("builtin:use3", own)
    assert learnt.model_id == "builtin:use3"
    assert learnt.background.shape[1] == 512
    assert 0 < learnt.alert_lines[Sensitivity.BALANCED] < 1
    assert learnt.match.weights["fit"] > 0

    written.write_text(json.dumps({**numbers, "form": 1}), "utf-8")
    load_calibration.cache_clear()
    with pytest.raises(NotCalibrated, match="by an earlier version") as outdated:
        load_calibration("builtin:use3", own)
    assert "tidings calibrate builtin:use3" in outdated.value.remedy


def test_the_middle_of_what_is_flat_beats_its_highest_point() -> None:
    scores = [0.1, 0.77, 0.78, 0.8, 0.79, 0.78, 0.82, 0.3]
    smooth = smoothed(scores)
    assert scores.index(max(scores)) == 6
    assert smooth.index(max(smooth)) == 4
    assert smooth[0] == pytest.approx(0.55)
    assert smooth[-1] == pytest.approx(0.6333, abs=1e-4)


def test_one_stream_is_not_enough(tmp_path: Path) -> None:
    material = Material([shortened("volcano", tmp_path)])
    with pytest.raises(StreamError, match="one stream is not enough"):
        calibrate("builtin:use3", "builtin:use3", material, tmp_path / "v.db", tmp_path, print)
    assert not (tmp_path / "v.db").exists()

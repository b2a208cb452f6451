from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitors.evaluate import DecisionRecord
from monitors.evaluate.intervals import Units, estimate, units_of
from monitors.evaluate.rulings import judge
from monitors.streams import LabelledStream

StreamOf = Callable[..., LabelledStream]
Decide = Callable[..., list[DecisionRecord]]


def test_alerts_go_with_the_developments_they_hit(stream_of: StreamOf, decide: Decide) -> None:
    stream = stream_of("A.F B.F", "A.R", "", "C.F")
    units = units_of(judge(stream, decide("0:alert 1:alert 2:alert")), ["one"])
    # alerts, correct, duplicates, told, wanted
    assert units.counts.tolist() == [
        [1.5, 0.5, 1.0, 1.0, 1.0],  # A: half of the first alert, and its duplicate
        [0.5, 0.5, 0.0, 1.0, 1.0],  # B: the other half
        [0.0, 0.0, 0.0, 0.0, 1.0],  # C: missed
        [1.0, 0.0, 0.0, 0.0, 0.0],  # the false alert
    ]
    assert units.delays.tolist()[:2] == [0.0, 0.0]
    assert np.isnan(units.delays[2:]).all()


def test_units_of_one_topic_leave_the_other_out(stream_of: StreamOf, decide: Decide) -> None:
    judged = judge(stream_of("A.F b.F", ""), decide("0:alert 1:alert"))
    assert len(units_of(judged, ["two"]).delays) == 1
    assert len(units_of(judged, ["one", "two"]).delays) == 3


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(5)
    units = Units(rng.integers(0, 2, size=(30, 5)).astype(float), rng.random(30))
    assert estimate(units, 200, seed=1) == estimate(units, 200, seed=1)
    assert estimate(units, 200, seed=1) != estimate(units, 200, seed=2)


def test_the_interval_of_recall_is_that_of_a_proportion() -> None:
    # 60 of 100 told: the normal interval is 0.6 +- 1.96 * sqrt(0.6 * 0.4 / 100).
    counts = np.array([[told, told, 0, told, 1] for told in [1.0] * 60 + [0.0] * 40])
    delays = np.array([0.0] * 60 + [np.nan] * 40)
    recall = estimate(Units(counts, delays), 4000, seed=0)["recall"]
    assert recall.value == pytest.approx(0.6)
    assert recall.low == pytest.approx(0.504, abs=0.015)
    assert recall.high == pytest.approx(0.696, abs=0.015)


def test_quantiles_are_linear_between_neighbours_and_leave_out_what_was_missed() -> None:
    delays = np.array([30.0, np.nan, 0.0, 10.0, 0.0])
    found = estimate(Units(np.ones((5, 5)), delays), 0, seed=0)
    assert found["delay_median"].value == 5.0
    assert found["delay_p90"].value == pytest.approx(np.percentile([0, 0, 10, 30], 90))
    assert found["delay_median"].low is None


def test_no_units_give_none() -> None:
    found = estimate(Units(np.empty((0, 5)), np.empty(0)), 100, seed=0)
    assert {e.value for e in found.values()} == {None}
    assert {e.low for e in found.values()} == {None}


def test_resamples_in_which_a_measure_is_undefined_are_left_out() -> None:
    # One development told and one missed: every fourth resample has no alert.
    counts = np.array([[1.0, 1, 0, 1, 1], [0, 0, 0, 0, 1]])
    found = estimate(Units(counts, np.array([0.0, np.nan])), 500, seed=0)
    assert (found["precision"].low, found["precision"].high) == (1.0, 1.0)
    assert (found["recall"].low, found["recall"].high) == (0.0, 1.0)
    assert found["f1"].low == 0.0

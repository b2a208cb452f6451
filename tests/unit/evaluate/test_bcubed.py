from __future__ import annotations

import pytest

from monitors.evaluate.bcubed import bcubed


def test_a_hand_computed_example() -> None:
    # Clusters {a a a b} and {b c}: precision (3*3/4 + 1/4 + 1/2 + 1/2) / 6 = 3.5/6;
    # recall: three a's 3/3, b 1/2 and 1/2, c 1/1, so 5/6.
    pairs = [("x", "a")] * 3 + [("x", "b"), ("y", "b"), ("y", "c")]
    result = bcubed(pairs)
    assert result.items == 6
    assert result.precision == pytest.approx(3.5 / 6)
    assert result.recall == pytest.approx(5 / 6)
    assert result.f1 == pytest.approx(2 * (3.5 / 6) * (5 / 6) / (3.5 / 6 + 5 / 6))


def test_the_same_partition_under_other_names_is_perfect() -> None:
    result = bcubed([("x", 1), ("x", 1), ("y", 2)])
    assert (result.precision, result.recall, result.f1) == (1.0, 1.0, 1.0)


def test_everything_in_one_cluster_costs_precision_only() -> None:
    result = bcubed([("x", 1), ("x", 1), ("x", 2), ("x", 2)])
    assert (result.precision, result.recall) == (0.5, 1.0)


def test_everything_alone_costs_recall_only() -> None:
    result = bcubed([(1, "a"), (2, "a"), (3, "b")])
    assert result.precision == 1.0
    assert result.recall == pytest.approx(2 / 3)


def test_nothing_gives_none() -> None:
    result = bcubed([])
    assert (result.items, result.precision, result.recall, result.f1) == (0, None, None, None)

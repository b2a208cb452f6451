from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.decide.calibration import Logistic
from monitors.decide.fit import unit

numbers = st.floats(min_value=-1000, max_value=1000, width=32)
positive = st.floats(min_value=0, max_value=100)


@given(numbers, positive, numbers, positive)
def test_more_of_a_feature_with_a_positive_weight_is_never_less_probable(
    bias: float, weight: float, value: float, more: float
) -> None:
    model = Logistic(bias, {"x": weight})
    less = model.probability({"x": value})
    assert model.probability({"x": value + more}) >= less


@given(numbers, st.dictionaries(st.text(max_size=3), numbers, max_size=5))
def test_a_probability_lies_between_none_and_certain(
    bias: float, features: dict[str, float]
) -> None:
    assert 0.0 < Logistic(bias, dict.fromkeys(features, 2.0)).probability(features) < 1.0


def test_an_absent_feature_counts_as_zero_and_an_unknown_one_not_at_all() -> None:
    model = Logistic(0.0, {"x": 3.0})
    assert model.probability({}) == model.probability({"y": 9.0}) == 0.5


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=10))
def test_rows_are_scaled_to_length_one_or_stay_zero(rows: list[list[float]]) -> None:
    raw = np.array(rows, dtype=np.float32)
    lengths = np.linalg.norm(unit(raw), axis=1)
    for before, after in zip(np.linalg.norm(raw, axis=1), lengths, strict=True):
        if before > 1e-6:
            assert after == pytest.approx(1.0, abs=1e-5)
        elif not raw.any():
            assert after == 0.0


def test_one_vector_is_scaled_too() -> None:
    assert unit(np.array([3.0, 4.0], dtype=np.float32)).tolist() == pytest.approx([0.6, 0.8])

"""A number beside its line is never on the wrong side of it to the eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.decide.written import beside, written


@pytest.mark.parametrize(
    ("line", "shown"), [(0.2, "0.20"), (0.575, "0.575"), (0.55 + 0.02, "0.57"), (0.76, "0.76")]
)
def test_a_line_has_the_digits_that_it_needs(line: float, shown: str) -> None:
    assert written(line) == shown


@pytest.mark.parametrize(
    ("value", "line", "shown"),
    [
        (0.5312, 0.575, "0.53"),
        (0.5749, 0.575, "0.57"),
        (0.1991, 0.2, "0.199"),
        (0.2004, 0.2, "0.20"),
        (0.574, 0.57, "0.57"),
    ],
)
def test_a_number_has_as_many_as_tell_it_from_its_line(
    value: float, line: float, shown: str
) -> None:
    assert beside(value, line) == shown


@given(st.integers(0, 1000), st.floats(0, 1))
def test_what_is_below_a_line_looks_like_it(thousandths: int, value: float) -> None:
    line = thousandths / 1000
    if abs(value - line) > 1e-4:
        assert (float(beside(value, line)) < line) == (value < line)

"""How a number and the line that it is held against are written for people."""

from __future__ import annotations


def written(line: float) -> str:
    """A line as a person reads it: with two digits, or three where it has them."""
    return f"{line:.3f}".removesuffix("0")


def beside(value: float, line: float) -> str:
    """A number beside its line: two digits, or as many as show on which side it lies."""
    for digits in range(2, 6):
        text = f"{value:.{digits}f}"
        if (float(text) < line) == (value < line):
            break
    return text

"""Vectors in numbers that take a byte or less: they are most of what the database keeps."""

from __future__ import annotations

import numpy as np

from monitors.model import Vector

SAME = 0.9998
"""Least cosine of a vector and its rounded form. Of the built-in models it is .9999 and more."""


def rounded(row: Vector) -> Vector:
    """``row`` in numbers that take a byte each where that is the same vector, else two."""
    # The least power of two of which 127 reach the largest number.
    fraction, exponent = np.frexp(float(np.abs(row).max(initial=0.0)) / 127)
    short = _in_steps(row, int(exponent) - int(fraction == 0.5), 127)
    lengths = float(np.linalg.norm(short) * np.linalg.norm(row))
    if lengths and float(short @ row) >= SAME * lengths:
        return short
    return row.astype(np.float16).astype(np.float32)


def in_half_bytes(row: Vector) -> Vector:
    """``row`` in numbers of four bits: what is larger than 7 steps is cut to them.

    A step is about .35 of the numbers' root mean square, with which normally distributed ones
    lose least (Max, IRE Trans. Inf. Theory 6, 1960).
    """
    spread = float(np.sqrt(np.mean(row**2)))
    return _in_steps(row, round(np.log2(0.35 * spread)), 7) if spread else row


def _in_steps(row: Vector, exponent: int, most: int) -> Vector:
    """Whole multiples, by at most ``most``, of a power of two."""
    step = np.float32(np.ldexp(1.0, exponent))
    multiples: Vector = np.clip(np.rint(row / step), -most, most) * step
    return multiples.astype(np.float32)

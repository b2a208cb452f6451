"""Column types alike on SQLite and PostgreSQL, and columns that many tables have."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from monitors.model import Vector

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"the store needs aware times, not {value!r}")
    return value.astimezone(UTC)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware time in UTC, to the microsecond.

    SQLite holds fixed-width text without a zone, which sorts as time does.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = _utc(value)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Seconds(sa.TypeDecorator[datetime]):
    """An aware time in UTC, to the second below it: four bytes of SQLite's instead of 26."""

    impl = sa.BigInteger()
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else math.floor(_utc(value).timestamp())

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Text(sa.TypeDecorator[str]):
    """Text from anywhere: what no database can hold (NUL, lone surrogates) becomes U+FFFD."""

    impl = sa.Text()
    cache_ok = True

    def bind_processor(self, _dialect: Dialect) -> Callable[[str | None], str | None]:
        """Not ``process_bind_param``, which costs three calls for each of a run's texts."""
        return _storable


def _storable(value: str | None) -> str | None:
    return None if value is None else _UNSTORABLE.sub("\ufffd", str(value))


class Real(sa.TypeDecorator[float]):
    """A double; takes numpy's numbers too."""

    impl = sa.Double()
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> float | None:
        return None if value is None else float(value)


class HalfVector(sa.TypeDecorator[Vector]):
    """One vector: float32 in memory, and in the database as :func:`packed` writes it."""

    impl = sa.LargeBinary()
    cache_ok = True

    def process_bind_param(self, value: Vector | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else packed(value)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> Vector | None:
        return None if value is None else unpacked([value])[0]


_BYTES, _NIBBLES = 127, 7
"""The most steps that a byte tells, and half of one."""

_MARK = 64
"""Added to the exponent where two numbers share a byte: plain exponents are far below."""


def packed(vector: Vector) -> bytes:
    """``vector`` in half precision, 2 bytes a number (little-endian float16).

    Where all its numbers are whole multiples of one power of two, by at most 127, a byte each
    says as much, and by at most 7 half a byte: then the exponent goes first, and the length
    is odd.
    """
    import numpy as np  # late: most commands read no vector

    # In half precision first: what is read and packed again must come out as the same bytes.
    half = vector.astype("<f2")
    for most in (_NIBBLES, _BYTES):
        exponent = _exponent(half, most)
        if exponent is None or len(half) % (4 if most == _NIBBLES else 2):
            continue
        steps = np.ldexp(half.astype(np.float32), -exponent)
        if (steps == np.rint(steps)).all():
            if most == _BYTES:
                return np.concatenate([[exponent], steps]).astype(np.int8).tobytes()
            halves = (steps + 8).astype(np.uint8)
            return bytes([exponent + _MARK]) + (halves[::2] * 16 + halves[1::2]).tobytes()
    return half.tobytes()


def _exponent(half: Vector, most: int) -> int | None:
    """Of the least power of two that covers a vector in ``most`` steps; None: no room for it."""
    import numpy as np

    largest = float(np.abs(half).max(initial=0.0))
    if not 0.0 < largest < 1e4:
        return None
    fraction, exponent = np.frexp(largest / most)
    found = int(exponent) - int(fraction == 0.5)
    return found if found >= -24 else None


def unpacked(blobs: Sequence[bytes]) -> Vector:
    """Vectors of one model and one length of blob, a row each."""
    import numpy as np

    joined = b"".join(blobs)
    if not blobs or len(blobs[0]) % 2 == 0:
        half: Vector = np.frombuffer(joined, dtype="<f2").astype(np.float32)
        return half.reshape(len(blobs), -1) if blobs else half
    rows = np.frombuffer(joined, dtype=np.uint8).reshape(len(blobs), -1)
    exponents = rows[:, :1].view(np.int8).astype(np.int32)
    if exponents[0, 0] < _MARK // 2:
        steps = rows[:, 1:].view(np.int8).astype(np.float32)
    else:
        exponents -= _MARK
        steps = np.empty((len(blobs), 2 * (rows.shape[1] - 1)), dtype=np.float32)
        steps[:, ::2], steps[:, 1::2] = rows[:, 1:] >> 4, rows[:, 1:] & 15
        steps -= 8
    vectors: Vector = np.ldexp(steps, exponents)
    return vectors


def id_column() -> sa.Column[int]:
    """The primary key of a table whose rows are numbered."""
    # SQLite numbers rows by itself only for a column that is exactly INTEGER.
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


def number_column(name: str, comment: str) -> sa.Column[int]:
    """Part of a primary key: what :func:`monitors.store.rows.number` makes of texts."""
    kind = sa.BigInteger()
    return sa.Column(name, kind, primary_key=True, autoincrement=False, comment=comment)


def flag_column(name: str) -> sa.Column[bool]:
    """False unless it is said."""
    return sa.Column(name, sa.Boolean, nullable=False, default=False)


def count_column(name: str) -> sa.Column[int]:
    """Zero unless it is said."""
    return sa.Column(name, sa.Integer, nullable=False, default=0)

"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from monitors.model import Vector

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware time in UTC, to the microsecond.

    SQLite holds fixed-width text without a zone, which sorts as time does.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the store needs aware times, not {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(sa.TypeDecorator[str]):
    """Text from anywhere: what no database can hold (NUL, lone surrogates) becomes U+FFFD."""

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("\ufffd", str(value))


class Real(sa.TypeDecorator[float]):
    """A double; takes numpy's numbers too."""

    impl = sa.Double()
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> float | None:
        return None if value is None else float(value)


class HalfVector(sa.TypeDecorator[Vector]):
    """One vector: float16 in the database (little-endian), float32 in memory."""

    impl = sa.LargeBinary()
    cache_ok = True

    def process_bind_param(self, value: Vector | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else value.astype("<f2").tobytes()

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> Vector | None:
        if value is None:
            return None
        import numpy as np  # late: most commands read no vector

        return np.frombuffer(value, dtype="<f2").astype(np.float32)

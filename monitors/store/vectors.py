"""Vectors by model and text: a cache that may be emptied at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from monitors.model import Vector
from monitors.store.columns import unpacked
from monitors.store.engine import Database
from monitors.store.rows import chunks, number
from monitors.store.tables import vectors as table

_AT_ONCE = 5000
"""Keys in one query."""


class SqlVectors:
    """Implements :class:`monitors.ports.VectorStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, model_id: str, keys: Collection[str]) -> dict[str, Vector]:
        """See the port."""
        raw = sa.type_coerce(table.c.vector, sa.LargeBinary)
        query = sa.select(table.c.key, raw)
        asked = {number(model_id, key): key for key in keys}
        found: dict[str, Vector] = {}
        with self._db.read() as connection:
            for some in chunks(asked, _AT_ONCE):
                rows = connection.execute(query.where(self._db.among(table.c.key, some))).all()
                # All rows at once: a backtest asks for millions.
                vectors = _rows([row[1] for row in rows])
                found.update(zip((asked[row[0]] for row in rows), vectors, strict=True))
        return found

    def put(self, model_id: str, vectors: Mapping[str, Vector], now: datetime) -> None:
        """See the port."""
        # In the order of their keys, so that two writers cannot wait for each other.
        numbers = sorted((number(model_id, key), key) for key in vectors)
        rows = [
            {"key": place, "created_at": now, "vector": vectors[key]} for place, key in numbers
        ]
        with self._db.write() as connection:
            if rows:
                insert = self._db.insert(table).on_conflict_do_nothing()
                connection.execute(insert, rows)


def _rows(blobs: Sequence[bytes]) -> Iterable[Vector]:
    """Vectors of one model as :class:`~monitors.store.columns.HalfVector` stores them."""
    if len({len(blob) for blob in blobs}) > 1:
        return [unpacked([blob])[0] for blob in blobs]
    return unpacked(blobs)

"""Vectors by model and text: a cache that may be emptied at any time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from monitors.model import Vector
from monitors.store.engine import Database
from monitors.store.rows import chunks
from monitors.store.tables import vectors as table


class SqlVectors:
    """Implements :class:`monitors.ports.VectorStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, model_id: str, keys: Collection[str]) -> dict[str, Vector]:
        """See the port."""
        query = sa.select(table.c.text_key, table.c.vector)
        query = query.where(table.c.model_id == model_id)
        found: dict[str, Vector] = {}
        with self._db.read() as connection:
            for some in chunks(keys):
                rows = connection.execute(query.where(table.c.text_key.in_(some)))
                found.update({row.text_key: row.vector for row in rows})
        return found

    def put(self, model_id: str, vectors: Mapping[str, Vector], now: datetime) -> None:
        """See the port."""
        # In the order of their keys, so that two writers cannot wait for each other.
        rows = [
            {"model_id": model_id, "text_key": key, "vector": vector, "created_at": now}
            for key, vector in sorted(vectors.items())
        ]
        with self._db.write() as connection:
            if rows:
                insert = self._db.insert(table).on_conflict_do_nothing()
                connection.execute(insert, rows)

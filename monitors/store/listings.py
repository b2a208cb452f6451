"""Entries as people ask for them: by address, or by the article that was read from them."""

from __future__ import annotations

import sqlalchemy as sa

from monitors.addresses import identity
from monitors.model import Fate, Listing
from monitors.store.engine import Database
from monitors.store.rows import text_key
from monitors.store.tables import entries


def listings(database: Database, key: str) -> list[Listing]:
    """See :meth:`monitors.ports.SourceStore.listings`."""
    keys = {text_key(form) for form in (key, identity(key))}
    asked = entries.c.url_key.in_(keys) | (entries.c.article_id == key)
    query = sa.select(entries).where(asked).order_by(entries.c.first_seen, entries.c.id)
    with database.read() as connection:
        rows = connection.execute(query).all()
    return [
        Listing(
            source_id=row.source_id,
            url=row.url,
            first_seen=row.first_seen,
            baseline=row.baseline,
            fate=Fate(row.fate),
            attempts=row.attempts,
            detail=row.detail,
            article_id=row.article_id,
        )
        for row in rows
    ]

"""Which passages a site's articles have in common, learnt as they are read; bounded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.store.engine import Database
from monitors.store.rows import chunks, number
from monitors.store.tables import site_passages as table

SEVERAL = 3
"""In so many other articles a passage is the site's. Two are a story and its follow-up."""

MOST = 4_000
"""Passages kept of a site: about its last hundred articles, and all that still recurs."""

_FRESH = timedelta(days=1)


def note(
    database: Database, site: str, title: str, passages: Collection[str], at: datetime
) -> frozenset[str]:
    """See :meth:`monitors.ports.ArticleStore.repeated`."""
    place, keys = number(site), {number(key): key for key in passages}
    with database.write() as connection:
        known = _known(connection, place, keys)
        new = sorted(keys.keys() - known.keys())
        rows = [{"site": place, "passage": k, "titles": title, "seen_at": at} for k in new]
        for some in chunks(rows):
            connection.execute(database.insert(table).on_conflict_do_nothing(), some)
        for key, (titles, seen_at) in sorted(known.items()):
            more = titles | {title} if len(titles) <= SEVERAL else titles
            if more != titles or at - seen_at > _FRESH:
                values = {"titles": " ".join(sorted(more)), "seen_at": max(at, seen_at)}
                where = (table.c.site == place) & (table.c.passage == key)
                connection.execute(sa.update(table).where(where).values(values))
        if new:
            _forget(connection, place)
    several = (key for key, (titles, _) in known.items() if len(titles - {title}) >= SEVERAL)
    return frozenset(keys[key] for key in several)


def _known(
    connection: Connection, site: int, passages: Collection[int]
) -> dict[int, tuple[frozenset[str], datetime]]:
    found = {}
    for some in chunks(passages):
        where = (table.c.site == site) & table.c.passage.in_(some)
        for row in connection.execute(sa.select(table).where(where)):
            found[row.passage] = (frozenset(row.titles.split()), row.seen_at)
    return found


def _forget(connection: Connection, site: int) -> None:
    """Drop what was not seen for longest, beyond ``MOST`` passages of ``site``."""
    order = (table.c.seen_at.desc(), sa.func.length(table.c.titles).desc(), table.c.passage)
    beyond = sa.select(table.c.passage).where(table.c.site == site).order_by(*order)
    doomed = connection.execute(beyond.limit(100_000).offset(MOST)).scalars().all()
    for some in chunks(doomed):
        where = (table.c.site == site) & table.c.passage.in_(some)
        connection.execute(sa.delete(table).where(where))

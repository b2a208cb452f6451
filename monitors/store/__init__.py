"""The database: tables, migrations and queries behind the ``Store`` port.

::

    sqlstore.py    composes the parts; open_store
    engine.py      connections, transactions      translate.py  driver errors as ours
    tables.py      the schema                     columns.py    its column types
    codec.py       values to JSON and back        migrations/   Alembic, run by migrate()
    sources.py     sources and entries            articles.py   articles in every revision
    vectors.py     the cache of vectors           decisions.py  decisions, stories, memory
    storylines.py  those as rows, and back        queue.py      into the outbox, threads
    outbox.py      alerts until delivered         runs.py       reports and leases
    retention.py   what may be dropped            rows.py       small helpers
    storelists.py  lists, through the store       filelists.py  lists, from a file at once
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitors.store.sqlstore import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]


def __getattr__(name: str) -> Any:
    """Late, with SQLAlchemy: lists are read without (``filelists.py``)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from monitors.store import sqlstore

    return getattr(sqlstore, name)

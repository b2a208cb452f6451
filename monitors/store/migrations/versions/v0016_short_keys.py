"""Vectors, and what articles of a site have in common, under short keys: half of their bytes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0016"
down_revision: str | None = "v0015"

_AT_ONCE = 2_000
_OLD_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables anew and move their rows, a batch in memory at a time."""
    op.drop_index("ix_vectors_created_at", "vectors")
    op.drop_index("ix_site_passages_seen_at", "site_passages")
    for table in ("vectors", "site_passages"):
        op.rename_table(table, f"old_{table}")
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE old_{table} RENAME CONSTRAINT pk_{table} TO pk_old_{table}")
    vectors = op.create_table(
        "vectors",
        _key("key", "of the model's id and the text's key"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_vectors")),
    )
    passages = op.create_table(
        "site_passages",
        _key("site", "of the site's host"),
        _key("passage", "of the passage's words"),
        sa.Column("titles", sa.Text(), nullable=False, comment="keys of up to four headlines"),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "passage", name=op.f("pk_site_passages")),
        sqlite_with_rowid=False,
    )
    _move(vectors, _vectors())
    _move(passages, _passages())
    op.create_index(op.f("ix_vectors_created_at"), "vectors", ["created_at"])
    op.drop_table("old_vectors")
    op.drop_table("old_site_passages")


def downgrade() -> None:
    """Put back the tables as they were, empty: a hash does not tell what it was made of."""
    op.drop_table("vectors")
    op.drop_table("site_passages")
    op.create_table(
        "vectors",
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("text_key", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _OLD_TIME, nullable=False),
        sa.PrimaryKeyConstraint("model_id", "text_key", name=op.f("pk_vectors")),
    )
    op.create_index(op.f("ix_vectors_created_at"), "vectors", ["created_at"])
    op.create_table(
        "site_passages",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False, comment="16 hex digits"),
        sa.Column("titles", sa.Text(), nullable=False, comment="keys of up to four headlines"),
        sa.Column("seen_at", _OLD_TIME, nullable=False),
        sa.PrimaryKeyConstraint("site", "passage", name=op.f("pk_site_passages")),
    )
    op.create_index(op.f("ix_site_passages_seen_at"), "site_passages", ["seen_at"])


def _key(name: str, comment: str) -> sa.Column[int]:
    kind = sa.BigInteger()
    return sa.Column(name, kind, nullable=False, autoincrement=False, comment=comment)


def _vectors() -> Iterator[dict[str, Any]]:
    old = sa.table(
        "old_vectors",
        sa.column("model_id", sa.Text()),
        sa.column("text_key", sa.Text()),
        sa.column("vector", sa.LargeBinary()),
        sa.column("created_at", _OLD_TIME),
    )
    for row in _all(old):
        key = _number(row.model_id, row.text_key)
        yield {"key": key, "created_at": _seconds(row.created_at), "vector": row.vector}


def _passages() -> Iterator[dict[str, Any]]:
    old = sa.table(
        "old_site_passages",
        sa.column("site", sa.Text()),
        sa.column("passage", sa.Text()),
        sa.column("titles", sa.Text()),
        sa.column("seen_at", _OLD_TIME),
    )
    for row in _all(old):
        yield {
            "site": _number(row.site),
            "passage": _number(row.passage),
            "titles": row.titles,
            "seen_at": _seconds(row.seen_at),
        }


def _all(table: sa.TableClause) -> Iterator[sa.Row[Any]]:
    options = {"yield_per": _AT_ONCE}
    yield from op.get_bind().execute(sa.select(table), execution_options=options)


def _move(table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, _AT_ONCE)):
        op.get_bind().execute(sa.insert(table), some)


def _number(*texts: str) -> int:
    """As :func:`monitors.store.rows.number` was when this was written."""
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(joined).digest()[:8], "big", signed=True)


def _seconds(time: datetime) -> int:
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return math.floor(aware.timestamp())

"""Addresses under half of their hash, and entries in one index of it and one of what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0017"
down_revision: str | None = "v0016"

_KEYS = (("entries", "url_key"), ("entries", "content_key"), ("articles", "url_key"))
_OLD, _NEW = ["source_id", "url_key"], ["url_key", "source_id"]
_WAITING = sa.text("fate = 'waiting'")


def upgrade() -> None:
    """Cut the hashes to 128 bits; put one index in the place of two."""
    for table, name in _KEYS:
        column = sa.column(name, sa.Text())
        cut = sa.func.substr(column, 1, 32)
        op.execute(sa.update(sa.table(table, column)).values({name: cut}))
    op.drop_index("ix_entries_url_key", "entries")
    op.drop_index("ix_entries_fate_first_seen", "entries")
    _unique_by(_NEW, instead_of=_OLD)
    op.create_index(
        op.f("ix_entries_waiting"),
        "entries",
        ["first_seen"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    """Put the indices back. Hashes stay cut: what is listed again counts as new there."""
    op.drop_index("ix_entries_waiting", "entries")
    _unique_by(_OLD, instead_of=_NEW)
    op.create_index(op.f("ix_entries_fate_first_seen"), "entries", ["fate", "first_seen"])
    op.create_index(op.f("ix_entries_url_key"), "entries", ["url_key"])


def _unique_by(columns: list[str], instead_of: list[str]) -> None:
    with op.batch_alter_table("entries") as entries:
        entries.drop_constraint(op.f(f"uq_entries_{'_'.join(instead_of)}"), type_="unique")
        entries.create_unique_constraint(op.f(f"uq_entries_{'_'.join(columns)}"), columns)

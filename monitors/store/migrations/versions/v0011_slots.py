"""Entries by the slot of their page's host, so that workers can share them out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitors.shards import slot_of

revision = "v0011"
down_revision: str | None = "v0010"

_entries = sa.table(
    "entries", sa.column("id", sa.BigInteger()), sa.column("url", sa.Text()), sa.column("slot")
)


def upgrade() -> None:
    """Add the column and fill it."""
    op.add_column(
        "entries",
        sa.Column("slot", sa.Integer(), comment="of the page's host: monitors.shards"),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(_entries.c.id, _entries.c.url)).all()
    slots = [{"at": row.id, "found": slot_of(row.url)} for row in rows]
    if slots:
        change = sa.update(_entries).where(_entries.c.id == sa.bindparam("at"))
        connection.execute(change.values(slot=sa.bindparam("found")), slots)
    with op.batch_alter_table("entries") as entries:
        entries.alter_column("slot", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_column("entries", "slot")

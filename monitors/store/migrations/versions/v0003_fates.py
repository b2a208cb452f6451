"""Fates that add up, and the hourly ledger of each source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision: str | None = "v0002"

_COUNTS = (
    "polls", "failed_polls", "listed", "new", "seen", "revision", "baseline", "stale",
    "unreadable", "blocked", "failed", "bare",
)  # fmt: skip

_entries = sa.table("entries", sa.column("fate", sa.Text()), sa.column("baseline", sa.Boolean()))


def upgrade() -> None:
    """Rename the fates; create the table."""
    _rename("new", "waiting")
    op.execute(
        sa.update(_entries)
        .where(_entries.c.fate == "read", _entries.c.baseline)
        .values(fate="baseline")
    )
    _rename("read", "new")
    _rename("same", "seen")
    op.create_table(
        "ledgers",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("source_id", "hour", name=op.f("pk_ledgers")),
    )
    op.create_index(op.f("ix_ledgers_hour"), "ledgers", ["hour"])


def downgrade() -> None:
    """Undo both."""
    op.drop_table("ledgers")
    _rename("seen", "same")
    _rename("new", "read")
    _rename("baseline", "read")
    _rename("waiting", "new")


def _rename(old: str, new: str) -> None:
    op.execute(sa.update(_entries).where(_entries.c.fate == old).values(fate=new))

"""What articles say of themselves, and what the articles of a site have in common."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0009"
down_revision: str | None = "v0008"

_COLUMNS = ("title_language", "published_by", "author", "section")


def upgrade() -> None:
    """Add the columns; create the table."""
    for name in _COLUMNS:
        op.add_column("articles", sa.Column(name, sa.Text()))
    op.create_table(
        "site_passages",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False, comment="16 hex digits"),
        sa.Column("titles", sa.Text(), nullable=False, comment="keys of up to four headlines"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "passage", name=op.f("pk_site_passages")),
    )
    op.create_index(op.f("ix_site_passages_seen_at"), "site_passages", ["seen_at"])


def downgrade() -> None:
    """Undo both."""
    op.drop_table("site_passages")
    for name in _COLUMNS:
        op.drop_column("articles", name)

"""What the outside judge said, and how often it may be asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision: str | None = "v0007"


def upgrade() -> None:
    """Add the column; create the table."""
    op.add_column("decisions", sa.Column("opinion", sa.Text(), comment="the judge's, as JSON"))
    op.create_table(
        "allowances",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_allowances")),
    )
    op.create_index(op.f("ix_allowances_used_at"), "allowances", ["used_at"])


def downgrade() -> None:
    """Undo both."""
    op.drop_table("allowances")
    op.drop_column("decisions", "opinion")

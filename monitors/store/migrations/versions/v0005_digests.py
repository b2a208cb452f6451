"""What is held back, and which digest was the last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision: str | None = "v0004"


def upgrade() -> None:
    """Create the table and columns.

    What waits for the end of quiet hours is held from now on, and goes into one digest.
    """
    op.create_table(
        "digests",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="the local day of the last one"),
        sa.Column("last_delivery", sa.BigInteger(), nullable=False),
        sa.Column("last_decision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_digests")),
    )
    op.add_column("outbox", sa.Column("hold", sa.Text(), comment="why it was held, where it was"))
    op.add_column(
        "outbox",
        sa.Column(
            "released_at",
            sa.DateTime(timezone=True),
            comment="when it was let through, for budgets",
        ),
    )
    op.execute(
        "UPDATE outbox SET state = 'held', hold = 'quiet hours' WHERE state = 'pending' "
        "AND attempts = 0 AND sent_at IS NULL AND kind IN ('story', 'step')"
    )


def downgrade() -> None:
    """Drop them; what was held is sent."""
    op.execute("UPDATE outbox SET state = 'pending' WHERE state = 'held'")
    op.execute("UPDATE outbox SET state = 'sent' WHERE state = 'digested'")
    op.drop_column("outbox", "released_at")
    op.drop_column("outbox", "hold")
    op.drop_table("digests")

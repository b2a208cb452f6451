"""The health of sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision: str | None = "v0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "sources", sa.Column("pulse", sa.Text(), nullable=True, comment="the Pulse as JSON")
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("sources", "pulse")

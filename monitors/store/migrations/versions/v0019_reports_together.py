"""What each report of a development that was held back says counts together with the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0019"
down_revision: str | None = "v0018"


def upgrade() -> None:
    """Add the columns; of what was seen before, neither is known."""
    op.add_column("mentions", sa.Column("match", sa.Double()))
    op.add_column("mentions", sa.Column("significance", sa.Double()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("mentions", "significance")
    op.drop_column("mentions", "match")

"""What each report said of its development: how well it fitted, and how much it weighed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0014"
down_revision: str | None = "v0013"


def upgrade() -> None:
    """Add the columns; of what was seen before, neither is known."""
    op.add_column("mentions", sa.Column("match", sa.Double()))
    op.add_column("mentions", sa.Column("weight", sa.Double()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("mentions", "weight")
    op.drop_column("mentions", "match")

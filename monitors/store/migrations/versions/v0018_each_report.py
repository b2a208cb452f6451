"""Each report is weighed by itself: what earlier ones said of the development is not kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0018"
down_revision: str | None = "v0017"


def upgrade() -> None:
    """Drop the columns."""
    op.drop_column("mentions", "weight")
    op.drop_column("mentions", "match")


def downgrade() -> None:
    """Add them; of what was seen before, neither is known."""
    op.add_column("mentions", sa.Column("match", sa.Double()))
    op.add_column("mentions", sa.Column("weight", sa.Double()))

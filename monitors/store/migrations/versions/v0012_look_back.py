"""How each topic is defined, and how far its look back got."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0012"
down_revision: str | None = "v0011"


def upgrade() -> None:
    """Add the columns."""
    definition = sa.Column("definition", sa.Text(), comment="a digest")
    behind = sa.Column("behind", sa.DateTime(timezone=True), comment="how far it looked back")
    op.add_column("topics", definition)
    op.add_column("topics", behind)


def downgrade() -> None:
    """Drop them."""
    op.drop_column("topics", "behind")
    op.drop_column("topics", "definition")

"""Only decisions that may be on a topic are found by topic: of a thousand topics few are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0015"
down_revision: str | None = "v0014"

_OLD, _NEW = "ix_decisions_topic_id_verdict_decided_at", "ix_decisions_on_topic"
_COLUMNS = ["topic_id", "verdict", "decided_at"]
_ROWS = sa.text("reason <> 'off topic'")


def upgrade() -> None:
    """Put the index in the place of the one over all decisions."""
    op.create_index(op.f(_NEW), "decisions", _COLUMNS, sqlite_where=_ROWS, postgresql_where=_ROWS)
    op.drop_index(op.f(_OLD), "decisions")


def downgrade() -> None:
    """Put the other one back."""
    op.create_index(op.f(_OLD), "decisions", _COLUMNS)
    op.drop_index(op.f(_NEW), "decisions")

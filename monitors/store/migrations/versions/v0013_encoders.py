"""Which encoder made what a topic remembers, answered by an index."""

from __future__ import annotations

from alembic import op

revision = "v0013"
down_revision: str | None = "v0012"

_OLD, _NEW = "ix_mentions_topic_id_seen_at", "ix_mentions_topic_id_seen_at_model_id"


def upgrade() -> None:
    """Put the index in the place of the one without the encoder."""
    op.create_index(op.f(_NEW), "mentions", ["topic_id", "seen_at", "model_id"])
    op.drop_index(op.f(_OLD), "mentions")


def downgrade() -> None:
    """Put the other one back."""
    op.create_index(op.f(_OLD), "mentions", ["topic_id", "seen_at"])
    op.drop_index(op.f(_NEW), "mentions")

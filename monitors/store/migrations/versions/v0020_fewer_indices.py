"""Two indices less over what grows fastest: of vectors' ages, and of articles long decided on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0020"
down_revision: str | None = "v0019"

_AGES = "ix_vectors_created_at"
_OLD, _NEW = "ix_articles_decided_first_seen", "ix_articles_undecided"
_ROWS = sa.text("NOT decided")


def upgrade() -> None:
    """Drop them; those to be decided on get one of their own."""
    op.drop_index(op.f(_AGES), "vectors")
    op.create_index(
        op.f(_NEW), "articles", ["first_seen"], sqlite_where=_ROWS, postgresql_where=_ROWS
    )
    op.drop_index(op.f(_OLD), "articles")


def downgrade() -> None:
    """Put them back."""
    op.create_index(op.f(_OLD), "articles", ["decided", "first_seen"])
    op.drop_index(op.f(_NEW), "articles")
    op.create_index(op.f(_AGES), "vectors", ["created_at"])

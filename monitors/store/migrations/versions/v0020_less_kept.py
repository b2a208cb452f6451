"""Less of what grows fastest: two indices, and quotes of what is off topic.

Vectors' ages and articles long decided on are looked for once a day. What is off topic names
the place of its passage in its article.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0020"
down_revision: str | None = "v0019"

_AGES = "ix_vectors_created_at"
_OLD, _NEW = "ix_articles_decided_first_seen", "ix_articles_undecided"
_ROWS = sa.text("NOT decided")


def upgrade() -> None:
    """Drop them; articles to be decided on get an index of their own."""
    op.drop_index(op.f(_AGES), "vectors")
    op.create_index(
        op.f(_NEW), "articles", ["first_seen"], sqlite_where=_ROWS, postgresql_where=_ROWS
    )
    op.drop_index(op.f(_OLD), "articles")
    comment = "of the passage in the article, where that has it"
    op.add_column("decisions", sa.Column("place", sa.Integer(), comment=comment))


def downgrade() -> None:
    """Put them back; what is off topic and was decided on since has no quote then."""
    op.drop_column("decisions", "place")
    op.create_index(op.f(_OLD), "articles", ["decided", "first_seen"])
    op.drop_index(op.f(_NEW), "articles")
    op.create_index(op.f(_AGES), "vectors", ["created_at"])

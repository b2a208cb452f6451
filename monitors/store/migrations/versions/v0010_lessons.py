"""What was learnt from answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0010"
down_revision: str | None = "v0009"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ALIVE = "article_id <> '' AND state IN ('proposed', 'active')"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "lessons",
        sa.Column("id", _ID, nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False, comment="numbers, as JSON"),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("shift", sa.Double(), nullable=False),
        sa.Column("trial", sa.Text(), comment="the Trial as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    op.create_index(op.f("ix_lessons_topic_id"), "lessons", ["topic_id"])
    op.create_index(
        "uq_lessons_alive",
        "lessons",
        ["topic_id", "kind", "article_id"],
        unique=True,
        sqlite_where=sa.text(_ALIVE),
        postgresql_where=sa.text(_ALIVE),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("lessons")

"""What readers answer to messages, and the stories that they mute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision: str | None = "v0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STANDING = "undone_at IS NULL"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "answers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False, comment="an opaque id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alert_key", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("topic_ids", sa.Text(), nullable=False, comment="as JSON"),
        sa.Column("story_ids", sa.Text(), nullable=False, comment="as JSON"),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(
        "uq_answers_standing",
        "answers",
        ["alert_key", "who", "kind"],
        unique=True,
        sqlite_where=sa.text(_STANDING),
        postgresql_where=sa.text(_STANDING),
    )
    op.create_table(
        "muted_stories",
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_muted_stories_answer_id_answers")
        ),
        sa.PrimaryKeyConstraint("story_id", "answer_id", name=op.f("pk_muted_stories")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("muted_stories")
    op.drop_table("answers")

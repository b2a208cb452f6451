"""The schema. What must be unique is unique here; migrations bring it about.

Long texts such as URLs are unique through a hash (``…_key``): PostgreSQL cannot
index a value longer than 2,700 bytes. Decisions and mentions do not point at ``articles``
with foreign keys: they carry the text that they rest on, and outlive it.
"""

from __future__ import annotations

import sqlalchemy as sa

from monitors.ledger import COUNTS
from monitors.store.columns import HalfVector, Real, Seconds, Text, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=NAMING)

ON_TOPIC = sa.text("reason <> 'off topic'")
"""Decisions that an index finds by topic: a query says so in the same words. Where a thousand
topics are watched, most are on none, and an index of all would cost more than the rows."""

WAITING = sa.text("fate = 'waiting'")
"""Entries that an index finds: the few that are still to be read."""

_ALIVE = "article_id <> '' AND state IN ('proposed', 'active')"


def _id() -> sa.Column[int]:
    # SQLite numbers rows by itself only for a column that is exactly INTEGER.
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


def _number(name: str, comment: str) -> sa.Column[int]:
    """Part of a primary key: what :func:`monitors.store.rows.number` makes of texts."""
    kind = sa.BigInteger()
    return sa.Column(name, kind, primary_key=True, autoincrement=False, comment=comment)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, default=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, default=0)


sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("etag", Text),
    sa.Column("last_modified", Text),
    sa.Column("polled_at", UtcDateTime),
    sa.Column("succeeded_at", UtcDateTime),
    sa.Column("next_poll_at", UtcDateTime),
    _count("failures"),
    _flag("baseline_done"),
    sa.Column("last_state", Text),
    sa.Column("last_error", Text),
    _count("entries_seen"),
    sa.Column("last_entry_at", UtcDateTime),
    sa.Column("listed_at", UtcDateTime, comment="the last poll that listed entries"),
    sa.Column("pulse", Text, comment="the Pulse as JSON"),
    sa.Column("web", Text, comment="WebMemory as JSON"),
)

hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("host", Text, primary_key=True),
    sa.Column("day", Text, nullable=False, comment="the day in UTC that used counts"),
    _count("used"),
    sa.Column("rests_until", UtcDateTime),
    _count("status"),
    _count("failures"),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

robots = sa.Table(
    "robots",
    metadata,
    sa.Column("origin", Text, primary_key=True),
    sa.Column("rules", Text),
    sa.Column("read_at", UtcDateTime),
    sa.Column("asked_at", UtcDateTime),
    sa.Column("failing_since", UtcDateTime),
)

entries = sa.Table(
    "entries",
    metadata,
    _id(),
    sa.Column("source_id", Text, sa.ForeignKey("sources.id"), nullable=False),
    sa.Column("url", Text, nullable=False),
    sa.Column("url_key", Text, nullable=False),
    sa.Column("slot", sa.Integer, nullable=False, comment="of the page's host: monitors.shards"),
    sa.Column("content_key", Text, nullable=False),
    sa.Column("content", Text, nullable=False, comment="the Entry as JSON"),
    sa.Column("first_seen", UtcDateTime, nullable=False),
    sa.Column("listed_at", UtcDateTime, nullable=False, comment="to the day"),
    _flag("baseline"),
    sa.Column("fate", Text, nullable=False),
    _count("attempts"),
    sa.Column("detail", Text, nullable=False, default=""),
    sa.Column("article_id", Text),
    sa.UniqueConstraint("url_key", "source_id"),
    sa.Index("ix_entries_waiting", "first_seen", sqlite_where=WAITING),
)

ledgers = sa.Table(
    "ledgers",
    metadata,
    sa.Column("source_id", Text, primary_key=True),
    sa.Column("hour", UtcDateTime, primary_key=True),
    *(_count(name) for name in COUNTS),
    sa.Index(None, "hour"),
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("source_id", Text, nullable=False),
    sa.Column("entry_id", sa.BigInteger),
    sa.Column("url", Text, nullable=False),
    sa.Column("url_key", Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("title", Text, nullable=False),
    sa.Column("passages", Text, nullable=False, comment="Passages as JSON"),
    sa.Column("fingerprint", Text, nullable=False),
    sa.Column("first_seen", UtcDateTime, nullable=False),
    sa.Column("published", UtcDateTime),
    sa.Column("language", Text, nullable=False),
    _flag("text_available"),
    sa.Column("unreadable", Text),
    _flag("machine_translated"),
    sa.Column("title_language", Text),
    sa.Column("published_by", Text),
    sa.Column("author", Text),
    sa.Column("section", Text),
    _flag("baseline"),
    _flag("decided"),
    sa.UniqueConstraint("url_key", "revision"),
    sa.Index(None, "decided", "first_seen"),
    sa.Index(None, "first_seen"),
    sa.Index(None, "source_id"),
)

site_passages = sa.Table(
    "site_passages",
    metadata,
    _number("site", "of the site's host"),
    _number("passage", "of the passage's words"),
    sa.Column("titles", Text, nullable=False, comment="keys of up to four headlines"),
    sa.Column("seen_at", Seconds, nullable=False),
    sqlite_with_rowid=False,
)

vectors = sa.Table(
    "vectors",
    metadata,
    _number("key", "of the model's id and the text's key"),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("vector", HalfVector, nullable=False),
    sa.Index(None, "created_at"),
)

topics = sa.Table(
    "topics",
    metadata,
    sa.Column("id", Text, primary_key=True),
    _flag("baseline_done"),
    sa.Column("first_seen", UtcDateTime),
    sa.Column("definition", Text, comment="a digest"),
    sa.Column("behind", UtcDateTime, comment="how far it looked back"),
)

stories = sa.Table(
    "stories",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("topic_id", Text, nullable=False),
    sa.Column("headline", Text, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index(None, "topic_id", "changed_at"),
)

developments = sa.Table(
    "developments",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("story_id", Text, sa.ForeignKey("stories.id"), nullable=False),
    sa.Column("topic_id", Text, nullable=False),
    sa.Column("article_id", Text, nullable=False),
    sa.Column("headline", Text, nullable=False),
    sa.Column("stage", Text, nullable=False),
    sa.Column("significance", Real, nullable=False),
    sa.Column("founded_at", UtcDateTime, nullable=False),
    _flag("told"),
    sa.Index(None, "story_id", "founded_at"),
)

mentions = sa.Table(
    "mentions",
    metadata,
    _id(),
    sa.Column("topic_id", Text, nullable=False),
    sa.Column("article_id", Text, nullable=False),
    sa.Column("story_id", Text, sa.ForeignKey("stories.id"), nullable=False),
    sa.Column("development_id", Text, sa.ForeignKey("developments.id"), nullable=False),
    sa.Column("source_id", Text, nullable=False),
    sa.Column("title", Text, nullable=False),
    sa.Column("key_text", Text, nullable=False),
    sa.Column("quote", Text, nullable=False),
    sa.Column("language", Text, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("published", UtcDateTime),
    sa.Column("facts", Text, nullable=False, comment="Facts as JSON"),
    sa.Column("vector", HalfVector, nullable=False),
    _flag("told"),
    _flag("first"),
    sa.Column("copy_of", Text),
    sa.Column("model_id", Text, nullable=False, default=""),
    sa.Column("match", Real),
    sa.Column("weight", Real),
    sa.UniqueConstraint("topic_id", "article_id"),
    sa.Index(None, "topic_id", "seen_at", "model_id"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    _id(),
    sa.Column("article_id", Text, nullable=False),
    sa.Column("topic_id", Text, nullable=False),
    sa.Column("verdict", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("score", Real, nullable=False),
    sa.Column("passage", Text, nullable=False),
    sa.Column("scores", Text, nullable=False, comment="numbers by name, as JSON"),
    sa.Column("development_id", Text),
    sa.Column("story_id", Text),
    sa.Column("nearest", Text),
    sa.Column("nearest_title", Text, nullable=False),
    sa.Column("new_facts", Text, nullable=False, comment="phrases as JSON"),
    sa.Column("explanation", Text, nullable=False),
    sa.Column("opinion", Text, comment="the judge's, as JSON"),
    sa.UniqueConstraint("article_id", "topic_id"),
    sa.Index("ix_decisions_on_topic", "topic_id", "verdict", "decided_at", sqlite_where=ON_TOPIC),
    sa.Index(None, "decided_at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("key", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("channel", Text, nullable=False),
    sa.Column("story_id", Text, comment="the story whose thread it continues"),
    sa.Column("content", Text, nullable=False, comment="the Alert as JSON"),
    sa.Column("state", Text, nullable=False),
    sa.Column("not_before", UtcDateTime, nullable=False),
    _count("attempts"),
    sa.Column("sending_since", UtcDateTime),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("ts", Text),
    sa.Column("channel_id", Text),
    sa.Column("error", Text),
    _count("looks"),
    _flag("plain"),
    _flag("changed"),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("hold", Text, comment="why it was held, where it was"),
    sa.Column("released_at", UtcDateTime, comment="when it was let through, for budgets"),
    sa.UniqueConstraint("key"),
    sa.Index(None, "state", "not_before"),
    sa.Index(None, "story_id", "channel"),
)

story_threads = sa.Table(
    "story_threads",
    metadata,
    sa.Column("story_id", Text, primary_key=True),
    sa.Column("channel", Text, primary_key=True),
    sa.Column(
        "delivery_id", sa.BigInteger, sa.ForeignKey("outbox.id"), nullable=False, index=True
    ),
)

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("channel", Text, primary_key=True),
    sa.Column("period", Text, nullable=False, comment="the local day of the last one"),
    sa.Column("last_delivery", sa.BigInteger, nullable=False),
    sa.Column("last_decision", sa.BigInteger, nullable=False),
)

troubles = sa.Table(
    "troubles",
    metadata,
    sa.Column("subject", Text, primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
)

answers = sa.Table(
    "answers",
    metadata,
    _id(),
    sa.Column("kind", Text, nullable=False),
    sa.Column("who", Text, nullable=False, comment="an opaque id"),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("alert_key", Text, nullable=False),
    sa.Column("headline", Text, nullable=False),
    sa.Column("topic_ids", Text, nullable=False, comment="as JSON"),
    sa.Column("story_ids", Text, nullable=False, comment="as JSON"),
    sa.Column("article_id", Text, nullable=False),
    sa.Column("undone_at", UtcDateTime),
    sa.Index(
        "uq_answers_standing",
        "alert_key",
        "who",
        "kind",
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
    ),
)

muted_stories = sa.Table(
    "muted_stories",
    metadata,
    sa.Column("story_id", Text, primary_key=True),
    sa.Column("answer_id", sa.BigInteger, sa.ForeignKey("answers.id"), primary_key=True),
)

lessons = sa.Table(
    "lessons",
    metadata,
    _id(),
    sa.Column("topic_id", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("proposed_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("answers", Text, nullable=False, comment="numbers, as JSON"),
    sa.Column("article_id", Text, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("language", Text, nullable=False),
    sa.Column("shift", Real, nullable=False),
    sa.Column("trial", Text, comment="the Trial as JSON"),
    sa.Index(None, "topic_id"),
    sa.Index(
        "uq_lessons_alive",
        "topic_id",
        "kind",
        "article_id",
        unique=True,
        sqlite_where=sa.text(_ALIVE),
    ),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("holder", Text, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
)

allowances = sa.Table(
    "allowances",
    metadata,
    sa.Column("name", Text, primary_key=True),
    _count("used"),
    sa.Column("used_at", UtcDateTime, nullable=False),
    sa.Index(None, "used_at"),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("started", UtcDateTime, nullable=False),
    sa.Column("report", Text, nullable=False, comment="as JSON"),
    sa.Index(None, "started"),
)


def tell_postgresql() -> None:
    """Which rows the partial indices hold, in PostgreSQL's words as well.

    Apart, since naming them imports its dialect, which no command on SQLite needs.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            rows = index.dialect_options["sqlite"]["where"]
            if rows is not None:
                index.dialect_kwargs["postgresql_where"] = rows

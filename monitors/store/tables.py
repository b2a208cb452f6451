"""The schema. What must be unique is unique here; migrations bring it about.

Long texts such as URLs are unique through a hash (``…_key``): PostgreSQL cannot
index a value longer than 2,700 bytes. Decisions and mentions do not point at ``articles``
with foreign keys: they carry the text that they rest on, and outlive it.
"""

from __future__ import annotations

import sqlalchemy as sa

from monitors.ledger import COUNTS
from monitors.store.columns import (
    HalfVector,
    Real,
    Seconds,
    Text,
    UtcDateTime,
    count_column,
    flag_column,
    id_column,
    number_column,
)

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

UNDECIDED = sa.text("NOT decided")
"""Articles that an index finds: the few that are still to be decided on."""

_ALIVE = "article_id <> '' AND state IN ('proposed', 'active')"


sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("etag", Text),
    sa.Column("last_modified", Text),
    sa.Column("polled_at", UtcDateTime),
    sa.Column("succeeded_at", UtcDateTime),
    sa.Column("next_poll_at", UtcDateTime),
    count_column("failures"),
    flag_column("baseline_done"),
    sa.Column("last_state", Text),
    sa.Column("last_error", Text),
    count_column("entries_seen"),
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
    count_column("used"),
    sa.Column("rests_until", UtcDateTime),
    count_column("status"),
    count_column("failures"),
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
    id_column(),
    sa.Column("source_id", Text, sa.ForeignKey("sources.id"), nullable=False),
    sa.Column("url", Text, nullable=False),
    sa.Column("url_key", Text, nullable=False),
    sa.Column("slot", sa.Integer, nullable=False, comment="of the page's host: monitors.shards"),
    sa.Column("content_key", Text, nullable=False),
    sa.Column("content", Text, nullable=False, comment="the Entry as JSON"),
    sa.Column("first_seen", UtcDateTime, nullable=False),
    sa.Column("listed_at", UtcDateTime, nullable=False, comment="to the day"),
    flag_column("baseline"),
    sa.Column("fate", Text, nullable=False),
    count_column("attempts"),
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
    *(count_column(name) for name in COUNTS),
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
    flag_column("text_available"),
    sa.Column("unreadable", Text),
    flag_column("machine_translated"),
    sa.Column("title_language", Text),
    sa.Column("published_by", Text),
    sa.Column("author", Text),
    sa.Column("section", Text),
    flag_column("baseline"),
    flag_column("decided"),
    sa.UniqueConstraint("url_key", "revision"),
    sa.Index("ix_articles_undecided", "first_seen", sqlite_where=UNDECIDED),
    sa.Index(None, "first_seen"),
    sa.Index(None, "source_id"),
)

site_passages = sa.Table(
    "site_passages",
    metadata,
    number_column("site", "of the site's host"),
    number_column("passage", "of the passage's words"),
    sa.Column("titles", Text, nullable=False, comment="keys of up to four headlines"),
    sa.Column("seen_at", Seconds, nullable=False),
    sqlite_with_rowid=False,
)

vectors = sa.Table(
    "vectors",
    metadata,
    number_column("key", "of the model's id and the text's key"),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("vector", HalfVector, nullable=False),
)

topics = sa.Table(
    "topics",
    metadata,
    sa.Column("id", Text, primary_key=True),
    flag_column("baseline_done"),
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
    flag_column("told"),
    sa.Index(None, "story_id", "founded_at"),
)

mentions = sa.Table(
    "mentions",
    metadata,
    id_column(),
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
    flag_column("told"),
    flag_column("first"),
    sa.Column("copy_of", Text),
    sa.Column("model_id", Text, nullable=False, default=""),
    sa.Column("match", Real),
    sa.Column("significance", Real),
    sa.UniqueConstraint("topic_id", "article_id"),
    sa.Index(None, "topic_id", "seen_at", "model_id"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    id_column(),
    sa.Column("article_id", Text, nullable=False),
    sa.Column("topic_id", Text, nullable=False),
    sa.Column("verdict", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("score", Real, nullable=False),
    sa.Column("passage", Text, nullable=False),
    sa.Column("place", sa.Integer, comment="of the passage in the article, where that has it"),
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
    id_column(),
    sa.Column("key", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("channel", Text, nullable=False),
    sa.Column("story_id", Text, comment="the story whose thread it continues"),
    sa.Column("content", Text, nullable=False, comment="the Alert as JSON"),
    sa.Column("state", Text, nullable=False),
    sa.Column("not_before", UtcDateTime, nullable=False),
    count_column("attempts"),
    sa.Column("sending_since", UtcDateTime),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("ts", Text),
    sa.Column("channel_id", Text),
    sa.Column("error", Text),
    count_column("looks"),
    flag_column("plain"),
    flag_column("changed"),
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
    id_column(),
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
    id_column(),
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
    count_column("used"),
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

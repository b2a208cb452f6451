"""Articles in every revision."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.addresses import identity
from monitors.model import Article, DateEvidence, Fate
from monitors.store import sitepassages
from monitors.store.codec import dump_passages, load_passages
from monitors.store.engine import Database
from monitors.store.rows import readable, text_key
from monitors.store.tables import UNDECIDED, articles, entries


class SqlArticles:
    """Implements :class:`monitors.ports.ArticleStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def save(self, article: Article) -> tuple[Article, Fate]:
        """See the port.

        Compared with the newest revision only. The id of a first revision is the
        article's own; a later one gets its id here.
        """
        with self._db.write() as connection:
            self._lock(connection, identity(article.key or article.url))
            newest = _newest(connection, article.key or article.url, article.url)
            if newest is None:
                stored, fate = article, _first(article)
            elif newest.fingerprint == article.fingerprint:
                stored, fate = _article(newest), Fate.SEEN
            else:
                stored, fate = _revision(article, newest.revision + 1), Fate.REVISION
            if fate is not Fate.SEEN:
                connection.execute(sa.insert(articles).values(_row(stored)))
            _settle(connection, article.entry_id, stored.id, fate)
        return stored, fate

    def undecided(self, limit: int | None) -> list[Article]:
        """See the port."""
        return self._select(UNDECIDED, limit)

    def recent(
        self, since: datetime, limit: int | None = None, until: datetime | None = None
    ) -> list[Article]:
        """See the port."""
        seen = articles.c.first_seen
        return self._select((seen >= since) & (seen < until) if until else seen >= since, limit)

    def find(self, key: str) -> Article | None:
        """See the port."""
        with self._db.read() as connection:
            row = connection.execute(sa.select(articles).where(articles.c.id == key)).first()
            row = row or _newest(connection, key) or _newest_listed(connection, key)
        return None if row is None else _article(row)

    def repeated(
        self, site: str, title: str, passages: Collection[str], at: datetime
    ) -> frozenset[str]:
        """See the port."""
        return sitepassages.note(self._db, site, title, passages, at)

    def _select(
        self, where: sa.ColumnElement[bool] | sa.TextClause, limit: int | None
    ) -> list[Article]:
        query = sa.select(articles).where(where)
        # All that one poll lists is first seen at once: what was published first comes first.
        order = (articles.c.first_seen, articles.c.published.nulls_last(), articles.c.id)
        query = query.order_by(*order).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows, _article)

    def _lock(self, connection: Connection, url: str) -> None:
        """Let nobody else store a revision of ``url`` until the transaction ends."""
        if not self._db.is_sqlite:  # SQLite has one writer at a time anyway
            number = int.from_bytes(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:7])
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def _newest(connection: Connection, *urls: str) -> sa.Row[Any] | None:
    """The newest revision under any of ``urls``, or under another form of one of them."""
    # Rows of earlier versions are kept under the address as it was.
    keys = {text_key(form) for url in urls for form in (identity(url), url)}
    query = sa.select(articles).where(articles.c.url_key.in_(keys))
    return connection.execute(query.order_by(articles.c.revision.desc()).limit(1)).first()


def _newest_listed(connection: Connection, url: str) -> sa.Row[Any] | None:
    """The newest revision of the article that was read from the entry with this URL."""
    query = (
        sa.select(articles)
        .join(entries, entries.c.article_id == articles.c.id)
        .where(entries.c.url_key == text_key(url))
        .order_by(articles.c.first_seen.desc(), articles.c.revision.desc())
        .limit(1)
    )
    found = connection.execute(query).first()
    if found is None:
        return None
    same = sa.select(articles).where(articles.c.url_key == found.url_key)
    return connection.execute(same.order_by(articles.c.revision.desc()).limit(1)).first()


def _first(article: Article) -> Fate:
    """The fate of the entry whose article is stored for the first time."""
    if article.baseline:
        return Fate.BASELINE
    return Fate.STALE if article.is_stale else Fate.NEW


def _settle(connection: Connection, entry_id: int | None, article_id: str, fate: Fate) -> None:
    if entry_id is None:
        return
    # A save that is repeated must not turn NEW or REVISION into SEEN.
    waiting = (entries.c.id == entry_id) & (
        (entries.c.fate == Fate.WAITING) | entries.c.article_id.is_distinct_from(article_id)
    )
    # The article says all that the entry did; its content_key still tells whether it changes.
    values = {"fate": fate.value, "article_id": article_id, "detail": "", "content": ""}
    connection.execute(sa.update(entries).where(waiting).values(values))


def _revision(article: Article, revision: int) -> Article:
    named = f"{article.url}\n{revision}".encode("utf-8", "surrogatepass")
    return replace(article, id=f"A-{hashlib.sha256(named).hexdigest()[:12]}", revision=revision)


def _row(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "source_id": article.source_id,
        "entry_id": article.entry_id,
        "url": article.url,
        "url_key": text_key(identity(article.key or article.url)),
        "revision": article.revision,
        "title": article.title,
        "passages": dump_passages(article.passages),
        "fingerprint": article.fingerprint,
        "first_seen": article.first_seen,
        "published": article.published,
        "language": article.language,
        "text_available": article.text_available,
        "unreadable": article.unreadable,
        "machine_translated": article.machine_translated,
        "title_language": article.title_language,
        "published_by": article.published_by.value if article.published_by else None,
        "author": article.author,
        "section": article.section,
        "baseline": article.baseline,
        "decided": False,
    }


_EVIDENCE: dict[str | None, DateEvidence] = {known.value: known for known in DateEvidence}
"""What a later version knows and this one does not is none."""


def _article(row: sa.Row[Any]) -> Article:
    return Article(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        title=row.title,
        passages=load_passages(row.passages),
        fingerprint=row.fingerprint,
        first_seen=row.first_seen,
        published=row.published,
        language=row.language,
        revision=row.revision,
        text_available=row.text_available,
        unreadable=row.unreadable,
        machine_translated=row.machine_translated,
        title_language=row.title_language or "und",
        published_by=_EVIDENCE.get(row.published_by),
        author=row.author or "",
        section=row.section or "",
        baseline=row.baseline,
        entry_id=row.entry_id,
    )

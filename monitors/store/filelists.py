"""Lists straight from an SQLite file.

Importing SQLAlchemy, and building our tables with it, takes longer than all else that a list
does. So a list reads the file with Python's own driver, where there is one and its schema is
up to date; everywhere else, and for all that writes, there is the store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from monitors.model import Delivery, DeliveryState, LessonState, Verdict
from monitors.model.listed import Told, Watched
from monitors.store.deliveries import delivery
from monitors.store.revisions import newest
from monitors.store.rows import readable
from monitors.store.storylines import decision

_PREFIX = "sqlite:///"
_BUSY_TIMEOUT = 5.0

_DECIDED = """
SELECT decisions.*, articles.title AS headline, articles.url
FROM decisions LEFT JOIN articles ON articles.id = decisions.article_id
WHERE verdict = :verdict AND reason <> 'off topic' AND (:topic IS NULL OR topic_id = :topic)
ORDER BY decided_at DESC, decisions.id DESC LIMIT :limit
"""
_WATCHED = """
SELECT
  coalesce((SELECT baseline_done FROM topics WHERE id = :topic), 0) AS watching,
  (SELECT count(*) FROM decisions WHERE reason <> 'off topic' AND topic_id = :topic
     AND verdict = :alert AND decided_at >= :since) AS told,
  (SELECT count(*) FROM (SELECT 1 FROM stories WHERE topic_id = :topic LIMIT 1000)) AS stories,
  (SELECT count(*) FROM lessons WHERE topic_id = :topic AND state = :active) AS lessons
"""
_DELIVERIES = """
SELECT outbox.*, parent.ts AS parent_ts, parent.channel_id AS parent_channel_id,
  parent.id AS parent_id, parent.state AS parent_state
FROM outbox
LEFT JOIN story_threads AS thread
  ON thread.story_id = outbox.story_id AND thread.channel = outbox.channel
LEFT JOIN outbox AS parent ON parent.id = thread.delivery_id
WHERE outbox.state IN ({states}) ORDER BY outbox.id DESC LIMIT ?
"""

sqlite3.register_converter("DATETIME", lambda text: _utc(text.decode()))
sqlite3.register_converter("BOOLEAN", lambda text: text != b"0")


class FileLists:
    """Implements :class:`monitors.ports.lists.Lists`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def decided(self, verdict: Verdict, topic_id: str | None, limit: int) -> list[Told]:
        """See the port."""
        values = {"verdict": verdict.value, "topic": topic_id, "limit": limit}
        return readable(self._rows(_DECIDED, values), _told)

    def watched(self, topic_ids: Collection[str], since: datetime) -> Mapping[str, Watched]:
        """See the port."""
        fixed = {
            "alert": Verdict.ALERT.value,
            "active": LessonState.ACTIVE.value,
            "since": since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        }
        return {
            topic_id: Watched(bool(row.watching), row.told, row.stories, row.lessons)
            for topic_id in topic_ids
            for row in self._rows(_WATCHED, fixed | {"topic": topic_id})
        }

    def deliveries(self, states: Collection[DeliveryState], limit: int) -> list[Delivery]:
        """See the port."""
        query = _DELIVERIES.format(states=", ".join("?" * len(states)))
        return readable(self._rows(query, [*(s.value for s in states), limit]), delivery)

    def counts(self) -> Mapping[DeliveryState, int]:
        """See the port."""
        rows = self._rows("SELECT state, count(*) AS messages FROM outbox GROUP BY state")
        found = {DeliveryState(row.state): row.messages for row in rows}
        return dict.fromkeys(DeliveryState, 0) | found

    def muted(self) -> frozenset[str]:
        """See the port."""
        return frozenset(r.story_id for r in self._rows("SELECT story_id FROM muted_stories"))

    def _rows(self, query: str, values: Any = ()) -> list[Any]:
        return self._connection.execute(query, values).fetchall()


@contextmanager
def file_lists(database_url: str) -> Iterator[FileLists | None]:
    """The lists of an SQLite file; None where a store must be asked.

    That is where there is no file, where the schema is not up to date, and for any mistake:
    the store meets it again, and says what to do.

    :param database_url: as the settings name it
    :raises StoreError: the file could be read at first, and then could not
    """
    connection = _connected(database_url)
    try:
        yield None if connection is None else FileLists(connection)
    except sqlite3.Error as error:
        from monitors.store.translate import as_store_error  # late: imports SQLAlchemy

        raise as_store_error(database_url, error) from error
    finally:
        if connection is not None:
            connection.close()


def _connected(database_url: str) -> sqlite3.Connection | None:
    path = Path(database_url.removeprefix(_PREFIX))
    if not database_url.startswith(_PREFIX) or "?" in database_url or not path.is_file():
        return None
    # Not `mode=ro`, which would leave the files of the write-ahead log behind.
    where = f"{path.absolute().as_uri()}?mode=rw"
    connection = None
    try:
        connection = sqlite3.connect(
            where,
            timeout=_BUSY_TIMEOUT,
            detect_types=sqlite3.PARSE_DECLTYPES,
            isolation_level=None,
            uri=True,
        )
        connection.row_factory = _named
        connection.execute("PRAGMA query_only = ON")
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        if [row.version_num for row in found] == [newest()]:
            return connection
    except sqlite3.Error:
        pass
    if connection is not None:
        connection.close()
    return None


def _named(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> SimpleNamespace:
    names = (column[0] for column in cursor.description)
    return SimpleNamespace(**dict(zip(names, values, strict=True)))


def _utc(text: str) -> datetime:
    """A time as the store writes it: without a zone, since all are UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _told(row: Any) -> Told:
    return Told(decision(row), row.headline or "", row.url or "")

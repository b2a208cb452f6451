"""Migrations: repeatable, interruptible, and in step with ``tables.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from store_values import NOW, article, entry, poll, state

import monitors
from monitors.errors import SettingsError, StoreCorrupt, StoreError
from monitors.model import Fate
from monitors.store import open_store
from monitors.store.columns import HalfVector, Real, Seconds, Text, UtcDateTime
from monitors.store.engine import open_database
from monitors.store.tables import metadata

# Ends the process without any clean-up once the fifth table was made.
KILLED_HALFWAY = """
import os, sys
import sqlalchemy as sa
from sqlalchemy import event
from monitors.store import open_store

made = []

@event.listens_for(sa.engine.Engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    if "CREATE TABLE" in statement and "alembic_version" not in statement:
        made.append(statement)
    if len(made) == 5:
        os._exit(9)

open_store(sys.argv[1]).migrate()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield request.getfixturevalue("postgresql_url")


def _tables(url: str) -> set[str]:
    database = open_database(url)
    with database.read() as connection:
        names = set(sa.inspect(connection).get_table_names())
    database.close()
    return names


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    store = open_store(empty_url)
    store.migrate()
    store.migrate()
    store.close()
    assert _tables(empty_url) == {*metadata.tables, "alembic_version"}


def test_an_interrupted_migration_leaves_nothing_and_runs_again(empty_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(monitors.__file__).parents[1])}
    command = [sys.executable, "-c", KILLED_HALFWAY, empty_url]
    assert subprocess.run(command, env=environment, timeout=60).returncode == 9
    assert _tables(empty_url) == set()
    store = open_store(empty_url)
    store.migrate()
    assert store.outbox.rows() == []
    store.close()


def _plain(context: object, inspected: object, declared: object, *types: object) -> bool | None:
    """Our column types are the plain ones as far as the database is concerned."""
    found, ours = types
    plain = {
        UtcDateTime: sa.DateTime,
        Seconds: sa.BigInteger,
        Text: sa.Text,
        Real: sa.Float,
        HalfVector: sa.LargeBinary,
    }
    expected = plain.get(type(ours))
    return None if expected is None else not isinstance(found, expected)


def test_the_migrated_schema_is_the_one_in_tables(empty_url: str) -> None:
    store = open_store(empty_url)
    store.migrate()
    store.close()
    database = open_database(empty_url)
    with database.read() as connection:
        options = {"compare_type": _plain}
        difference = compare_metadata(
            MigrationContext.configure(connection, opts=options), metadata
        )
    database.close()
    assert difference == []


def test_looking_at_the_schema_changes_nothing(empty_url: str) -> None:
    store = open_store(empty_url, read_only=True)
    schema = store.schema()
    assert (schema.current, schema.up_to_date) == (None, False)
    with pytest.raises(StoreError):
        store.migrate()
    store.close()
    assert _tables(empty_url) == set()


def _downgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "monitors.store:migrations")
    config.set_main_option("path_separator", "os")
    database = open_database(url)
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    database.close()


def test_a_schema_that_is_behind_is_told_from_one_that_is_not(empty_url: str) -> None:
    store = open_store(empty_url)
    store.migrate()
    assert store.schema().up_to_date
    _downgrade(empty_url, "v0001")
    schema = store.schema()
    assert (schema.current, schema.up_to_date) == ("v0001", False)
    store.migrate()
    assert store.schema().current == schema.head
    assert store.digests.state("#news") is None
    store.close()


def test_vectors_and_passages_of_sites_survive_the_change_to_short_keys(empty_url: str) -> None:
    with closing(open_store(empty_url)) as store:
        store.migrate()
    _downgrade(empty_url, "v0015")
    rows = np.linspace(-1, 1, 3 * 4).reshape(3, 4).astype("<f2")
    _insert(
        empty_url,
        "INSERT INTO vectors (model_id, text_key, vector, created_at) VALUES (:m, :k, :v, :at)",
        [{"m": "e5", "k": f"k{n}", "v": row.tobytes(), "at": NOW} for n, row in enumerate(rows)],
    )
    _insert(
        empty_url,
        "INSERT INTO site_passages (site, passage, titles, seen_at) VALUES (:s, :p, :t, :at)",
        [{"s": "a.example", "p": "5f0c", "t": "t1 t2 t3", "at": NOW}],
    )
    with closing(open_store(empty_url)) as store:
        store.migrate()
        found = store.vectors.get("e5", ["k0", "k1", "k2", "k3"])
        assert {key: row.tolist() for key, row in found.items()} == {
            f"k{n}": row.astype(np.float32).tolist() for n, row in enumerate(rows)
        }
        assert store.vectors.get("other", ["k0"]) == {}
        later = NOW + timedelta(hours=1)
        assert store.articles.repeated("a.example", "t4", ["5f0c", "new"], later) == {"5f0c"}
        assert store.prune(NOW)["vectors"] == 0
        assert store.prune(NOW + timedelta(seconds=1))["vectors"] == 3


def test_what_was_listed_and_read_is_known_under_cut_keys(empty_url: str) -> None:
    listed = poll(entry(1), entry(2))
    with closing(open_store(empty_url)) as store:
        store.migrate()
        store.sources.save_poll(listed, state())
        store.articles.save(article(1))
    _downgrade(empty_url, "v0016")
    database = open_database(empty_url)
    with database.write() as connection:
        for whole in (
            "UPDATE entries SET url_key = url_key || url_key",
            "UPDATE entries SET content_key = content_key || content_key",
            "UPDATE articles SET url_key = url_key || url_key",
        ):
            connection.execute(sa.text(whole))
    database.close()
    with closing(open_store(empty_url)) as store:
        store.migrate()
        assert store.sources.save_poll(listed, state())[Fate.SEEN] == 2
        assert [waiting.entry for waiting in store.sources.pending(10)] == [entry(1), entry(2)]
        assert len(store.sources.listings(entry(2).url)) == 1
        assert store.articles.save(article(1))[1] is Fate.SEEN


def _insert(url: str, statement: str, rows: list[dict[str, object]]) -> None:
    database = open_database(url)
    times = sa.bindparam("at", type_=UtcDateTime())
    with database.write() as connection:
        connection.execute(sa.text(statement).bindparams(times), rows)
    database.close()


def test_a_schema_of_a_later_version_is_refused(empty_url: str) -> None:
    store = open_store(empty_url)
    store.migrate()
    database = open_database(empty_url)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'v9999'"))
    database.close()
    for look in (store.migrate, store.schema):
        with pytest.raises(StoreCorrupt, match="v9999"):
            look()
    store.close()


@pytest.mark.parametrize("url", ["mysql://db/x", "tidings.db", "", "sqlite+aiosqlite:///x"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///path"):
        open_store(url)


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_may_be_named_in_each_usual_way(name: str) -> None:
    store = open_store(f"{name}://watcher:s3cret@db.example/news?sslpassword=s3cret")
    assert store.subject == "postgresql+psycopg://watcher@db.example/news"
    store.close()


def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    database.close()
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "synchronous": 1,
    }


def test_a_store_in_memory_lasts_while_it_is_open() -> None:
    store = open_store("sqlite://")
    store.migrate()
    assert store.sources.overview() == []
    store.close()

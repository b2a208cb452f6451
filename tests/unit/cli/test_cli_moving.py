"""``backup``, ``restore`` and the mistakes of ``copy``."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from cli_values import NOW, Tidings

from monitors.errors import RunSkipped, SettingsError, StoreCorrupt, StoreError, TidingsError
from monitors.store import SqlStore, open_store

HOUR = timedelta(hours=1)


def runs(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM runs ORDER BY id")]


def test_a_backup_holds_what_there_was_while_it_is_in_use(
    tidings: Tidings, store: SqlStore, folder: Path
) -> None:
    store.runs.save("R-1", NOW, {})
    done = tidings("backup", "--out", "kept.db")
    assert done.exit_code == 0, done.output
    assert "var/tidings.db as it is now is in kept.db" in done.output
    store.runs.save("R-2", NOW, {})
    assert runs(folder / "kept.db") == ["R-1"]
    assert [path.name for path in folder.glob("kept*")] == ["kept.db"], "one file"


def test_what_was_backed_up_comes_back_and_what_was_there_is_kept(
    tidings: Tidings, store: SqlStore, folder: Path
) -> None:
    store.runs.save("R-1", NOW, {})
    tidings("backup", "--out", "kept.db")
    store.runs.save("R-2", NOW, {})
    done = tidings("restore", "kept.db")
    assert done.exit_code == 0, done.output
    [before] = (folder / "var").glob("tidings.db.before-*")
    assert f"What it was is in var/{before.name}" in done.output
    assert [run["run_id"] for run in store.runs.latest(9)] == ["R-1"], "an open connection sees it"
    assert runs(before) == ["R-1", "R-2"]
    store.runs.save("R-3", NOW, {})
    assert runs(folder / "kept.db") == ["R-1"]


def test_a_backup_is_restored_where_nothing_is(
    tidings: Tidings, store: SqlStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.runs.save("R-1", NOW, {})
    tidings("backup", "--out", "kept.db")
    monkeypatch.setenv("TIDINGS_DATABASE_URL", "sqlite:///elsewhere/new.db")
    done = tidings("restore", "kept.db")
    assert done.exit_code == 0, done.output
    with closing(open_store("sqlite:///elsewhere/new.db")) as restored:
        assert [run["run_id"] for run in restored.runs.latest(9)] == ["R-1"]


def test_a_backup_overwrites_nothing(tidings: Tidings, store: SqlStore, folder: Path) -> None:
    (folder / "kept.db").write_text("mine", "utf-8")
    done = tidings("backup", "--out", "kept.db")
    assert isinstance(done.exception, StoreError)
    assert (folder / "kept.db").read_text("utf-8") == "mine"


@pytest.mark.parametrize("harm", ["truncated", "text", "empty", "other", "newer"])
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(
    tidings: Tidings, store: SqlStore, folder: Path, harm: str
) -> None:
    store.runs.save("R-1", NOW, {"text": "x" * 9000})
    tidings("backup", "--out", "kept.db")
    store.runs.save("R-2", NOW, {})
    kept = folder / "kept.db"
    if harm == "truncated":
        kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    elif harm == "text":
        kept.write_text("no database" * 99, "utf-8")
    elif harm == "empty":
        kept.write_bytes(b"")
    else:
        with closing(sqlite3.connect(kept)) as connection:
            if harm == "newer":
                connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
            else:
                connection.execute("DROP TABLE alembic_version")
            connection.commit()
    done = tidings("restore", "kept.db")
    assert isinstance(done.exception, StoreCorrupt), done.exception
    assert runs(folder / "var" / "tidings.db") == ["R-1", "R-2"]


def test_nothing_is_restored_while_a_run_is_at_work(
    tidings: Tidings, store: SqlStore, folder: Path
) -> None:
    tidings("backup", "--out", "kept.db")
    store.runs.acquire("run", "R-7 elsewhere", NOW, 9999 * HOUR)
    done = tidings("restore", "kept.db")
    assert isinstance(done.exception, RunSkipped)
    assert "R-7" in str(done.exception)
    assert list((folder / "var").glob("*before*")) == []


@pytest.mark.parametrize("command", [("backup", "--out", "b.db"), ("restore", "b.db")])
def test_postgresql_has_its_own_tools(
    tidings: Tidings, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TIDINGS_DATABASE_URL", "postgresql+psycopg://u@localhost/news")
    done = tidings(*command)
    assert isinstance(done.exception, SettingsError)
    assert "pg_dump" in str(done.exception)


@pytest.mark.parametrize("command", [("backup", "--out", "b.db"), ("copy", "--to", "sqlite:///b")])
def test_a_database_that_is_not_there_is_not_made(
    tidings: Tidings, folder: Path, command: tuple[str, ...]
) -> None:
    done = tidings(*command)
    assert isinstance(done.exception, TidingsError)
    assert "there is no such database" in str(done.exception)
    assert not (folder / "var").exists()

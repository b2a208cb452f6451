"""``maintain``, and that ``check`` and ``doctor`` change nothing."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from cli_values import NOW, Tidings

from monitors.store import SqlStore


def test_maintain_drops_what_is_old_and_says_so(tidings: Tidings, store: SqlStore) -> None:
    store.runs.save("R-old", NOW - timedelta(days=400), {})
    store.runs.save("R-new", NOW - timedelta(days=40), {})
    done = tidings("maintain")
    assert done.exit_code == 0, done.output
    assert "dropped: runs 1" in done.output
    assert [run["run_id"] for run in store.runs.latest(9)] == ["R-new"]
    assert "dropped: nothing" in tidings("maintain").output
    counts = json.loads(tidings("maintain", "--keep-days", "30", "--json").output)
    assert counts["runs"] == 1


@pytest.mark.parametrize("days", ["0", "-1", "soon"])
def test_maintain_refuses_what_is_no_number_of_days(tidings: Tidings, days: str) -> None:
    assert tidings("maintain", "--keep-days", days).exit_code == 2


def test_check_makes_no_database(tidings: Tidings, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = tidings("check", "--offline")
    assert done.exit_code == 0, done.output
    assert "will be created at var/tidings.db" in done.output
    assert sorted(folder.rglob("*")) == before


def test_check_says_where_no_database_can_be_made(
    tidings: Tidings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").write_text("", "utf-8")
    monkeypatch.setenv("TIDINGS_DATABASE_URL", f"sqlite:///{folder / 'file' / 'tidings.db'}")
    done = tidings("check", "--offline")
    assert done.exit_code == 1
    assert "it cannot be made" in done.output


def test_check_does_not_migrate(tidings: Tidings, folder: Path, store: SqlStore) -> None:
    head = store.schema().head
    store.close()
    path = folder / "var" / "tidings.db"
    _sql(path, "DROP TABLE troubles", "UPDATE alembic_version SET version_num = 'v0001'")
    before = path.read_bytes()
    done = tidings("check", "--offline")
    assert done.exit_code == 0, done.output
    assert f"schema v0001; the next run brings it to {head}" in done.output
    assert path.read_bytes() == before


def test_check_leaves_an_empty_file_empty(tidings: Tidings, folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "tidings.db").touch()
    done = tidings("check", "--offline")
    assert "the first run makes its tables" in done.output
    assert (folder / "var" / "tidings.db").read_bytes() == b""


def test_check_of_a_database_that_is_up_to_date(tidings: Tidings, store: SqlStore) -> None:
    assert "schema up to date; outbox empty" in tidings("check", "--offline").output


def _sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_watchdog_says_when_a_run_last_succeeded(tidings: Tidings, store: SqlStore) -> None:
    assert "no run is known to have succeeded yet" in tidings("watchdog").output
    store.runs.save("R-new", NOW, {"ended": NOW.isoformat()})
    done = tidings("watchdog")
    assert done.exit_code == 0, done.output
    assert f"the last run that succeeded was over at {NOW:%d %b %Y %H:%M} UTC" in done.output
    plain = json.loads(tidings("watchdog", "--json").output)
    assert plain["succeeded_at"] == NOW.isoformat()
    assert (plain["silent_since"], plain["told_now"]) == (None, None)


def test_watchdog_tells_in_the_terminal_where_there_is_no_channel(
    tidings: Tidings, store: SqlStore, folder: Path
) -> None:
    ago = (NOW - timedelta(hours=1)).isoformat()
    kept = {"looked_at": NOW.isoformat(), "watching_since": ago, "succeeded_at": ago}
    (folder / "var" / "watchdog.json").write_text(json.dumps(kept), "utf-8")
    done = tidings("watchdog")
    assert done.exit_code == 1
    assert "No run has succeeded since" in done.output
    assert "`operators_channel` is not set" in done.output
    again = tidings("watchdog")
    assert again.exit_code == 1
    assert "the operators know" in again.output
    assert tidings("watchdog", "--every", "30").exit_code == 1  # it lasts until one succeeds

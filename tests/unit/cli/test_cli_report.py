from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_values import Program, Tidings

from monitors.store import SqlStore


def test_report_writes_a_site_and_says_where(
    tidings: Tidings, filled: SqlStore, folder: Path
) -> None:
    done = tidings("report", "--out", "site")
    assert done.exit_code == 0, done.output
    assert "of them written; open site/index.html" in done.output
    assert "Title of told" in (folder / "site" / "stories" / "S-1.html").read_text("utf-8")
    assert "UN News" in (folder / "site" / "sources" / "index.html").read_text("utf-8")


def test_report_takes_its_folder_from_the_settings(
    tidings: Tidings, filled: SqlStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDINGS_REPORT_DIR", "daily")
    assert tidings("report", "--days", "7").exit_code == 0
    assert (folder / "daily" / "quality.html").is_file()


def test_report_without_a_folder_says_what_to_do(called: Program, store: SqlStore) -> None:
    done = called("report", TIDINGS_REPORT_DIR=" ")
    assert done.returncode == 2
    assert "no folder is named. Set it, or call with --out FOLDER" in done.stderr


def test_report_leaves_other_folders_alone(called: Program, store: SqlStore, folder: Path) -> None:
    done = called("report", "--out", str(folder))
    assert done.returncode == 2
    assert "something else than a report" in done.stderr
    assert (folder / "watch.yaml").is_file()


def test_quality_shows_messages_and_samples(tidings: Tidings, filled: SqlStore) -> None:
    shown = tidings("quality").output
    assert "Sanctions relief" in shown
    assert "no message was sent in this time" in shown
    assert "A-held" in shown
    card = json.loads(tidings("quality", "--json", "--days", "30").output)
    assert card["total"]["sent"] == 0
    assert card["total"]["precision"] is None
    assert [sample["article"] for sample in card["samples"]] == ["A-held"]

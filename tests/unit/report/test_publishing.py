from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from report_values import NOW, WATCHLIST, fill

from monitors.errors import ConfigError, TidingsError
from monitors.report.publishing import publish, write_report
from monitors.store import SqlStore


def test_a_new_report_replaces_the_old_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "site"
    assert publish(folder, [("index.html", "1"), ("stories/S-1.html", "1")]) == 2
    publish(folder, [("index.html", "2")])
    assert (folder / "index.html").read_text() == "2"
    assert not (folder / "stories").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["site"]


def test_a_report_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(folder, [("index.html", "1")])

    def breaking() -> Iterator[tuple[str, str]]:
        yield "index.html", "2"
        raise OSError(28, "No space left on device")

    with pytest.raises(TidingsError, match="No space left"):
        publish(folder, breaking())
    assert (folder / "index.html").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_is_no_report_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("home", "file"):
        with pytest.raises(ConfigError, match="something else than a report"):
            publish(tmp_path / name, [("index.html", "1")])
    assert (tmp_path / "home" / "letter.txt").read_text() == "mine"


def test_an_empty_folder_and_a_link_to_a_report_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    publish(tmp_path / "link", [("index.html", "1")])
    publish(tmp_path / "link", [("index.html", "2")])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "index.html").read_text() == "2"


def test_a_parent_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TidingsError, match=r"cannot be written|cannot be looked at"):
        publish(tmp_path / "file" / "site", [("index.html", "1")])


def test_a_report_of_a_store_says_how_many_pages_it_has(store: SqlStore, tmp_path: Path) -> None:
    fill(store, stories=3, title="Talks")
    folder = tmp_path / "site"
    assert write_report(store, WATCHLIST, folder, NOW) == len(list(folder.rglob("*.html"))) == 10
    assert oct(folder.stat().st_mode & 0o755) == "0o755"

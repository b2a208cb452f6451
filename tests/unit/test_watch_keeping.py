"""The last good watch list: kept with its time, used while an edit is broken."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitors.errors import WatchlistError
from monitors.watchlist import load_watchlist
from monitors.watchlist.keeping import current, kept
from tests.support.watchlists import GOOD

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
BROKEN = GOOD.replace("kind: sitemap", "kind: sitmap")


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD, "utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_a_good_list_is_in_force_and_is_kept(watch: Path, folder: Path) -> None:
    found = current(watch, folder, NOW)
    assert found.watchlist == load_watchlist(watch)
    assert found.outdated == ""
    last = kept(watch, folder)
    assert last is not None
    assert (last.watchlist, last.at) == (found.watchlist, NOW)


def test_a_broken_edit_leaves_the_last_good_list_in_force(watch: Path, folder: Path) -> None:
    good = current(watch, folder, NOW)
    watch.write_text(BROKEN, "utf-8")
    found = current(watch, folder, LATER)
    assert found.watchlist == good.watchlist
    assert found.mistake is not None
    assert found.mistake.line == 12
    assert f"{watch}:12: `kind` may not be 'sitmap'" in found.outdated
    assert "the list of 03 Mar 2025 12:00 UTC" in found.outdated
    assert good.kept is not None
    assert good.kept.digest in found.outdated


def test_the_mended_edit_is_in_force_and_kept_anew(watch: Path, folder: Path) -> None:
    current(watch, folder, NOW)
    watch.write_text(BROKEN, "utf-8")
    current(watch, folder, NOW)
    watch.write_text(GOOD.replace("name: Ferries", "name: Ferry lines"), "utf-8")
    found = current(watch, folder, LATER)
    assert found.watchlist.topics[1].name == "Ferry lines"
    assert found.outdated == ""
    last = kept(watch, folder)
    assert last is not None
    assert last.at == LATER


def test_an_unchanged_list_keeps_its_time(watch: Path, folder: Path) -> None:
    current(watch, folder, NOW)
    current(watch, folder, LATER)
    last = kept(watch, folder)
    assert last is not None
    assert last.at == NOW


def test_a_first_start_with_a_broken_list_is_refused(watch: Path, folder: Path) -> None:
    watch.write_text(BROKEN, "utf-8")
    with pytest.raises(WatchlistError, match="sitmap") as caught:
        current(watch, folder, NOW)
    assert caught.value.line == 12
    assert not folder.exists()


@pytest.mark.parametrize("wreck", ["gone", "empty", "half"])
def test_a_list_that_is_gone_or_half_written_is_broken_too(
    watch: Path, folder: Path, wreck: str
) -> None:
    good = current(watch, folder, NOW)
    if wreck == "gone":
        watch.unlink()
    else:
        watch.write_text("" if wreck == "empty" else GOOD[: GOOD.index("topics:")], "utf-8")
    found = current(watch, folder, LATER)
    assert found.watchlist == good.watchlist
    assert found.outdated


def test_a_folder_of_lists_is_kept_whole(tmp_path: Path, folder: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    head, topics = GOOD.split("topics:\n")
    (lists / "sources.yaml").write_text(head, "utf-8")
    (lists / "topics.yaml").write_text("topics:\n" + topics, "utf-8")
    good = current(lists, folder, NOW)
    (lists / "topics.yaml").write_text("topics: [", "utf-8")
    (lists / "new.yaml").write_text("defaults: {digest: daily 08:00}\n", "utf-8")
    found = current(lists, folder, LATER)
    assert found.watchlist == good.watchlist
    assert f"{lists / 'topics.yaml'}:1" in found.outdated
    # Also a path that is relative to the file: folders of saved pages.
    assert Path(found.watchlist.sources[3].url) == lists / "saved/pages"


def test_what_is_kept_is_for_its_owner_only(watch: Path, folder: Path) -> None:
    current(watch, folder, NOW)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_watch_list_is_no_substitute(watch: Path, folder: Path) -> None:
    current(watch, folder, NOW)
    other = watch.parent / "other.yaml"
    other.write_text(BROKEN, "utf-8")
    with pytest.raises(WatchlistError):
        current(other, folder, LATER)


@pytest.mark.parametrize("damage", ["{", "[]", '{"form": 1}', '{"form": 1, "files": {"": 1}}'])
def test_a_damaged_copy_counts_as_none(watch: Path, folder: Path, damage: str) -> None:
    current(watch, folder, NOW)
    (file,) = folder.iterdir()
    file.write_text(damage, "utf-8")
    assert kept(watch, folder) is None
    assert current(watch, folder, LATER).outdated == ""
    last = kept(watch, folder)
    assert last is not None
    assert last.at == LATER


def test_a_copy_that_this_version_refuses_counts_as_none(watch: Path, folder: Path) -> None:
    current(watch, folder, NOW)
    (file,) = folder.iterdir()
    row = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(row | {"files": {"": BROKEN}}), "utf-8")
    watch.write_text(BROKEN, "utf-8")
    with pytest.raises(WatchlistError):
        current(watch, folder, LATER)


def test_a_place_that_cannot_be_written_is_no_mistake(watch: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    found = current(watch, tmp_path / "file" / "var", NOW)
    assert found.watchlist == load_watchlist(watch)

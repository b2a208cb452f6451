"""What is written, what is left as it is, what is removed, and what is never touched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.errors import ConfigError, TidingsError
from monitors.report.pages import Page
from monitors.report.publishing import MARKER, Written, in_words, publish, write_report
from monitors.store import SqlStore
from tests.support.report_values import HOUR, NOW, WATCHLIST, fill


def page(path: str, said: str) -> Page:
    """A page whose digest is what it says, in hexadecimal digits."""
    digest = said.encode().hex()
    return Page(path, digest, lambda: f'<meta name="tidings-page" content="{digest}">{said}')


def said(path: Path) -> str:
    return path.read_text("utf-8").partition(">")[2]


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """What tells whether a file was written anew."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*.html")
    }


def test_only_what_changed_is_written_and_what_is_dropped_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "site"
    first = [page("stories/S-1.html", "1"), page("stories/S-2.html", "1"), page("index.html", "1")]
    assert publish(folder, first) == Written(3, 3, 0)
    before = states(folder)
    second = [page("stories/S-1.html", "1"), page("index.html", "2")]
    assert publish(folder, second) == Written(2, 1, 1)
    after = states(folder)
    assert after.keys() == {"stories/S-1.html", "index.html"}
    assert after["stories/S-1.html"] == before["stories/S-1.html"]
    assert said(folder / "index.html") == "2"
    assert publish(folder, [page("index.html", "2")]) == Written(1, 0, 1)
    assert not (folder / "stories").exists()


def test_what_did_not_change_is_not_even_made(tmp_path: Path) -> None:
    publish(tmp_path / "site", [page("index.html", "1")])

    def never() -> str:
        raise AssertionError("it was made")

    same = Page("index.html", b"1".hex(), never)
    assert publish(tmp_path / "site", [same]).changed == 0


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("")])
def test_a_page_that_is_missing_or_damaged_is_mended(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "site"
    publish(folder, [page("stories/S-1.html", "1"), page("index.html", "1")])
    damage(folder / "stories" / "S-1.html")
    written = publish(folder, [page("stories/S-1.html", "1"), page("index.html", "1")])
    assert written == Written(2, 1, 0)
    assert said(folder / "stories" / "S-1.html") == "1"


def test_where_it_breaks_off_each_page_is_whole_and_the_next_time_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    old = [page("stories/S-1.html", "1"), page("stories/S-2.html", "1"), page("index.html", "1")]
    publish(folder, old)

    def breaking() -> str:
        raise OSError(28, "No space left on device")

    new = [page("stories/S-1.html", "2"), page("stories/S-2.html", "2"), page("index.html", "2")]
    with pytest.raises(TidingsError, match="No space left"):
        publish(folder, [new[0], Page("stories/S-2.html", "2", breaking), new[2]])
    assert [said(folder / p.path) for p in old] == ["2", "1", "1"]
    assert publish(folder, new) == Written(3, 2, 0)


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(folder, [page("stories/S-1.html", "1")])
    (folder / "stories" / "S-9.html.half").write_text("<!doc")
    assert publish(folder, [page("stories/S-1.html", "1")]) == Written(1, 0, 0)
    assert [path.name for path in (folder / "stories").iterdir()] == ["S-1.html"]


def test_files_that_are_no_pages_stay(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(folder, [page("index.html", "1")])
    (folder / "robots.txt").write_text("Disallow: /")
    (folder / "own").mkdir()
    (folder / "own" / "page.html").write_text("mine")
    publish(folder, [page("index.html", "2")])
    assert (folder / "robots.txt").is_file()
    assert (folder / "own" / "page.html").read_text() == "mine"


def test_a_folder_that_an_earlier_version_wrote_is_taken_over(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "stories").mkdir(parents=True)
    (folder / MARKER).write_text("Made by tidings report, which replaces this folder.\n")
    (folder / "index.html").write_text("<!doctype html>old")
    (folder / "stories" / "S-0.html").write_text("<!doctype html>old")
    assert publish(folder, [page("index.html", "1")]) == Written(1, 1, 1)
    assert said(folder / "index.html") == "1"


def test_two_writers_take_turns(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    entered, go_on = threading.Event(), threading.Event()

    def slowly() -> str:
        entered.set()
        assert go_on.wait(20)
        return page("index.html", "1").render()

    slow = Page("index.html", b"1".hex(), slowly)
    first = threading.Thread(target=publish, args=(folder, [slow]))
    first.start()
    assert entered.wait(20)
    second = threading.Thread(target=publish, args=(folder, [page("index.html", "2")]))
    second.start()
    go_on.set()
    first.join()
    second.join()
    assert said(folder / "index.html") == "2"
    assert {path.name for path in folder.iterdir()} == {MARKER, "index.html"}


def test_what_is_no_report_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("home", "file"):
        with pytest.raises(ConfigError, match="something else than a report"):
            publish(tmp_path / name, [page("index.html", "1")])
    assert (tmp_path / "home" / "letter.txt").read_text() == "mine"


def test_an_empty_folder_and_a_link_to_a_report_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    publish(tmp_path / "link", [page("index.html", "1")])
    publish(tmp_path / "link", [page("index.html", "2")])
    assert (tmp_path / "link").is_symlink()
    assert said(tmp_path / "real" / "index.html") == "2"


def test_a_parent_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TidingsError, match=r"cannot be written|cannot be looked at"):
        publish(tmp_path / "file" / "site", [page("index.html", "1")])


def test_a_second_report_with_nothing_new_writes_its_three_lists(
    store: SqlStore, tmp_path: Path
) -> None:
    fill(store, stories=3, title="Talks")
    folder = tmp_path / "site"
    assert write_report(store, WATCHLIST, folder, NOW) == Written(10, 10, 0)
    assert len(list(folder.rglob("*.html"))) == 10
    assert write_report(store, WATCHLIST, folder, NOW) == Written(10, 0, 0)
    before = states(folder)
    later = write_report(store, WATCHLIST, folder, NOW + HOUR)
    changed = {path for path, state in states(folder).items() if before[path] != state}
    lists = {"index.html", "quality.html", "sources/index.html"}
    assert changed == lists
    assert later == Written(10, 3, 0)


def test_pages_of_stories_that_fell_out_of_the_period_are_removed(
    store: SqlStore, tmp_path: Path
) -> None:
    fill(store, stories=3, title="Talks")
    folder = tmp_path / "site"
    write_report(store, WATCHLIST, folder, NOW)
    written = write_report(store, WATCHLIST, folder, NOW + timedelta(days=89))
    assert written.removed == 3
    assert not list((folder / "stories").glob("*"))


def test_what_was_done_in_words() -> None:
    assert in_words(Written(40, 3, 0)) == "40 pages, 3 of them written"
    assert in_words(Written(40, 3, 1)) == "40 pages, 3 of them written, 1 removed"

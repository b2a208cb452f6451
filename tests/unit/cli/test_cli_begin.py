"""``init`` and ``check``."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cli_values import Tidings

from monitors.watchlist.schema import LINE, schema


def test_init_writes_both_files(tidings: Tidings, folder: Path) -> None:
    done = tidings("init", "new/place")
    assert done.exit_code == 0
    assert (folder / "new/place/watch.yaml").is_file()
    env = folder / "new/place/.env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "SLACK_BOT_TOKEN" in env.read_text("utf-8")


def test_editors_find_the_schema_that_init_writes(tidings: Tidings, folder: Path) -> None:
    tidings("init", "new")
    line = (folder / "new/watch.yaml").read_text("utf-8").splitlines()[0]
    named = line.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((folder / "new" / named).read_text("utf-8")) == schema()


def test_schema_is_written_beside_the_watch_list(tidings: Tidings, folder: Path) -> None:
    (folder / "watch.schema.json").write_text("{}", "utf-8")
    done = tidings("schema")
    assert done.exit_code == 0
    assert json.loads((folder / "watch.schema.json").read_text("utf-8")) == schema()
    assert done.output.endswith(
        "Put this line at the top of watch.yaml:\n"
        "# yaml-language-server: $schema=watch.schema.json\n"
    )


def test_schema_is_written_into_a_folder_of_watch_lists(
    tidings: Tidings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "lists").mkdir()
    (folder / "lists" / "a.yaml").write_text(f"{LINE}\nsources: []\n", "utf-8")
    monkeypatch.setenv("TIDINGS_WATCH", "lists")
    done = tidings("schema")
    assert done.output == "lists/watch.schema.json written\n"


def test_what_init_writes_passes_check(
    tidings: Tidings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidings("init", "new")
    monkeypatch.chdir(folder / "new")
    done = tidings("check", "--offline")
    assert done.exit_code == 0, done.output
    assert "watch.yaml: 1 source, 1 topic" in done.output


def test_init_leaves_what_exists_alone(tidings: Tidings, folder: Path) -> None:
    before = (folder / "watch.yaml").read_text("utf-8")
    (folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-mine\n", "utf-8")
    done = tidings("init")
    assert done.exit_code == 0
    assert (folder / "watch.yaml").read_text("utf-8") == before
    assert (folder / ".env").read_text("utf-8") == "SLACK_BOT_TOKEN=xoxb-mine\n"
    assert done.output.count("is left as it is") == 2


def test_check_offline_of_a_good_watch_list(tidings: Tidings) -> None:
    done = tidings("check", "--offline")
    assert done.exit_code == 0
    assert "ok   watch.yaml: 2 sources, 2 topics" in done.output
    assert "ok   database: will be created at var/tidings.db" in done.output


def test_check_names_every_mistake_with_file_and_line(tidings: Tidings, folder: Path) -> None:
    (folder / "watch.yaml").write_text(
        "sources:\n"
        "  - {name: UN News, knd: feed, url: 'https://news.example/rss'}\n"
        "  - {name: Wire, kind: feed, url: nonsense}\n"
        "topics:\n"
        "  relief: {name: Relief, description: It is lifted.}\n",
        "utf-8",
    )
    done = tidings("check", "--offline")
    assert done.exit_code == 2
    assert "watch.yaml:2: " in done.output
    assert "kind" in done.output
    assert "watch.yaml:3: " in done.output
    assert "mistakes to mend" in done.output


def test_check_of_a_missing_watch_list(tidings: Tidings, folder: Path) -> None:
    (folder / "watch.yaml").unlink()
    done = tidings("check", "--offline")
    assert done.exit_code == 2
    assert "tidings init" in done.output
    assert "1 mistake to mend" in done.output


def test_check_asks_each_source_and_stores_nothing(tidings: Tidings, folder: Path) -> None:
    (folder / "pages").mkdir()
    page = "<html><head><title>Bank</title>{}</head><body>It is delisted.</body></html>"
    address = '<link rel="canonical" href="https://news.example/one">'
    (folder / "pages" / "one.html").write_text(page.format(address), "utf-8")
    (folder / "pages" / "two.html").write_text(page.format(""), "utf-8")
    (folder / "watch.yaml").write_text(
        "sources:\n"
        f"  - {{name: Saved, kind: folder, url: {folder / 'pages'}}}\n"
        "  - {name: Dead, kind: feed, url: 'http://127.0.0.1:1/rss'}\n"
        "topics:\n  relief: {name: Relief, description: It is lifted.}\n",
        "utf-8",
    )
    done = tidings("check")
    assert done.exit_code == 1
    [saved] = [line for line in done.output.splitlines() if line.startswith("ok   Saved")]
    assert "1 entry, no dates; 1 problem: " in saved
    assert "two.html" in saved
    [dead] = [line for line in done.output.splitlines() if line.startswith("BAD")]
    assert "Dead" in dead
    assert "127.0.0.1" in dead
    assert "none yet" in tidings("alerts").output


def test_check_says_when_the_database_is_broken(tidings: Tidings, folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "tidings.db").write_bytes(b"this is no database" * 100)
    done = tidings("check", "--offline")
    assert done.exit_code == 1
    assert "BAD" in done.output
    assert "tidings.db" in done.output

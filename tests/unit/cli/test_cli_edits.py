"""Edits of the watch list: in force from the next run on, and harmless while they are broken."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cli_values import Program

from monitors.cli.running import show
from monitors.pipeline import new_report
from monitors.runs import RunReport
from monitors.settings import load_settings
from monitors.steps.notify_operators import notify_operators
from monitors.store import open_store
from monitors.wiring import open_desk

PAGE = """<html><head><title>{0}</title><link rel="canonical" href="https://news.example/{1}">
</head><body><p>The harbour office says that {0}.</p></body></html>"""

GOOD = """\
defaults: {channel: "#news", operators_channel: "#ops"}
sources:
  - {name: Saved, kind: folder, url: pages}
topics:
  works: {name: Harbour works, description: The harbour is deepened or closed.}
"""


@pytest.fixture
def watch(folder: Path) -> Path:
    (folder / "pages").mkdir()
    (folder / "pages" / "one.html").write_text(PAGE.format("dredgers arrive", 1), "utf-8")
    file = folder / "watch.yaml"
    file.write_text(GOOD, "utf-8")
    return file


def notices(folder: Path) -> list[str]:
    store = open_store(f"sqlite:///{folder / 'var' / 'tidings.db'}", read_only=True)
    try:
        return [row.alert.headline for row in store.outbox.rows((), 100)]
    finally:
        store.close()


def begun() -> RunReport:
    """A run up to where it has told the operators; it asks and decides nothing."""

    async def work() -> RunReport:
        async with open_desk(load_settings()) as desk:
            report = new_report(desk)
            notify_operators(desk, report)
            return report

    return asyncio.run(work())


def test_a_broken_edit_keeps_the_last_good_list_running(
    called: Program, watch: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert begun().problems == []
    watch.write_text(GOOD.replace("kind: folder", "kind: foldr"), "utf-8")

    for _ in range(2):
        report = begun()
        assert report.headline().endswith("watch list broken")
        show(report)
        shown = capsys.readouterr().out
        assert "watch.yaml:3: `kind` may not be 'foldr'. Did you mean `folder`?" in shown
        assert "This edit is not in force" in shown
    assert notices(folder) == ["The watch list is broken"]

    checked = called("check", "--offline")
    assert checked.returncode == 2
    assert "Until then runs use the list of" in checked.stdout

    watch.write_text(GOOD.replace("Harbour works", "Quays"), "utf-8")
    assert begun().outdated == ""
    assert sorted(notices(folder)) == ["The watch list is broken", "The watch list is good again"]


def test_a_first_run_with_a_broken_list_is_refused(called: Program, watch: Path) -> None:
    watch.write_text(GOOD.replace("kind: folder", "kind: foldr"), "utf-8")
    done = called("run", "--dry-run")
    assert done.returncode == 2
    assert done.stderr.startswith("tidings: watch.yaml:3: `kind` may not be 'foldr'")


def test_doctor_says_that_an_edit_is_broken(called: Program, watch: Path) -> None:
    begun()
    watch.write_text(GOOD.replace("kind: folder", "kind: foldr"), "utf-8")
    # A model that there is none of: looking at real ones takes long.
    done = called("doctor", TIDINGS_READER_MODEL="builtin:none")
    assert done.returncode == 1
    assert "BAD  watch list: watch.yaml:3: `kind` may not be 'foldr'" in done.stdout
    assert "  - {name: Saved, kind: folder, url: pages}" in done.stdout
    assert "Until then runs use the list of" in done.stdout

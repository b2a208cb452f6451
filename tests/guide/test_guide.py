"""Every command of the guide is run, in the order of its page, and shows what the page shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.guide import Step, Walk, missing, steps

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(page for page in GUIDE.glob("*.md") if page.name != "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_can_be_followed(page: Path, walk: Walk) -> None:
    if page.stem == "upgrade":
        _check_out(walk.folder)
    done = [(step, walk.do(step)) for step in steps(page)]
    commands = [(step, outcome) for step, outcome in done if outcome is not None]
    assert commands
    for step, outcome in commands:
        assert outcome.code == 0, f"{step.command}\n{outcome.output}"
        absent = missing(step.shown, outcome.output)
        assert absent == [], f"{step.command} does not show {absent}, but:\n{outcome.output}"


def test_what_a_page_shows_is_really_looked_for() -> None:
    output = "one 1\ntwo  2\nthree 3\n"
    assert missing(("one 1", "two 2", "three …"), output) == []
    assert missing(("two 2", "one 1"), output) == ["one 1"]
    assert missing(("one … 3",), output) == ["one … 3"]


def test_blocks_are_read_as_a_person_reads_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "1. Do\n\n   ```console\n   $ tidings check\n   ok …\n   ...\n   $ ls\n   ```\n\n"
        "<!-- into watch.yaml -->\n```yaml\na: 1\n```\n\n```yaml\nb: 2\n```\n"
    )
    assert list(steps(page)) == [
        Step("tidings check", ("ok …",)),
        Step("ls"),
        Step(file="watch.yaml", text="a: 1\n"),
    ]


def test_the_guide_lists_its_pages_and_the_readme_the_guide() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (GUIDE / "README.md").read_text("utf-8"))
    assert sorted(listed) == [page.name for page in PAGES]
    assert "(docs/guide/README.md)" in (ROOT / "README.md").read_text("utf-8")


def test_no_page_has_a_command_that_is_not_run() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in re.findall(
            r"^ *```(?:console|bash)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL
        ):
            assert block.lstrip().startswith("$ "), page.name


def _check_out(folder: Path) -> None:
    """Make ``folder`` a clone of which the original has a newer commit; all is installed."""
    origin = folder.parent / "origin"
    origin.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt", ".gitignore"):
        shutil.copy(ROOT / name, origin)
    _git(origin, "init", "-q", "-b", "main")
    _git(origin, "add", "-A")
    _git(origin, "commit", "-q", "-m", "old")
    clone = folder.parent / "clone"
    _git(origin.parent, "clone", "-q", str(origin), str(clone))
    (origin / "CHANGELOG.md").write_text("new\n")
    _git(origin, "add", "-A")
    _git(origin, "commit", "-q", "-m", "new")
    for path in clone.iterdir():
        path.rename(folder / path.name)
    # Newer than what it is made from: make has nothing to install.
    later = time.time() + 3600
    for stamp in (".runtime", ".dev"):
        (folder / ".venv").mkdir(exist_ok=True)
        (folder / ".venv" / stamp).touch()
        os.utime(folder / ".venv" / stamp, (later, later))


def _git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)

"""``tidings topic new`` without anybody to ask; the questions are tried in a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest
from cli_values import NOW, Program

from monitors.store import SqlStore
from monitors.watchlist import load_watchlist

ROOT = Path(__file__).parents[3]
QUIET = ("--yes", "--untried")


def test_a_topic_is_written_from_flags(called: Program, folder: Path) -> None:
    done = called(
        "topic", "new", *QUIET, "--name", "Grain corridor", "--description", "Ships may pass.",
        "--example", "Grain ships pass", "--not", "Wheat is dear", "--channel", "#grain",
        "--sensitivity", "broad", "--at-most", "3/day",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "+  grain-corridor:" in done.stdout
    topic = load_watchlist(folder / "watch.yaml").topics[-1]
    assert (topic.id, topic.name, topic.channel) == ("grain-corridor", "Grain corridor", "#grain")
    assert (topic.examples, topic.not_examples) == (("Grain ships pass",), ("Wheat is dear",))


def test_examples_are_picked_from_stored_articles_by_number(
    called: Program, folder: Path, filled: SqlStore
) -> None:
    title = "Title of told [bold]"
    done = called(
        "topic", "new", *QUIET, "--name", "Banks", "--words", "told", "--pick", "1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"   1  {NOW:%d %b}  {title}" in done.stdout
    assert load_watchlist(folder / "watch.yaml").topics[-1].examples == (title,)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "Summit"), "one with this id"),
        (("--name", "Grain", "--channel", "no channel"), "no channel name"),
        (("--name", "!?"), "no id can be made"),
        ((), "a name is needed"),
        (("--name", "Grain", "--words", "nothing", "--pick", "7"), "no 7: nothing was found"),
    ],
)
def test_what_cannot_be_written_is_refused_and_the_list_stays(
    called: Program, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = (folder / "watch.yaml").read_bytes()
    done = called("topic", "new", *QUIET, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert (folder / "watch.yaml").read_bytes() == before


def test_without_a_terminal_nothing_is_asked(program: Program, folder: Path) -> None:
    done = program("topic", "new", "--name", "Grain")
    assert done.returncode == 2
    assert "use --yes" in " ".join(done.stderr.replace("│", " ").split())


def test_the_questions_in_a_terminal(folder: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", "from monitors.cli import main; main()", "topic", "new", "--untried"],
        cwd=str(folder),
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder), "TERM": "dumb"},
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 100),
    )
    for question, answer in (
        ("What is it called", "Grain corridor"),
        ("Words to look for", ""),
        ("Description", ""),
        ("Where is it told", ""),
        ("Sensitivity", "broad"),
        ("Write it", "yes"),
    ):
        child.expect(question)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    topic = load_watchlist(folder / "watch.yaml").topics[-1]
    assert (topic.id, topic.sensitivity.value) == ("grain-corridor", "broad")
    assert topic.description.startswith("Grain corridor: a step is proposed")

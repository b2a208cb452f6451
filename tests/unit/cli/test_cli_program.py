"""The whole program: exit codes, standard error, what it imports."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_values import Program

from monitors.clock import SystemClock
from monitors.judges.plain import QUESTIONS, Plain
from monitors.store import SqlStore
from tests.support.webserver import Answer, WebServer, running

COMMANDS = (
    "init", "check", "run", "topics", "sources", "alerts", "outbox", "explain", "evaluate",
    "demo", "doctor", "maintain",
)  # fmt: skip


def test_help_lists_every_command(program: Program) -> None:
    done = program("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    listed = {line.strip("│ ").split(" ")[0] for line in done.stdout.splitlines()}
    assert set(COMMANDS) <= listed


@pytest.mark.parametrize("command", ["alerts", "outbox", "topics"])
def test_lists_are_quick_because_they_import_nothing_heavy(
    program: Program, folder: Path, command: str
) -> None:
    assert program(command).returncode == 0  # makes the database: that needs Alembic
    assert imported(command, folder) & (HEAVY | {"sqlalchemy", "rapidfuzz", "babel"}) == set()


def test_help_imports_even_less(folder: Path) -> None:
    assert imported("--help", folder) & (HEAVY | {"sqlalchemy", "pydantic"}) == set()


HEAVY = {
    "torch", "sentence_transformers", "prefect", "trafilatura", "lxml", "numpy", "httpx",
    "requests", "slack_sdk", "alembic", "psycopg", "asyncpg", "feedparser", "tldextract",
}  # fmt: skip


def imported(command: str, folder: Path) -> set[str]:
    """What a call of the program imports, by the names of packages."""
    code = (
        f"import sys; sys.argv = ['tidings', '{command}']\n"
        "from monitors.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.stderr.write(' '.join(name.split('.')[0] for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def test_without_a_command_it_shows_help_and_fails(program: Program) -> None:
    done = program()
    assert done.returncode == 2
    assert "explain" in done.stdout + done.stderr


def test_an_error_ends_the_process_with_its_code_and_no_traceback(program: Program) -> None:
    done = program("explain", "A-nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["explain", "A-nowhere"], {}, 1, "A-nowhere: no such article is stored"),
        (["topics"], {"TIDINGS_WATCH": "nowhere.yaml"}, 2, "nowhere.yaml: there is no such file"),
        (["alerts"], {"TIDINGS_DATABASE_URL": "nonsense"}, 2, "TIDINGS_DATABASE_URL"),
        (
            ["alerts"],
            {"TIDINGS_DATABASE_URL": "postgresql+psycopg://me:hunter2@127.0.0.1:1/x"},
            1,
            "127.0.0.1:1/x: it cannot be reached",
        ),
        (["evaluate", "nowhere"], {}, 2, "nowhere: there is no such folder"),
        (["init", "watch.yaml"], {}, 2, "it cannot be written"),
        (["alerts"], {"TIDINGS_LOG_LEVEL": "LOUD"}, 2, "TIDINGS_LOG_LEVEL"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_on_standard_error(
    called: Program,
    arguments: list[str],
    environment: dict[str, str],
    code: int,
    said: str,
) -> None:
    done = called(*arguments, **environment)
    assert done.returncode == code
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("tidings: ")
    assert said in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "nonsense"),
        (["explain"], "what"),
        (["outbox", "--state", "lost"], "pending"),
        (["alerts", "--limit", "0"], "limit"),
        (["run", "--as-of", "yesterday"], "2025-02-18T12:00Z"),
        (["evaluate", ".", "--json", "nowhere/scores.json"], "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_explained_without_a_traceback(
    called: Program, arguments: list[str], said: str
) -> None:
    done = called(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Usage: tidings" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_log_level_is_that_of_our_own_lines(called: Program) -> None:
    everything = logging.getLogger().level
    called("alerts")
    assert logging.getLogger("monitors").level == logging.INFO
    called("alerts", TIDINGS_LOG_LEVEL="debug")
    assert logging.getLogger("monitors").level == logging.DEBUG
    assert logging.getLogger().level == everything


def test_help_leaves_settings_alone(called: Program) -> None:
    assert called("alerts", "--help", TIDINGS_LOG_LEVEL="LOUD").returncode == 0


def test_doctor_names_what_is_broken_and_goes_on(program: Program) -> None:
    done = program(
        "doctor",
        TIDINGS_DATABASE_URL="postgresql+psycopg://me:hunter2@127.0.0.1:1/x",
        TIDINGS_SCREEN_MODEL="builtin:nothing",
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    bad = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert len(bad) == 2
    assert "cannot be reached" in bad[0]
    assert "builtin:nothing" in bad[1]
    assert "ok   Python" in done.stdout
    assert "ok   Slack: no SLACK_BOT_TOKEN" in done.stdout
    assert "ok   judge: off" in done.stdout


def test_a_database_that_was_not_there_is_named_once(called: Program, folder: Path) -> None:
    """An address that is mistyped makes an empty database, which looks like no news."""
    mistyped = {"TIDINGS_DATABASE_URL": "sqlite:///elsewhere/tidngs.db"}
    first, again = called("alerts", "--json", **mistyped), called("alerts", "--json", **mistyped)
    assert json.loads(first.stdout) == json.loads(again.stdout) == []
    made = "note: there was no database at elsewhere/tidngs.db; a new one was made\n"
    assert (first.stderr, again.stderr) == (made, "")
    assert (folder / "elsewhere" / "tidngs.db").exists()


def test_doctor_tries_the_judge_out(program: Program) -> None:
    def answered(plain: Plain) -> bytes:
        known = {"verdict": "tell", "reason": "new and significant"}
        other = {"verdict": "hold", "reason": "routine"}
        content = json.dumps(known if plain.tell else other)
        return json.dumps({"choices": [{"message": {"content": content}}]}).encode()

    def asked(server: WebServer) -> str:
        named = {"JUDGE_URL": server.url("/v1"), "JUDGE_MODEL": "mine"}
        return program("doctor", TIDINGS_SCREEN_MODEL="builtin:nothing", **named).stdout

    path = "/v1/chat/completions"
    with running() as server:
        server.on(path, *(Answer(answered(plain)) for plain in QUESTIONS))
        assert "ok   judge: mine answers 9 of 9 plain questions rightly; at most" in asked(server)
        server.on(path, Answer(answered(QUESTIONS[0])))
        assert "BAD  judge mine: it answers 3 of 9 plain questions rightly" in asked(server)
        server.on(path, Answer(b"", status=401))
        assert "BAD  the judge at 127.0.0.1: it answered with status 401" in asked(server)


def test_doctor_says_how_long_ago_the_last_run_was(program: Program, filled: SqlStore) -> None:
    now = SystemClock().now()
    filled.runs.save("R-old", now - timedelta(days=19, hours=1), {"headline": "0 new"})
    old = program("doctor", TIDINGS_SCREEN_MODEL="builtin:nothing").stdout
    filled.runs.save("R-new", now - timedelta(hours=2), {"headline": "1 new"})
    new = program("doctor", TIDINGS_SCREEN_MODEL="builtin:nothing").stdout
    assert re.search(r"last run: .* UTC, 19 days ago: 0 new", old)
    assert re.search(r"last run: .* UTC: 1 new", new)


def test_a_terminal_without_utf8_gets_every_line(program: Program, filled: SqlStore) -> None:
    """A message in Cyrillic may not end a command, nor a run that shows it."""
    known = filled.articles.find("A-told")
    assert known is not None
    other = replace(known, id="A-other", url="https://news.example/other", fingerprint="other")
    filled.articles.save(replace(other, title="Снято: café 🙂", entry_id=None))
    shown = program("explain", "A-other", PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert r"\u0421\u043d\u044f\u0442\u043e" in shown.stdout
    as_json = program("explain", "A-other", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(as_json.stdout)["article"]["title"] == "Снято: café 🙂"


@pytest.mark.parametrize("arguments", [["alerts"], ["alerts", "--json"], ["--help"]], ids=" ".join)
def test_output_that_cannot_be_written_is_one_line(
    folder: Path, filled: SqlStore, arguments: list[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = shell(folder, arguments, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("tidings: writing failed: No space left on device")


@pytest.mark.parametrize("arguments", [["alerts"], ["alerts", "--json"], ["--help"]], ids=" ".join)
def test_a_reader_that_had_enough_is_no_mistake(
    folder: Path, filled: SqlStore, arguments: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = shell(folder, arguments, stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_caller_may_close_the_output(folder: Path) -> None:
    done = shell(folder, ["topics"], stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1))
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_a_caller_may_close_the_stream_of_errors(folder: Path) -> None:
    done = shell(folder, ["topics"], stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2))
    assert done.returncode == 0
    assert b"Sanctions relief" in done.stdout


def shell(
    folder: Path, arguments: list[str], **streams: Any
) -> subprocess.CompletedProcess[bytes]:
    """Runs the whole program with streams of its own."""
    code = "from monitors.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        timeout=120,
        check=False,
        **streams,
    )

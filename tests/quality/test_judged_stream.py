"""``tidings evaluate --judge``: the operator's judge, asked over HTTP about a real stream."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.replaying import streams
from tests.support.webserver import Answer, running

PATH = "/v1/chat/completions"
EVERYTHING = {"verdict": "tell", "reason": "new and significant"}


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """The first English articles of a stream: other languages have large dictionaries."""
    (whole,) = [folder for folder in streams() if folder.name == "merger"]
    copy = Path(shutil.copytree(whole, tmp_path / "merger"))
    lines = (copy / "stream.jsonl").read_text("utf-8").split("\n")
    english = [line for line in lines if '"lang": "en"' in line and '"copy_of": null' in line]
    (copy / "stream.jsonl").write_text("\n".join(english[:20]), "utf-8")
    return copy


def evaluated(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    call = "import sys; from monitors.cli import main; sys.argv[0] = 'tidings'; main()"
    return subprocess.run(
        [sys.executable, "-c", call, "evaluate", str(folder), *options],
        capture_output=True,
        text=True,
        cwd=folder.parent,
        env={**os.environ, "COLUMNS": "100", **environment},
        check=False,
    )


def test_a_judge_is_compared_with_deciding_alone(cut: Path, tmp_path: Path) -> None:
    alone, judged = tmp_path / "alone.json", tmp_path / "judged.json"
    assert evaluated(cut, "--json", str(alone)).returncode == 0
    body = {"choices": [{"message": {"role": "assistant", "content": json.dumps(EVERYTHING)}}]}
    with running() as server:
        server.on(PATH, Answer(json.dumps(body).encode()))
        done = evaluated(
            cut,
            "--judge",
            "--json",
            str(judged),
            JUDGE_URL=server.url("/v1"),
            JUDGE_MODEL="says-yes",
        )
        asked = len(server.seen)
    assert done.returncode == 0, done.stderr
    assert asked > 0
    assert f"With the judge says-yes: asked {asked}" in done.stdout
    before, after = json.loads(alone.read_text("utf-8")), json.loads(judged.read_text("utf-8"))
    assert after["judge"]["asked"] == asked
    assert after["without the judge"] == before
    assert after["overall"]["alerts"] > before["overall"]["alerts"]


def test_without_a_judge_in_the_settings_there_is_nothing_to_compare(cut: Path) -> None:
    done = evaluated(cut, "--judge", JUDGE_URL="")
    assert done.returncode == 2
    assert "no judge is named: set JUDGE_URL and JUDGE_MODEL" in " ".join(done.stderr.split())

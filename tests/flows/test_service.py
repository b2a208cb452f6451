"""``python -m flows``: what is wrong is said in one line, before anything is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

WATCH = """\
sources: [{name: S, kind: feed, url: 'https://example.org/feed'}]
topics: {t: {name: T, description: Something happens.}}
"""


def serve(folder: Path, watch: str, port: int) -> subprocess.CompletedProcess[str]:
    (folder / "watch.yaml").write_text(watch, "utf-8")
    left_out = ("TIDINGS_", "SLACK_", "PREFECT_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    root = str(Path(__file__).parents[2])
    environment |= {"PREFECT_SERVER_API_PORT": str(port), "PYTHONPATH": root}
    return subprocess.run(
        [sys.executable, "-m", "flows"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_broken_watch_list_is_refused_with_one_line(tmp_path: Path) -> None:
    done = serve(tmp_path, WATCH.replace("name: T", "nmae: T"), 4200)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("tidings: watch.yaml:2: ")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["watch.yaml"]


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(tmp_path, WATCH, port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"tidings: port {port}: is in use by another program. Name ")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["watch.yaml"]

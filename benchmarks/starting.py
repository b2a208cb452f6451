"""How long a command takes to start, against Python alone: processor time of the process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = ("--help", "alerts", "topics", "outbox")
ROUNDS = 5
WATCH = """\
sources: [{name: Saved, kind: folder, url: saved}]
topics:
  relief: {name: Sanctions relief, description: Sanctions are lifted.}
"""


def spent(folder: str, code: str, *arguments: str) -> float:
    """Seconds of a Python process that runs ``code``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure() -> dict[str, list[tuple[float, float]]]:
    """Command to pairs of its seconds and those of Python alone, one after the other."""
    program = "from monitors.cli import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "watch.yaml").write_text(WATCH, "utf-8")
        spent(folder, program, "alerts")  # makes the database
        return {
            command: [
                (spent(folder, program, command), spent(folder, "pass")) for _ in range(ROUNDS)
            ]
            for command in COMMANDS
        }


if __name__ == "__main__":
    for command, pairs in measure().items():
        ours, python = min(pairs)
        print(f"tidings {command}: {ours:.2f} s, Python alone {python:.3f} s")

"""Processes: this one lives, one that was killed has ended, of others nothing is known."""

from __future__ import annotations

import os
import subprocess
import sys

from monitors.processes import has_ended, this_process

NAME_AND_WAIT = (
    "import sys; from monitors.processes import this_process;"
    "print(this_process(), flush=True); sys.stdin.read()"
)


def _another() -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-c", NAME_AND_WAIT]
    other = subprocess.Popen(command, stdin=-1, stdout=-1, text=True)
    assert other.stdout is not None
    return other, other.stdout.readline().strip()


def test_this_process_lives_and_keeps_its_name() -> None:
    assert this_process() == this_process()
    assert " " not in this_process()
    assert not has_ended(this_process())


def test_another_process_lives_until_it_is_killed() -> None:
    other, name = _another()
    with other:
        assert name != this_process()
        assert not has_ended(name)
        other.kill()
        # Ended, though its parent has not asked for its exit code yet.
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert has_ended(name)
    assert has_ended(name)


def test_a_process_with_a_number_that_was_given_again_is_another_one() -> None:
    table, number, started = this_process().rsplit(":", 2)
    assert has_ended(f"{table}:{number}:{int(started) + 1}")


def test_of_a_process_elsewhere_nothing_is_known() -> None:
    table, _, started = this_process().rsplit(":", 2)
    assert not has_ended(f"another-boot:pid:[1]:999999:{started}")
    assert has_ended(f"{table}:4194305:{started}")  # above the kernel's highest number


def test_what_is_no_name_says_nothing() -> None:
    for name in ("", "R-1", ":", "::", "a:b:c", this_process().rpartition(":")[0]):
        assert not has_ended(name), name

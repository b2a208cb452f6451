"""Which process this is, and whether another one has ended: for leases of killed runs.

A process is named by the boot of its machine, its namespace of process numbers, its number
and when it started. Only where the first two are those of this process can its end be seen
from here: elsewhere (another machine, another container, after a restart of the machine)
nothing is known of it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_ENDED = frozenset("ZXx")
"""States of a process that has ended, whether or not its parent has noticed."""


def this_process() -> str:
    """A name that no other process has, in one word; empty where the system has no ``/proc``."""
    try:
        started = _started(os.getpid())
        return f"{_table()}:{os.getpid()}:{started}" if started else ""
    except OSError:
        return ""


def has_ended(process: str) -> bool:
    """Whether the process of that name has ended; False where that cannot be seen from here.

    :param process: as :func:`this_process` gave it there
    """
    parts = process.rsplit(":", 2)
    try:
        if len(parts) < 3 or parts[0] != _table() or not parts[1].isdigit():
            return False
        return _started(int(parts[1])) != parts[2]
    except OSError:
        return False


def _table() -> str:
    """The table of processes that this one is in: machine, boot and namespace."""
    boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot}:{(_PROC / 'self/ns/pid').readlink().name}"


def _started(number: int) -> str:
    """When process ``number`` started, in the kernel's ticks; empty where there is none.

    See proc_pid_stat(5): after the name, which may hold anything, the state is the first
    field and the start the twentieth.
    """
    try:
        line = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        with suppress(ProcessLookupError):
            os.kill(number, 0)  # sends nothing; finds also a process that /proc hides from us
            raise
        return ""
    fields = line.rpartition(")")[2].split()
    return "" if fields[0] in _ENDED else fields[19]

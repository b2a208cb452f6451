"""Processes of an installation: started, killed with all that they started, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

RESTART_AFTER = 5.0
"""Seconds after which a part that ended is started again, as systemd or compose would."""


class Part:
    """One long-running process, which a supervisor starts again where it ends.

    :param command: what is started
    :param log: where its output goes
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        log: Path,
        user: str | None = None,
    ) -> None:
        self.name = name
        self.restarts = 0
        self._start: Callable[[], subprocess.Popen[bytes]] = lambda: _popen(
            command, cwd, env, log, user
        )
        self.process = self._start()
        self._stopped = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)
        self._supervisor.start()

    def kill(self, *, alone: bool = False) -> None:
        """SIGKILL, to everything that it started as well, as where a container dies.

        :param alone: to this process only
        """
        number = self.process.pid
        found = [number] if alone else [number, *children(number)]
        for each in found:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)

    def stop(self) -> None:
        """End it for good."""
        self._stopped.set()
        self._supervisor.join()
        below = children(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
        for each in below:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)

    def _supervise(self) -> None:
        while not self._stopped.wait(0.1):
            if self.process.poll() is not None and not self._stopped.wait(RESTART_AFTER):
                self.restarts += 1
                self.process = self._start()


def children(number: int) -> list[int]:
    """All processes that descend from one."""
    found: list[int] = []
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text("ascii").split()):
                found += [child, *children(child)]
    return found


def until(what: str, found: Callable[[], Any], seconds: float = 240.0) -> Any:
    """Ask again until there is something.

    :raises TimeoutError: there was nothing in that time
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.2)
    raise TimeoutError(f"{what} did not happen in {seconds:.0f} s")


def _popen(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path, user: str | None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user,
        )

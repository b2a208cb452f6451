"""A Prefect server of our own, for an installation on one machine."""

from __future__ import annotations

import _thread
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitors.errors import TidingsError

SETTINGS = {
    # A slot leased in memory is lost with a restart, and the schedule stops for good.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
        "prefect.server.concurrency.lease_storage.filesystem"
    ),
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # A page that is open in a browser on this machine must not start runs.
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "2592000",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "2d",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "monitors",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
"""Settings that experience asks for; a variable that is set already wins."""

CLIENT = {
    # Without it a run that lost its server would quietly start one of its own.
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    # All of it is in the run's log; the terminal shows a line a run, and errors.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "DO_NOT_TRACK": "1",
}
"""The same for the processes in which the flows run."""

LOGIN = "PREFECT_SERVER_API_AUTH_STRING"
CLIENT_LOGIN = "PREFECT_API_AUTH_STRING"
"""What the server asks for, and what clients show: ``user:password``; none by default."""

EVERYWHERE = "0.0.0.0"  # noqa: S104  bound only with a login

PATIENCE = 300.0


class Server:
    """A server that runs.

    :ivar api: its API address
    :ivar page: its UI
    """

    def __init__(self, process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
        self.page = f"http://{host}:{port}"
        self.api = f"{self.page}/api"
        self._process = process
        self._log = log

    def check(self) -> None:
        """Do nothing while it runs.

        :raises TidingsError: it has stopped
        """
        code = self._process.poll()
        if code is not None:
            raise TidingsError(
                "the Prefect server", f"it stopped (exit code {code})", f"Its log is {self._log}"
            )


def stop_in_order(*, aloud: bool = True) -> None:
    """Let Ctrl-C reach this process only, and SIGTERM and SIGHUP do the same.

    A terminal sends it to every process that it started: the server would be gone before
    the runs could report, and each would print where it was. What is started from here on
    inherits the blocked signal, and is stopped by us with SIGTERM.

    :param aloud: say that it stops
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # A shell lets what it starts in the background ignore it; we send it to ourselves.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGURG, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    threading.Thread(target=_interrupt_once, args=(aloud,), daemon=True).start()


def _interrupt_once(aloud: bool) -> None:
    # Once: a second Ctrl-C must not cut off the stopping, which takes a minute at most.
    signal.sigwait({signal.SIGINT})
    if aloud:
        say("stopping ...")
    _thread.interrupt_main()
    # That alone does not end a call that waits, for a process that was started say.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGURG)


def say(line: str) -> None:
    """One line to the terminal, now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def share_login() -> None:
    """Let the clients of this process, and of those that it starts, show the server's login."""
    for name in (LOGIN, CLIENT_LOGIN):
        if not os.environ.get(name):
            os.environ.pop(name, None)  # an empty one would be asked for as it is
    if login := os.environ.get(LOGIN):
        os.environ.setdefault(CLIENT_LOGIN, login)


def home() -> Path:
    """Where the server keeps its database: ``PREFECT_HOME``, or else ``var/prefect``."""
    return Path(os.environ.get("PREFECT_HOME") or "var/prefect").absolute()


@contextmanager
def running_server(host: str = "127.0.0.1", port: int = 4200) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it at the end.

    :raises TidingsError: the port is in use, or it did not answer in five minutes
    """
    _check_free(host, port)
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    own = {"PREFECT_HOME": str(folder), **_origins(port)}
    environment = SETTINGS | CLIENT | own | os.environ
    # The server must not take itself for a client of another one.
    environment.pop("PREFECT_API_URL", None)
    log_path = folder / "server.log"
    with log_path.open("ab") as log:
        command = ["-m", "prefect", "server", "start", "--host", host, "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = Server(process, "127.0.0.1" if host == EVERYWHERE else host, port, log_path)
    try:
        _wait(server, log_path)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _origins(port: int) -> dict[str, str]:
    """Where the UI finds the server, and that no other page may ask it."""
    hosts = ("127.0.0.1", "localhost")
    return {
        "PREFECT_UI_API_URL": f"http://{hosts[0]}:{port}/api",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(f"http://{h}:{port}" for h in hosts),
    }


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        # As the server does, so that a port which was closed just now counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TidingsError(
                f"port {port}",
                "is in use by another program",
                "Name another one in PREFECT_SERVER_API_PORT, or, where a Prefect server runs "
                f"there, set PREFECT_API_URL=http://{host}:{port}/api to use it",
            ) from error


def _wait(server: Server, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        server.check()
        try:
            with urllib.request.urlopen(f"{server.api}/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise TidingsError(
        "the Prefect server", f"it did not answer in {PATIENCE:.0f} s", f"Its log is {log}"
    )

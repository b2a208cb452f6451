"""``python -m flows.demo``: the demo newsroom through the real monitor flow.

python -m flows.demo                replay two months of news
python -m flows.demo --port 8801    the same, with the newsroom on another port
python -m flows.demo --ui           look at the runs of earlier demos in the Prefect UI
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from flows.server import CLIENT, SETTINGS, running_server, say, stop_in_order
from monitors.errors import ConfigError, TidingsError

if TYPE_CHECKING:
    from monitors.demo.play import World

FOLDER = Path("var/demo")
NEWSROOM_PORT = 8799
UI_PORT = 4200


def main() -> None:
    """Replay, or show."""
    parser = argparse.ArgumentParser(prog="python -m flows.demo")
    parser.add_argument("--port", type=int, default=NEWSROOM_PORT, help="port of the newsroom")
    parser.add_argument("--ui", action="store_true", help="show the runs of earlier demos")
    parser.add_argument("--server", help="API address of a Prefect server that runs already")
    options = parser.parse_args()
    for name, value in (SETTINGS | CLIENT).items():
        os.environ.setdefault(name, value)
    os.environ["PREFECT_HOME"] = str((FOLDER / "prefect").absolute())
    # What a run was doing when it was stopped is in its log.
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
    stop_in_order(aloud=options.server is None)
    try:
        if options.ui:
            _show()
        elif options.server:
            _play(options.port, options.server)
        else:
            sys.exit(_replay(options.port))
    except KeyboardInterrupt:
        if options.server is None:
            say("stopped.")
    except TidingsError as error:
        sys.stderr.write(f"tidings: {error}\n")
        sys.exit(2 if isinstance(error, ConfigError) else 1)


def _replay(port: int) -> int:
    """Start a server, and the replay in a process of its own; returns its exit code.

    Prefect's client sends what is left of its logs and events as its process ends, and waits
    a minute and more for a server that is gone: so the client ends first.
    """
    say("Starting a newsroom, a Slack and a Prefect server (about 15 s) ...")
    with running_server(port=_free()) as server:
        command = ["-m", "flows.demo", "--port", str(port), "--server", server.api]
        process = subprocess.Popen([sys.executable, *command])  # noqa: S603
        try:
            return process.wait()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _play(port: int, api: str) -> None:
    """Replay with a server that runs already."""
    os.environ["PREFECT_API_URL"] = api
    from monitors.demo import play

    with play.opened_world(FOLDER, port) as world:
        play.set_environment(world.settings)
        asyncio.run(play.play(world, _flow_run))
        world.console.print("  make demo-ui     the runs in the Prefect UI")


async def _flow_run(world: World) -> str:
    """One run of the flow at the time of the demo's clock."""
    # Imported late: Prefect reads its settings when it is imported.
    from flows.monitor import monitor

    everyone = [source.id for source in world.stream.sources.values()]
    state = await monitor(as_of=world.clock.now(), sources=everyone, return_state=True)
    return state.message or state.name or ""


def _show() -> None:
    """Serve the history of the demo until interrupted."""
    with running_server(port=UI_PORT) as server:
        say(f"Run history: {server.page}  Stop with Ctrl-C.")
        while True:
            time.sleep(1)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()

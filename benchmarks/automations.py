"""Whether the ready-made automations fire: a real Prefect server, real runs that go wrong.

A Prefect server, ``python -m flows`` with a Slack on the same machine, and the automations of
``deploy/automations.yaml``. Then a run fails, a run's process is killed together with the
service that started it, and a message is refused for good. What the server says of its
automations, and what the operators' channel got, is shown.

    python -m benchmarks.automations [--write]

Takes about five minutes. Heartbeats are sent every 30 s, the shortest that Prefect allows,
and waited for accordingly; everything else is as it ships.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import flows.server
from benchmarks.growth_page import put
from flows.server import Server, running_server
from monitors.clock import SystemClock
from monitors.demo.localslack import LocalSlack
from monitors.model import Alert, AlertKind
from monitors.store import open_store

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "automations.md"
SHIPPED = ROOT / "deploy" / "automations.yaml"
BEAT, LOST = 30, 100
"""Seconds between heartbeats here, and until a run without any is lost: shipped 180 and 540."""
SILENT = 64
"""Sources, 16 of which are asked at a time, for two minutes each."""
PATIENCE = 900.0
T = TypeVar("T")


@dataclass
class Room:
    """Server, Slack and folder, and the service while it runs."""

    folder: Path
    server: Server
    slack: LocalSlack
    environment: dict[str, str]
    service: subprocess.Popen[bytes] | None = None
    rows: list[tuple[str, str, str]] = field(default_factory=list)


def main() -> None:
    """Let things go wrong, and show what came of it."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/automations.md")
    arguments = parser.parse_args()
    with opened() as room:
        start(room)
        stuck = until("a monitor run at work", at_work)
        say(f"automations: {apply(room)}")
        a_run_fails(room)
        a_run_is_lost(room, stuck)
        start(room)
        a_message_is_dead(room)
        fired = events(room)
    text = page(room.rows, fired)
    sys.stdout.write(text)
    if arguments.write:
        put("fired", text, PAGE)


@contextmanager
def opened() -> Iterator[Room]:
    """A folder with a watch list whose sources never answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tidings-automations-")))
        slack = stack.enter_context(LocalSlack(["news", "ops"], rate_limit=False))
        ports = stack.enter_context(silent(SILENT))
        sources = [SOURCE.format(n=number, port=port) for number, port in enumerate(ports)]
        (folder / "watch.yaml").write_text("".join([WATCH, *sources]), "utf-8")
        own = {
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(BEAT),
            "PREFECT_RUNNER_HEARTBEAT_FREQUENCY": str(BEAT),
            "TIDINGS_WATCH": str(folder / "watch.yaml"),
            "TIDINGS_DATABASE_URL": f"sqlite:///{folder}/tidings.db",
            "TIDINGS_ALLOW_HOSTS": "127.0.0.1",
            "TIDINGS_FETCH_TIMEOUT": "120",
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_API_URL": slack.api_url,
        }
        os.environ.update(own)
        flows.server.PATIENCE = PATIENCE  # the machine may be busy with other work
        server = stack.enter_context(running_server(port=free_port()))
        os.environ["PREFECT_API_URL"] = server.api
        room = Room(folder, server, slack, dict(os.environ))
        stack.callback(stop, room)
        yield room


SOURCE = '  - {{name: Silent {n}, kind: feed, url: "http://127.0.0.1:{port}/{n}"}}\n'
WATCH = """\
defaults: {channel: "#news", operators_channel: "#ops"}
topics:
  harbour: {name: Harbour, description: Dock workers at the harbour strike.}
sources:
"""


@contextmanager
def silent(count: int) -> Iterator[list[int]]:
    """Ports of hosts that take a connection and never answer: a run can be caught at work."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
            one.listen()
        yield [int(one.getsockname()[1]) for one in sockets]


def start(room: Room) -> None:
    """The service, in a process group of its own with the runs that it starts."""
    with (room.folder / "service.log").open("ab") as log:
        room.service = subprocess.Popen(
            [sys.executable, "-m", "flows"],
            cwd=room.folder, env=room.environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip


def stop(room: Room) -> None:
    """Kill the service and its runs, as a machine that loses its power does."""
    if room.service is not None:
        os.killpg(room.service.pid, signal.SIGKILL)
        room.service.wait()
        room.service = None


def apply(room: Room) -> str:
    """Create the automations; a lost run is known after fewer seconds than shipped."""
    shipped = SHIPPED.read_text("utf-8")
    changed = shipped.replace("within: 540", f"within: {LOST}")
    assert changed != shipped
    path = room.folder / "automations.yaml"
    path.write_text(changed, "utf-8")
    command = [sys.executable, "-m", "flows.automations", str(path)]
    done = subprocess.run(command, env=room.environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip().replace("\n", "; ")


def a_run_fails(room: Room) -> None:
    """A monitor run is asked for a shard that cannot be."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("monitor/every-15-minutes")
        run = client.create_flow_run_from_deployment(deployment.id, parameters={"shard": "9/2"})
    state = until("the run fails", lambda: ended(run.id))
    failed = time.monotonic()
    message = until("the operators are told", lambda: told(room, "A run failed"))
    took(room, f"A monitor run asked for shard 9/2: {state}", f"in #ops: {message}", failed)


def a_message_is_dead(room: Room) -> None:
    """A message for a channel that is not there."""
    from prefect.client.orchestration import get_client

    now = SystemClock().now()
    store = open_store(f"sqlite:///{room.folder}/tidings.db")
    alert = Alert("K-1", AlertKind.STORY, "#nowhere", now, "The harbour is closed")
    store.outbox.enqueue(alert, now)
    store.close()
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("deliver/every-5-minutes")
        run = client.create_flow_run_from_deployment(deployment.id)
    name = until("the deliver run ends", lambda: ended(run.id))
    dead = time.monotonic()
    message = until("the operators are told", lambda: told(room, "not delivered"))
    took(room, f"A message to a channel that is not there: {name}", f"in #ops: {message}", dead)


def a_run_is_lost(room: Room, stuck: Any) -> None:
    """The service and the run that waits for its source are killed at once."""
    # One from before the automations were there would not be waited for.
    now = SystemClock().now()
    until("a heartbeat of the run", lambda: beats(stuck, now))
    stop(room)
    killed = time.monotonic()
    state = until("the run is marked", lambda: ended(stuck))
    took(room, "The service and a monitor run at work were killed", f"the run: {state}", killed)


def at_work() -> Any:
    """The id of the monitor run that the service starts at once."""
    return next((run["id"] for run in runs() if run["state_type"] == "RUNNING"), None)


def runs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("/flow_runs/filter", {"limit": 50})
    return found


def ended(run_id: Any) -> str:
    """State and message of a run that is over."""
    wanted = {"flow_runs": {"id": {"any_": [str(run_id)]}}}
    for run in ask("/flow_runs/filter", wanted):
        if run["state_type"] in ("FAILED", "CRASHED", "COMPLETED"):
            return f"{run['state_name']}, {run['state'].get('message') or run['name']}"
    return ""


def beats(run_id: Any, since: datetime) -> bool:
    wanted: dict[str, Any] = {"event": {"name": ["prefect.flow-run.heartbeat"]}}
    wanted["resource"] = {"id": [f"prefect.flow-run.{run_id}"]}
    wanted["occurred"] = {"since": since.isoformat()}
    return bool(ask("/events/filter", {"filter": wanted, "limit": 1})["events"])


def told(room: Room, words: str) -> str:
    """The first message in the operators' channel that holds ``words``."""
    texts = [" ".join(str(message.get("text", "")).split()) for message in room.slack.messages]
    return next((text for text in texts if words in text), "")


def events(room: Room) -> list[tuple[str, str]]:
    """What the server says of its automations, oldest first."""
    wanted = {"filter": {"event": {"prefix": ["prefect.automation."]}, "order": "ASC"}}
    found = ask("/events/filter", wanted | {"limit": 50})["events"]
    return [
        (event["event"].removeprefix("prefect.automation."), name_of(event))
        for event in found
        if "triggered" in event["event"] or ".action." in event["event"]
    ]


def name_of(event: dict[str, Any]) -> str:
    """The automation's name, and of an action what it was."""
    name = event["resource"].get("prefect.resource.name", "")
    payload = event.get("payload", {})
    kind = payload.get("action_type") or (payload.get("action") or {}).get("type") or ""
    return " · ".join(filter(None, (name, kind, str(payload.get("reason") or ""))))


def ask(path: str, body: dict[str, Any]) -> Any:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return client._client.post(path, json=body).json()


def until(what: str, look: Callable[[], T]) -> T:
    """Wait until ``look`` gives something."""
    begun = time.monotonic()
    while not (found := look()):
        if time.monotonic() - begun > PATIENCE:
            raise SystemExit(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(1.0)
    say(f"{what}: after {time.monotonic() - begun:.0f} s")
    return found


def took(room: Room, cause: str, effect: str, since: float) -> None:
    room.rows.append((cause, effect, f"{time.monotonic() - since:.0f}"))


def page(rows: list[tuple[str, str, str]], fired: list[tuple[str, str]]) -> str:
    """What happened, as Markdown."""
    lines = ["| what went wrong | what came of it | seconds between |", "|---|---|---|"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    lines += ["", "What the server recorded, in this order:", "", "```text"]
    lines += [f"{event:<18}{name}" for event, name in fired]
    return "\n".join([*lines, "```", ""])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()

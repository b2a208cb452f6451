"""Tidings as ``deploy/compose.workers.yaml`` runs it, without containers.

PostgreSQL for Tidings and Prefect, a Prefect server behind a login, and workers of a process
pool, each with the commands and settings of that file, and the deployments of
``deploy/prefect-workers.yaml``. A Slack of this machine takes the messages. What ends is
started again after five seconds, as compose or systemd would.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from ruamel.yaml import YAML

from benchmarks.service import postgres
from benchmarks.service.outlets import Outlets
from benchmarks.service.parts import Part, until
from benchmarks.service.prefect_api import PrefectApi
from monitors.demo.localslack import LocalSlack
from monitors.store import open_store
from monitors.store.tables import articles, decisions, outbox

ROOT = Path(__file__).parents[2]
LOGIN = "admin:benchmark"
REAL, COUNTED = "flows.monitor.monitor", "benchmarks.service.counted.monitor"
"""The monitor flow with its models, and with an encoder that counts words."""


class Installation:
    """A context manager: all of it runs while it is open, and is gone afterwards.

    :param folder: empty; also where logs are
    :param port: of PostgreSQL; the Prefect server has the next one
    """

    def __init__(self, folder: Path, outlets: Outlets, *, port: int, every: str = "30s") -> None:
        self.folder = folder
        self.outlets = outlets
        self.workers: list[Part] = []
        self._port = port
        self._compose = _yaml(ROOT / "deploy" / "compose.workers.yaml")["services"]
        self._stack = ExitStack()
        (folder / "watch.yaml").write_text(outlets.watchlist(every), "utf-8")
        self.api = PrefectApi(f"http://127.0.0.1:{port + 1}/api", LOGIN)

    def __enter__(self) -> Installation:
        self.slack = self._stack.enter_context(LocalSlack(["news"], rate_limit=False))
        self.postgres = postgres.start(self.folder, self._port)
        self._stack.callback(self.postgres.stop)
        self.use("tidings")
        server = ["server", "start", "--host", "127.0.0.1", "--port", str(self._port + 1)]
        environment = self._environment("prefect", {"PREFECT_HOME": str(self.folder / "server")})
        self.server = self._part("Prefect server", ["prefect", *server], environment)
        self._stack.callback(self.server.stop)
        until("the Prefect server", self.api.up, 400)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_workers()
        self._stack.close()
        self.api.close()

    def use(self, database: str, like: str = "template0") -> None:
        """Go on with a database of this name and an empty channel.

        :param like: the database that it is a copy of; an empty one where none is named
        """
        self.url = postgres.create(self._port, database, like)
        with closing(open_store(self.url)) as store:
            store.migrate()
        self.slack.workspace.messages.clear()

    def deploy(self, workers: int, *, flow: str = REAL, interval: int = 0) -> list[str]:
        """Make the deployments of so many workers; ``flow/name`` of each shard's.

        :param interval: seconds between two runs; 0: without a schedule
        """
        plan = _yaml(ROOT / "deploy" / "prefect-workers.yaml")
        shard = plan["deployments"][0]
        schedule = dict(shard.pop("schedules")[0]) | {"interval": interval}
        names = [f"shard-{n}-of-{workers}" for n in range(1, workers + 1)]
        plan["deployments"] = [
            shard
            | {"name": name, "entrypoint": flow, "parameters": {"shard": f"{n}/{workers}"}}
            | ({"schedules": [schedule]} if interval else {})
            for n, name in enumerate(names, 1)
        ]
        path = self.folder / "prefect-workers.yaml"
        with path.open("w", encoding="utf-8") as file:
            YAML().dump(plan, file)
        for line in _commands(self._compose["deploy"]["command"][-1]):
            self.command(*[str(path) if part.endswith(".yaml") else part for part in line])
        return [f"monitor/{name}" for name in names]

    def start_workers(self, count: int, **variables: str) -> None:
        """Workers as the service ``worker``, each with a home of its own."""
        for number in range(1, count + 1):
            environment = self.worker_environment(f"worker{number}") | variables
            command = self._compose["worker"]["command"]
            self.workers.append(self._part(f"worker {number}", command, environment))

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.workers.clear()

    def command(self, *line: str) -> str:
        """A command of Prefect's or ours in the workers' environment; what it said."""
        done = subprocess.run(
            _python(line),
            cwd=self.folder,
            env=self.worker_environment("home"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def stored(self) -> tuple[int, int, int]:
        """Articles, those that wait for a decision, and messages that are due.

        Nothing while PostgreSQL is away. Edits, which wait for minutes, are not due.
        """
        plain = self.url.replace("+psycopg", "")
        query = """SELECT (SELECT count(*) FROM articles),
            (SELECT count(*) FROM articles WHERE NOT decided),
            (SELECT count(*) FROM outbox WHERE state IN ('sending', 'unknown')
             OR hold = 'being weighed' OR state = 'pending' AND not_before <= now())"""
        try:
            with psycopg.connect(plain, connect_timeout=2) as connection:
                row = connection.execute(query).fetchone()
        except psycopg.OperationalError:
            return 0, 0, 0
        return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)

    def outcome(self) -> Counter[tuple[str, ...]]:
        """Each article, decision and message with all that was decided of it."""
        fields = (
            "article_id", "topic_id", "verdict", "reason", "score", "scores", "nearest",
            "story_id", "development_id", "explanation",
        )  # fmt: skip
        rows = (
            ("decision", _plain, sa.select(*(decisions.c[name] for name in fields))),
            ("message", str, sa.select(outbox.c.key, outbox.c.kind, outbox.c.state)),
            ("article", str, sa.select(articles.c.url, articles.c.decided)),
        )
        with closing(open_store(self.url)) as store, store._db.read() as connection:
            return Counter(
                (kind, *map(text, row))
                for kind, text, query in rows
                for row in connection.execute(query)
            )

    def posts(self) -> Counter[str]:
        """Messages in the channel, by the key that each alert has."""
        found = (message.get("metadata") or {} for message in self.slack.messages)
        return Counter(str(each.get("event_payload", {}).get("alert_key")) for each in found)

    def _part(self, name: str, command: list[str], environment: Mapping[str, str]) -> Part:
        log = self.folder / f"{name.replace(' ', '-').lower()}.log"
        return Part(name, _python(command), cwd=self.folder, env=environment, log=log)

    def worker_environment(self, name: str) -> dict[str, str]:
        ours = {
            "TIDINGS_WATCH": str(self.folder / "watch.yaml"),
            "TIDINGS_DATABASE_URL": self.url,
            "TIDINGS_ALLOW_HOSTS": "127.0.0.0/8",
            "TIDINGS_MESSAGE_SPACING": "0",
            "SLACK_BOT_TOKEN": self.slack.token,
            "SLACK_API_URL": self.slack.api_url,
            "PREFECT_API_URL": f"http://127.0.0.1:{self._port + 1}/api",
            "PREFECT_HOME": str(self.folder / name),
        }
        return self._environment("worker", ours)

    def _environment(self, service: str, ours: Mapping[str, str]) -> dict[str, str]:
        """What compose sets, but for what is elsewhere here."""
        left_out = ("TIDINGS_", "SLACK_", "PREFECT_", "JUDGE_")
        found = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
        for name, value in self._compose[service]["environment"].items():
            text = value.replace("${PREFECT_AUTH:?see above}", LOGIN)
            text = text.replace(":${POSTGRES_PASSWORD:?see above}", "")
            text = text.replace("@postgres/", f"@127.0.0.1:{self._port}/")
            found[name] = text.replace("127.0.0.1:4200", f"127.0.0.1:{self._port + 1}")
        return found | ours | {"PWD": str(self.folder), "PYTHONPATH": str(ROOT)}


def _python(command: list[str] | tuple[str, ...]) -> list[str]:
    """A command of the environment's as this Python runs it."""
    name, *rest = command
    if name == "tidings":
        return [sys.executable, "-c", "from monitors.cli import main; main()", *rest]
    return [sys.executable, "-m", name, *rest]


def _commands(shell: str) -> list[list[str]]:
    return [line.split() for line in shell.split("&&")]


def _yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


def _plain(value: object) -> str:
    """As text; numbers to 12 digits, since sets are summed in another order in each process."""
    return re.sub(r"\d+\.\d+(?:e-?\d+)?", lambda found: f"{float(found[0]):.12g}", str(value))

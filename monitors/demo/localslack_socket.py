"""The local Slack's Socket Mode: clicks to whoever opened a connection."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

APP_TOKEN = "xapp-local"  # noqa: S105
TEAM = "T0LOCAL"


class SocketMode:
    """Connections of apps, and what they were sent."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, float] = {}
        self._sent: dict[str, float] = {}
        self._connections: list[ServerConnection] = []
        self._tickets: set[str] = set()
        self._changed = threading.Condition()
        self._server = serve(self._serve, "127.0.0.1", 0)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def open(self) -> str:
        """An address that may be connected to once: what ``apps.connections.open`` gives."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/link/?ticket={ticket}"

    def push(self, payload: object, *, kind: str = "interactive") -> str:
        """Send ``payload`` to one connection; returns the id of its envelope.

        :raises ConnectionError: no app is connected
        """
        envelope_id = secrets.token_hex(8)
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": True,
        }
        with self._changed:
            if not self._connections:
                raise ConnectionError("no app listens to the buttons")
            self._sent[envelope_id] = time.monotonic()
            self._connections[-1].send(json.dumps(envelope))
        return envelope_id

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every app to open a new connection, as Slack does every few hours."""
        with self._changed:
            for connection in self._connections:
                connection.send(json.dumps({"type": "disconnect", "reason": reason}))

    def wait_connected(self, timeout: float = 10.0) -> bool:
        """Wait for an app to connect."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._connections), timeout)

    def wait_acknowledged(self, envelope_id: str, timeout: float = 10.0) -> float | None:
        """Wait for the acknowledgement; returns the seconds that it took, None without one."""
        with self._changed:
            self._changed.wait_for(lambda: envelope_id in self.acknowledged, timeout)
            return self.acknowledged.get(envelope_id)

    def wait_quiet(self, timeout: float = 10.0) -> bool:
        """Wait until everything that was sent is acknowledged."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._sent.keys() <= self.acknowledged.keys(), timeout
            )

    def close(self) -> None:
        """Close every connection and the server."""
        with self._changed:
            open_ones = list(self._connections)
        for connection in open_ones:
            connection.close()
        self._server.shutdown()
        self._thread.join()

    def _serve(self, connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        ticket = path.rpartition("ticket=")[2]
        if ticket not in self._tickets:
            connection.close(1008, "bad ticket")
            return
        self._tickets.discard(ticket)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0LOCAL"}}
        connection.send(json.dumps(hello))
        with self._changed:
            self._connections.append(connection)
            self._changed.notify_all()
        try:
            for message in connection:
                self._answered(message)
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                self._connections.remove(connection)

    def _answered(self, message: str | bytes) -> None:
        try:
            envelope_id = json.loads(message).get("envelope_id")
        except (ValueError, AttributeError):
            return
        with self._changed:
            if envelope_id in self._sent and envelope_id not in self.acknowledged:
                self.acknowledged[envelope_id] = time.monotonic() - self._sent[envelope_id]
                self._changed.notify_all()


def click(message: Mapping[str, Any], action_id: str, user: str = "U0READER1") -> dict[str, Any]:
    """The payload that Slack sends when ``user`` presses a button below ``message``."""
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "reader", "name": "reader", "team_id": TEAM},
        "api_app_id": "A0LOCAL",
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
            "is_ephemeral": False,
        },
        "trigger_id": secrets.token_hex(8),
        "team": {"id": TEAM, "domain": "local"},
        "channel": {"id": message["channel"], "name": "news"},
        "message": dict(message),
        "actions": [
            {
                "action_id": action_id,
                "block_id": "tidings_actions",
                "type": "button",
                "action_ts": f"{time.monotonic():.6f}",
            }
        ],
    }

"""A Slack on this machine: the Web API methods that Tidings uses, and a page to look at.

It answers as Slack does, with its limits, and fails on request, so that every failure of
delivery can be tried. ``python -m monitors.demo.localslack --port 8765`` serves it alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from monitors.clock import Clock, SystemClock
from monitors.demo.localslack_page import render
from monitors.demo.localslack_script import Failure, Kind, Request, Script
from monitors.demo.localslack_socket import APP_TOKEN, SocketMode, click
from monitors.demo.localslack_workspace import SlackFault, SlowDown, Workspace

TOKEN = "xoxb-local"  # noqa: S105
DEFAULT_CHANNELS = ("#news-alerts",)
_BODY_LIMIT = 1_000_000


class LocalSlack:
    """A workspace behind HTTP; a context manager that serves while it is open.

    :param channels: names of the channels that exist
    :param token: the token that is known
    :param clock: dates the messages
    :param rate_limit: one message a second a channel, as Slack
    :param monotonic: measures that second
    :param port: 0 takes a free one
    :param app_token: with one, buttons work: apps may connect by Socket Mode
    """

    def __init__(
        self,
        channels: Iterable[str] = DEFAULT_CHANNELS,
        *,
        token: str = TOKEN,
        clock: Clock | None = None,
        rate_limit: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
        port: int = 0,
        app_token: str = "",
    ) -> None:
        self.workspace = Workspace(
            token, channels, clock or SystemClock(), rate_limit=rate_limit, monotonic=monotonic
        )
        self.token = token
        self.requests: list[Request] = []
        self.app_token = app_token
        self.socket = SocketMode() if app_token else None
        self._script = Script()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)
        self.workspace.base_url = self.url
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """The address for people."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def api_url(self) -> str:
        """The address for ``SLACK_API_URL``."""
        return f"{self.url}api/"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All messages, oldest first, with their channel's id."""
        return self.workspace.snapshot()

    def fail_next(
        self,
        method: str,
        kind: Kind,
        *,
        times: int = 1,
        accept: bool = False,
        status: int = 503,
        code: str = "internal_error",
        retry_after: str | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Fail the next ``times`` calls of ``method`` in one of these ways.

        ``status``: an answer with ``status`` that is not JSON. ``garbage``: 200, not JSON.
        ``reset``: the connection is reset. ``timeout``: no answer. ``ratelimited``: 429
        with ``retry_after`` as its header. ``error``: ``ok: false`` with ``code``, under
        ``status`` if that is not the default. ``slow``: the right answer after ``seconds``.

        :param accept: carry the call out before failing it
        """
        failure = Failure(kind, accept, status, code, retry_after, seconds)
        with self._script.lock:
            self._script.failures.setdefault(method, deque()).extend([failure] * times)

    def press(self, ts: str, action_id: str, user: str = "U0READER1") -> str:
        """Press a button below the message ``ts``; returns the id of the envelope.

        :raises LookupError: there is no such message
        :raises ConnectionError: no app listens to the buttons
        """
        message = next((m for m in self.messages if m["ts"] == ts), None)
        if message is None:
            raise LookupError(f"no message {ts}")
        if self.socket is None:
            raise ConnectionError("this Slack has no Socket Mode")
        return self.socket.push(click(message, action_id, user))

    def start(self) -> LocalSlack:
        """Serve in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        if self.socket is not None:
            self.socket.close()

    def __enter__(self) -> LocalSlack:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def connection(self, token: str | None) -> dict[str, Any]:
        """The answer to ``apps.connections.open``.

        :raises SlackFault: the token is no app's token
        """
        if not token:
            raise SlackFault("not_authed")
        if self.socket is None or token != self.app_token:
            raise SlackFault(
                "invalid_auth" if token.startswith("xapp-") else "not_allowed_token_type"
            )
        return {"ok": True, "url": self.socket.open()}

    def _failure(self, method: str) -> Failure | None:
        return self._script.next(method)

    def _pause(self, seconds: float) -> None:
        self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], slack: LocalSlack) -> None:
        self.slack = slack
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10.0
    server_version = "LocalSlack"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/api/"):
            self._api(parts.path, dict(parse_qsl(parts.query)))
        elif parts.path == "/":
            page = render(self.server.slack.workspace)
            self._reply(200, page.encode(), "text/html; charset=utf-8", _PAGE_HEADERS)
        elif parts.path.startswith("/files/"):
            self._picture(parts.path.removeprefix("/files/"))
        else:
            self._reply(404, b"not found", "text/plain")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        path = urlsplit(self.path).path
        if self.path.startswith("/upload/") and size <= _BODY_LIMIT:
            self._upload(self.path.removeprefix("/upload/"), self.rfile.read(size))
            return
        if not (path.startswith("/api/") or path == "/press") or size > _BODY_LIMIT:
            self._reply(404, b"not found", "text/plain")
            return
        raw = self.rfile.read(size).decode("utf-8", "replace")
        if path == "/press":
            self._press(dict(parse_qsl(raw)))
            return
        if self.headers.get_content_type() == "application/json":
            try:
                body = json.loads(raw or "{}")
            except ValueError:
                body = None
            if not isinstance(body, dict):
                self._json(200, {"ok": False, "error": "invalid_json"})
                return
        else:
            body = dict(parse_qsl(raw, keep_blank_values=True))
        self._api(path, body)

    def _press(self, form: Mapping[str, str]) -> None:
        """A person pressed a button on the page."""
        try:
            self.server.slack.press(form.get("ts", ""), form.get("action_id", ""))
        except (LookupError, ConnectionError) as error:
            self._reply(409, f"{error}".encode(), "text/plain; charset=utf-8")
            return
        self._reply(303, b"", "text/plain", {"Location": f"/#{form.get('ts', '')}"})

    def _upload(self, file_id: str, content: bytes) -> None:
        slack = self.server.slack
        slack.requests.append(Request("upload", {"file": file_id, "length": len(content)}, {}))
        failure = slack._failure("upload")
        if failure is not None:
            self._fail(failure)
        elif slack.workspace.receive(file_id, content):
            self._reply(200, b"OK - upload accepted", "text/plain")
        else:
            self._reply(400, b"no such upload", "text/plain")

    def _picture(self, file_id: str) -> None:
        content = (self.server.slack.workspace.files.get(file_id) or {}).get("content")
        if content is None:
            self._reply(404, b"not found", "text/plain")
        else:
            self._reply(200, content, "image/png", {"X-Content-Type-Options": "nosniff"})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The terminal belongs to whoever started us."""

    def _api(self, path: str, body: dict[str, Any]) -> None:
        slack = self.server.slack
        method = path.removeprefix("/api/")
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = body.pop("token", None) or bearer
        headers = {k: v for k, v in self.headers.items() if k.lower() != "authorization"}
        slack.requests.append(Request(method, body, headers))
        failure = slack._failure(method)
        if failure is None:
            self._json(*self._outcome(method, token, body))
            return
        if failure.kind == "slow":
            slack._pause(failure.seconds)
            self._json(*self._outcome(method, token, body))
            return
        if failure.accept:
            self._outcome(method, token, body)
        self._fail(failure)

    def _outcome(
        self, method: str, token: str | None, body: Mapping[str, Any]
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        slack = self.server.slack
        try:
            if method == "apps.connections.open":
                return 200, slack.connection(token), {}
            scopes = {"X-OAuth-Scopes": slack.workspace.scopes}
            return 200, slack.workspace.answer(method, token, body), scopes
        except SlowDown as slow:
            wait = {} if slow.retry_after is None else {"Retry-After": slow.retry_after}
            return 429, {"ok": False, "error": "ratelimited"}, wait
        except SlackFault as fault:
            answer: dict[str, Any] = {"ok": False, "error": fault.code}
            if fault.messages:
                answer["errors"] = [line.removeprefix("[ERROR] ") for line in fault.messages]
                answer["response_metadata"] = {"messages": fault.messages}
            return 200, answer, {}

    def _fail(self, failure: Failure) -> None:
        if failure.kind == "status":
            self._reply(failure.status, b"<html>upstream failed</html>", "text/html")
        elif failure.kind == "garbage":
            self._reply(200, b"<html>welcome to the hotel network</html>", "text/html")
        elif failure.kind == "ratelimited":
            wait = {} if failure.retry_after is None else {"Retry-After": failure.retry_after}
            self._json(429, {"ok": False, "error": "ratelimited"}, wait)
        elif failure.kind == "error":
            status = 200 if failure.status == 503 else failure.status
            self._json(status, {"ok": False, "error": failure.code})
        elif failure.kind == "reset":
            # Linger of 0 seconds: closing sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.rfile.close()
            self.connection.close()
        else:
            self.server.slack._pause(failure.seconds or 30.0)
            self.close_connection = True

    def _json(
        self, status: int, answer: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        payload = json.dumps(answer).encode()
        self._reply(status, payload, "application/json; charset=utf-8", headers)

    def _reply(
        self,
        status: int,
        payload: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)


_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A local Slack to try Tidings with.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--channel", action="append", help="may be repeated")
    parser.add_argument("--no-rate-limit", action="store_true")
    chosen = parser.parse_args(arguments)
    slack = LocalSlack(
        chosen.channel or DEFAULT_CHANNELS,
        token=chosen.token,
        rate_limit=not chosen.no_rate_limit,
        port=chosen.port,
        app_token=APP_TOKEN,
    )
    with slack:
        print(f"Look at {slack.url}", flush=True)  # noqa: T201
        print(f"SLACK_API_URL={slack.api_url} SLACK_BOT_TOKEN={chosen.token}", flush=True)  # noqa: T201
        print(f"SLACK_APP_TOKEN={APP_TOKEN}", flush=True)  # noqa: T201
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()

"""A real HTTP server on 127.0.0.1 whose answers are written by the test."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    at: float
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What is sent.

    :param chunks: sent after ``body``, without Content-Length
    :param length: the Content-Length to claim instead of the true one
    :param delay: seconds before the status line
    :param pause: seconds between chunks
    :param reset: break the connection instead of ending it
    :param raw: sent as it is instead of an HTTP answer
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] | None = None
    length: int | None = None
    delay: float = 0.0
    pause: float = 0.0
    reset: bool = False
    raw: bytes | None = None


Script = Answer | Callable[[Seen], Answer]


class WebServer:
    """Answers each path by its script; 404 for others. A list of answers is given in turn."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.closing = threading.Event()
        self._scripts: dict[str, list[Script]] = {}
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._httpd.daemon_threads = False
        if tls is not None:
            self._httpd.socket = tls.wrap_socket(
                self._httpd.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._httpd.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    def on(self, path: str, *scripts: Script) -> str:
        """Answer ``path`` with ``scripts``, the last one again and again; gives its URL."""
        self._scripts[path] = list(scripts)
        return self.url(path)

    def answer(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        scripts = self._scripts.get(seen.path.partition("?")[0])
        if not scripts:
            return Answer(b"nothing here", status=404)
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return script if isinstance(script, Answer) else script(seen)

    def close(self) -> None:
        self.closing.set()
        self._httpd.shutdown()
        self._thread.join()
        self._httpd.server_close()


@contextlib.contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """A server for the length of a ``with`` block."""
    server = WebServer(tls)
    try:
        yield server
    finally:
        server.close()


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to})


def _handler(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            names = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(names.get("content-length", 0)))
            answer = server.answer(Seen(self.path, names, time.monotonic(), body))
            self.close_connection = True
            with contextlib.suppress(OSError):
                self._send(answer)

        do_POST = do_GET  # noqa: N815

        def _send(self, answer: Answer) -> None:
            if answer.delay and server.closing.wait(answer.delay):
                return
            if answer.raw is not None:
                self.wfile.write(answer.raw)
            else:
                self._send_head(answer)
                self.wfile.write(answer.body)
            for chunk in answer.chunks or ():
                self.wfile.write(chunk)
                if server.closing.wait(answer.pause):
                    return
            if answer.reset:
                self.wfile.flush()
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()

        def _send_head(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.length is not None:
                self.send_header("Content-Length", str(answer.length))
            elif answer.chunks is None and not answer.reset:
                self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler

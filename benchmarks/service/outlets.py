"""Thousands of made-up outlets on one machine, each a host of its own: ``127.x.y.z``.

All of 127.0.0.0/8 is this machine, so one server on one port answers for every one of them
with a feed, pages and a 404 for ``robots.txt``. Articles are those of the labelled streams.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.synthetic import texts, topics
from monitors.streams import StreamArticle

SHOWN = 10
"""Articles that a feed lists at most."""


@cache
def english() -> tuple[StreamArticle, ...]:
    """Articles in one language, so that few word lists are loaded."""
    return tuple(text for text in texts() if text.language == "en")


@dataclass(frozen=True, slots=True)
class Printed:
    """One article at one outlet."""

    number: int
    at: datetime
    text: StreamArticle

    @property
    def path(self) -> str:
        return f"/news/{self.number}"


class Outlets:
    """A server for all of them; a context manager that serves while it is open.

    :param count: how many there are
    :param opened: when their first, silent, articles came out
    :param watched: for how many topics; all of the streams where none is named
    """

    def __init__(self, count: int, opened: datetime, watched: int | None = None) -> None:
        self.count = count
        self._watched = topics()[:watched]
        self.requests = 0
        self._opened = opened
        self._printed: dict[int, list[Printed]] = defaultdict(list)
        self._number = 0
        self._server = _Server(("0.0.0.0", 0), _Handler)  # noqa: S104  all of 127.0.0.0/8
        self._server.outlets = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def reset(self) -> None:
        """As at the beginning: what came out is gone."""
        self._printed.clear()
        self._number = 0

    def publish(self, count: int, at: datetime, within: timedelta) -> None:
        """Bring out ``count`` articles, each at one outlet, in the time before ``at``."""
        for _ in range(count):
            number = self._number
            self._number += 1
            drawn = _drawn(f"article {number}")
            when = at - timedelta(seconds=drawn % max(1, round(within.total_seconds())))
            text = english()[number % len(english())]
            self._printed[drawn % self.count].append(Printed(number, when, text))

    def watchlist(self, every: str) -> str:
        """A ``watch.yaml`` with every outlet and the topics of the streams."""
        lines = ["sources:"]
        for nth in range(self.count):
            url = f"http://{address(nth)}:{self._server.server_address[1]}/feed"
            lines.append(
                f"  - {{id: o{nth}, name: Outlet {nth}, kind: feed, url: '{url}', every: {every}}}"
            )
        lines.append("topics:")
        for topic in self._watched:
            told = {
                "name": topic.name,
                "description": topic.description,
                "examples": list(topic.examples),
                "not": list(topic.not_examples),
                "channel": "#news",
            }
            lines.append(f"  {topic.id}: {json.dumps({k: v for k, v in told.items() if v})}")
        return "\n".join(lines) + "\n"

    def answer(self, host: str, path: str) -> tuple[str, str] | None:
        """Type and text of what is asked for, if there is any."""
        self.requests += 1
        nth = number_of(host)
        if nth is None or nth >= self.count:
            return None
        printed = self._printed.get(nth, [])
        if path == "/feed":
            return "application/rss+xml", self._feed(nth, host, printed)
        for each in printed:
            if each.path == path:
                return "text/html", _page(each)
        return None

    def _feed(self, nth: int, host: str, printed: Sequence[Printed]) -> str:
        base = f"http://{host}:{self._server.server_address[1]}"
        words = f"Outlet {nth} opened its page"
        items = [_item(f"{base}/old", words, words, self._opened, text=f"{words}. " * 24)]
        items += [
            _item(base + each.path, each.text.title, each.text.summary, each.at)
            for each in printed
        ]
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>Outlet {nth}</title><link>{base}/</link><description>News</description>"
            f"{''.join(items[-SHOWN:])}</channel></rss>"
        )

    def __enter__(self) -> Outlets:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def address(nth: int) -> str:
    """The host of an outlet."""
    return f"127.{1 + nth // 65025}.{nth // 255 % 255}.{1 + nth % 255}"


def number_of(host: str) -> int | None:
    """The outlet of a host; None where it is none."""
    parts = host.split(".")
    if len(parts) != 4 or not all(part.isdecimal() for part in parts):
        return None
    _, high, middle, low = map(int, parts)
    return (high - 1) * 65025 + middle * 255 + low - 1


def _item(url: str, title: str, summary: str, at: datetime, text: str = "") -> str:
    """An entry; one with its text needs no page to be fetched."""
    content = f"<content:encoded>{escape(f'<p>{text}</p>')}</content:encoded>" if text else ""
    return (
        f"<item><title>{escape(title)}</title><link>{url}</link><guid>{url}</guid>"
        f"<description>{escape(summary)}</description>{content}"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
    )


def _page(printed: Printed) -> str:
    text = printed.text
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.paragraphs or (text.summary,))
    return (
        f'<!DOCTYPE html><html lang="{text.language}"><head><meta charset="utf-8">'
        f"<title>{escape(text.title)}</title></head><body><article>"
        f"<h1>{escape(text.title)}</h1>{paragraphs}</article></body></html>"
    )


def _drawn(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:6])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    outlets: Outlets

    def handle_error(self, request: object, client_address: object) -> None:
        """Who was killed in the middle of a request is no news here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        host = self.headers.get("Host", "").partition(":")[0]
        found = self.server.outlets.answer(host, self.path)
        kind, body = ("text/plain", b"") if found is None else (found[0], found[1].encode())
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        unchanged = found is not None and self.headers.get("If-None-Match") == tag
        self.send_response(404 if found is None else 304 if unchanged else 200)
        self.send_header("Connection", "close")
        self.send_header("ETag", tag)
        if not unchanged:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is said."""

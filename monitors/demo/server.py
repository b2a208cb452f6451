"""The demo newsroom: a labelled stream as a web site over a clock that moves.

One host and port serve every outlet under its own path, ``/outlet-id/``: a front page, its
feed, and a page for each article that is out by now. Nothing is shown before its time.

::

    python -m monitors.demo.server --port 8801 --start 2025-03-01T06:00:00Z --speed 60
"""

from __future__ import annotations

import argparse
import logging
import re
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal
from urllib.parse import unquote

from monitors.clock import Clock
from monitors.demo.clock import RunningClock
from monitors.demo.edition import WINDOW, Outlet
from monitors.demo.feeds import FILES, feed, feed_path
from monitors.demo.pages import article_page, bot_wall, front_page, index_page
from monitors.demo.watching import newsroom_watchlist
from monitors.errors import TidingsError
from monitors.streams import LabelledStream, load_stream

__all__ = ["Fault", "NewsroomServer", "newsroom_watchlist"]

log = logging.getLogger(__name__)

Fault = Literal["dead", "slow", "blocked", "lying-etag", "rolling"]
"""How an outlet misbehaves: hangs up without an answer; answers late; shows a bot wall with
status 403; claims with an ETag that never changes that nothing is new; lists only its newest
article, so that the others are gone before they are seen."""

HTML = "text/html; charset=utf-8"
LYING_ETAG = '"unchanged"'
PACKAGED = Path(__file__).parent / "newsroom"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path gives, before validators are compared."""

    status: HTTPStatus
    content_type: str
    body: bytes
    modified: datetime | None = None

    @property
    def etag(self) -> str:
        """A strong validator: the bytes' hash."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'


class NewsroomServer:
    """Serves ``stream`` from a thread until it is stopped; a context manager.

    :param clock: says what is out by now; read from several threads
    :param port: 0 takes a free one
    :param faults: outlet id to fault; may be changed while the server runs
    :param slow_by: how late a ``slow`` outlet answers
    """

    def __init__(
        self,
        stream: LabelledStream,
        clock: Clock,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        faults: Mapping[str, Fault] | None = None,
        slow_by: timedelta = timedelta(seconds=30),
    ) -> None:
        self.clock = clock
        self.faults: dict[str, Fault] = dict(faults or {})
        self.slow_by = slow_by
        self.stopping = threading.Event()
        self.outlets = {
            source.id: Outlet(source, stream.articles) for source in stream.sources.values()
        }
        self._thread: threading.Thread | None = None
        self._http = _Http((host, port), self)
        self.base_url = f"http://{host}:{self._http.server_address[1]}"

    def __enter__(self) -> NewsroomServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, let go of the slow answers and close the port."""
        self.stopping.set()
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()

    def answer(self, path: str, base: str) -> Answer:
        """What ``path`` (as requested, still quoted) shows now."""
        now = self.clock.now()
        first, _, rest = path.partition("?")[0].lstrip("/").partition("/")
        if not first:
            listed = [(outlet, len(outlet.postings(now))) for outlet in self.outlets.values()]
            return _page(index_page(listed, now))
        if first == "robots.txt":
            return Answer(HTTPStatus.OK, "text/plain; charset=utf-8", self._robots(base))
        outlet = self.outlets.get(unquote(first))
        if outlet is None:
            return _not_found("There is no such outlet here.")
        most = 1 if self.faults.get(outlet.source.id) == "rolling" else WINDOW
        return _outlet_answer(outlet, rest, now, base, most)

    def _robots(self, base: str) -> bytes:
        lines = ["User-agent: *", "Allow: /"]
        lines += [
            f"Sitemap: {base}{feed_path(outlet)}"
            for outlet in self.outlets.values()
            if outlet.source.feed_kind == "sitemap"
        ]
        return "\n".join([*lines, ""]).encode()


def _outlet_answer(outlet: Outlet, rest: str, now: datetime, base: str, most: int) -> Answer:
    postings = outlet.postings(now, most)
    newest = postings[0].updated if postings else None
    if not rest:
        return _page(front_page(outlet, postings), newest)
    name, content_type = FILES[outlet.source.feed_kind]
    if rest == name:
        return Answer(HTTPStatus.OK, content_type, feed(outlet, postings, base), newest)
    posting = outlet.posting(unquote(rest), now)
    if posting is None:
        return _not_found("This page does not exist, or not yet.")
    others = [other for other in postings if other.path != posting.path]
    return _page(article_page(outlet, posting, others, base), newest)


def _page(html: str, modified: datetime | None = None) -> Answer:
    return Answer(HTTPStatus.OK, HTML, html.encode(), modified)


def _not_found(text: str) -> Answer:
    html = f"<!DOCTYPE html>\n<html lang=en><title>404</title><body><p>{text}</p></body></html>\n"
    return Answer(HTTPStatus.NOT_FOUND, HTML, html.encode())


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], newsroom: NewsroomServer) -> None:
        self.newsroom = newsroom
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor who hangs up is no news; anything else is our mistake."""
        if not isinstance(sys.exception(), ConnectionError):
            log.exception("a request was not answered")


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    server_version = "Newsroom"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        newsroom = self.server.newsroom
        # One request a connection: no handler is left waiting when the server stops.
        self.close_connection = True
        outlet = unquote(self.path.lstrip("/").partition("/")[0])
        fault = newsroom.faults.get(outlet)
        if fault == "dead" or (fault == "slow" and self._wait(newsroom)):
            return
        answer = newsroom.answer(self.path, self._base(newsroom))
        etag, modified = answer.etag, answer.modified
        if fault == "blocked":
            answer = Answer(HTTPStatus.FORBIDDEN, HTML, bot_wall().encode())
        elif fault == "lying-etag":
            etag, modified = LYING_ETAG, None
        if answer.status is HTTPStatus.OK and self._has(etag, modified):
            answer = Answer(HTTPStatus.NOT_MODIFIED, "", b"")
        self._send(answer, etag, modified)

    do_HEAD = do_GET  # noqa: N815  (the name is given by the base class)

    def _wait(self, newsroom: NewsroomServer) -> bool:
        """Wait as a slow outlet does; True when the server stopped meanwhile."""
        return newsroom.stopping.wait(newsroom.slow_by.total_seconds())

    def _base(self, newsroom: NewsroomServer) -> str:
        """The address that the visitor used: the server may stand behind another name."""
        host = self.headers.get("Host", "")
        return f"http://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else newsroom.base_url

    def _has(self, etag: str, modified: datetime | None) -> bool:
        """Whether the visitor has this answer; ``If-None-Match`` outranks the date."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return tags.strip() == "*" or etag in re.findall(r'"[^"]*"', tags)
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            moment = parsedate_to_datetime(since)
        except ValueError:
            return False
        # A date with zone "-0000" is parsed as naive; HTTP dates are in UTC.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment >= modified.replace(microsecond=0)

    def _send(self, answer: Answer, etag: str, modified: datetime | None) -> None:
        self.send_response(answer.status)
        self.send_header("Connection", "close")
        if answer.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
            self.send_header("ETag", etag)
            if modified is not None:
                self.send_header("Last-Modified", format_datetime(modified, usegmt=True))
        if answer.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The newsroom's own time, so that ``Date`` agrees with what is out."""
        return format_datetime(self.server.newsroom.clock.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        log.debug(format, *args)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a stream until interrupted.

    :returns: the exit code: 0, or 2 where the stream or the port cannot be used
    """
    parser = argparse.ArgumentParser(
        prog="python -m monitors.demo.server", description="Serve a labelled stream as web sites."
    )
    parser.add_argument("--stream", type=Path, default=PACKAGED, help="folder of the stream")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8801, help="0 takes a free one")
    parser.add_argument("--start", type=_moment, help="time to begin at; default: first article")
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")
    parser.add_argument("--watch", type=Path, help="write a watch.yaml for the newsroom here")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        stream = load_stream(options.stream)
        start = options.start or min((a.published for a in stream.articles), default=None)
        if start is None:
            parser.error("the stream has no articles: say with --start when to begin")
        clock = RunningClock(start, options.speed)
        newsroom = NewsroomServer(stream, clock, options.host, options.port)
    except (TidingsError, OSError, OverflowError, ValueError) as error:
        log.error("%s", error)
        return 2
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with newsroom:
        if options.watch:
            text = newsroom_watchlist(stream, newsroom.base_url)
            options.watch.write_text(text, encoding="utf-8")
        log.info(
            "%d outlets at %s/ from %s, %g times real time; stop with Ctrl-C",
            len(newsroom.outlets),
            newsroom.base_url,
            f"{start:%Y-%m-%d %H:%M} UTC",
            options.speed,
        )
        done.wait()
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time like 2025-03-01T06:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


if __name__ == "__main__":
    raise SystemExit(main())

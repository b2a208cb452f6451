"""Bad input, end to end over real HTTP: one clear line, nothing else stops, nothing is lost.

Each test feeds two sources. "Bad" goes wrong; "Good" has news in the same run, which must
arrive; and what "Bad" had to say arrives as soon as it can.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from monitors.alerts.notify import SlackNotifier
from monitors.articles.extract import TrafilaturaExtractor
from monitors.cli import main
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.errors import StoreBusy, StoreFull
from monitors.fetch.client import HttpFetcher
from monitors.model import DeliveryState, Source, Tier
from monitors.runs import RunReport
from monitors.sandbox import shared
from monitors.sources import READERS
from monitors.store import SqlStore
from monitors.store.engine import open_database
from tests.support.newsroom import (
    NOW,
    TENDER,
    WALKOUT,
    Newsroom,
    empty_database,
    html,
    opened,
)
from tests.support.webserver import Answer, Seen, WebServer, running

ROOT = Path(__file__).parents[2]
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/rss+xml"}


def item(link: str = "", title: str = "", summary: str = "", date: datetime | None = None) -> str:
    fields = {
        "link": link,
        "title": title,
        "description": summary,
        "pubDate": format_datetime(date) if date else "",
    }
    return "".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items() if v)


def rss(*items: str) -> Answer:
    listed = "".join(f"<item>{one}</item>" for one in items)
    text = f'<rss version="2.0"><channel><title>News</title>{listed}</channel></rss>'
    return Answer(text.encode(), headers=XML)


def dead_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Bench(Newsroom):
    """Two feeds on a real server: what each shows is written by the test."""

    def __init__(self, store: Any, web: WebServer, **options: Any) -> None:
        self.web = web
        fetcher = HttpFetcher(allow_hosts={"127.0.0.1"}, spacing=0, deadline=10, patience=0)
        sources = tuple(
            Source(name.lower(), name, "feed", web.url(f"/{name.lower()}.xml"), Tier.PRESS)
            for name in ("Bad", "Good")
        )
        super().__init__(
            store,
            sources=sources,
            readers={"feed": READERS["feed"]()},
            fetcher=fetcher,
            **options,
        )
        self.desk.extractor = TrafilaturaExtractor(shared().run)
        for feed in ("bad", "good"):
            old = self.page(f"/{feed}/old", html("Rain in the north", "It will rain today."))
            self.show(feed, item(old, "Rain in the north"))
        self.begin()

    def page(self, path: str, content: str | Answer) -> str:
        answer = content if isinstance(content, Answer) else Answer(content.encode(), 200, HTML)
        return self.web.on(path, answer)

    def show(self, feed: str, *items: str | Answer) -> None:
        answer = items[0] if items and isinstance(items[0], Answer) else rss(*map(str, items))
        self.web.on(f"/{feed}.xml", answer)

    def walkout(self, feed: str) -> None:
        """A sound entry with a sound page."""
        link = self.page(f"/{feed}/walkout", html(*WALKOUT))
        self.show(feed, item(link, WALKOUT[0], "", self.clock.now()))

    def tender(self) -> None:
        """News of the good source, which must arrive whatever the bad one does."""
        link = self.page("/good/tender", html(*TENDER))
        self.show("good", item(link, TENDER[0], "", self.clock.now()))

    @property
    def told(self) -> list[str]:
        """Headlines in the channel."""
        return [m.text.partition(": ")[2] for m in self.sent if m.edits is None]

    def source_row(self, name: str = "bad") -> dict[str, Any]:
        return next(row for row in self.store.sources.overview() if row["id"] == name)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with running() as server:
        yield server


@pytest.fixture
def bench(tmp_path: Path, web: WebServer) -> Iterator[Bench]:
    with opened(tmp_path) as room:
        yield Bench(room.store, web)


def clear(line: str, *what: str) -> None:
    """One line that names ``what``, and says more than that."""
    assert "\n" not in line
    assert line == line.strip()
    for part in what:
        assert part in line
    assert "Traceback" not in line


def said(report: RunReport) -> list[str]:
    """What ``report`` notes, but for gaps: these feeds show one entry at a time."""
    return [line for line in report.problems if "nothing of its last answer" not in line]


# --- a source that is wrong -------------------------------------------------------------

BROKEN_SOURCES = {
    "no XML": (Answer(b"<!doctype html><title>Sorry</title><p>Moved.", 200, HTML), "HTML page"),
    "plain text": (Answer(b"out of order", 200, {"Content-Type": "text/plain"}), "out of order"),
    "nothing": (Answer(b"", 200, XML), "empty"),
    "404": (Answer(b"<h1>Not found</h1>", 404, HTML), "404"),
    "500": (Answer(b"", 500), "500"),
    "entity bomb": (Answer(b'<!DOCTYPE r [<!ENTITY a "b">]><rss/>', 200, XML), "entities"),
    "no HTTP": (Answer(raw=b"220 smtp ready\r\n\r\n"), "127.0.0.1"),
}


@pytest.mark.parametrize("case", BROKEN_SOURCES)
def test_a_feed_that_is_none(bench: Bench, case: str) -> None:
    answer, named = BROKEN_SOURCES[case]
    bench.show("bad", answer)
    bench.tender()
    report = bench.run()
    assert list(report.failures) == ["Bad"]
    clear(report.failures["Bad"], bench.web.url("/bad.xml"), named)
    row = bench.source_row()
    assert row["last_error"] == report.failures["Bad"]
    assert row["failures"] == 1
    assert "1 source failed" in report.headline()
    assert bench.told == [TENDER[0]]
    bench.walkout("bad")
    bench.later(40)
    bench.run()
    assert bench.told == [TENDER[0], WALKOUT[0]]
    assert bench.source_row()["last_error"] is None


def test_an_empty_feed_is_no_failure_and_what_comes_next_arrives(bench: Bench) -> None:
    bench.show("bad")
    bench.tender()
    report = bench.run()
    assert not report.failures
    row = bench.source_row()
    assert (row["last_state"], row["last_error"]) == ("empty", None)
    bench.walkout("bad")
    bench.later()
    bench.run()
    assert bench.told == [TENDER[0], WALKOUT[0]]


def test_a_dead_host(bench: Bench) -> None:
    port = dead_port()
    bad, good = bench.desk.watchlist.sources
    dead = Source(bad.id, bad.name, bad.kind, f"http://127.0.0.1:{port}/feed?token=s3cret-canary")
    bench.desk.watchlist = type(bench.desk.watchlist)((dead, good), bench.desk.watchlist.topics)
    bench.tender()
    report = bench.run()
    clear(report.failures["Bad"], f"127.0.0.1:{port}", "connection")
    assert "s3cret" not in json.dumps(report.as_json())
    assert bench.source_row()["last_error"] == report.failures["Bad"]
    assert bench.told == [TENDER[0]]


# --- an entry that lacks something ------------------------------------------------------


def test_an_entry_without_link(bench: Bench) -> None:
    other = bench.page("/bad/tender", html(*TENDER))
    bench.show("bad", item("", *WALKOUT[:2], bench.clock.now()), item(other, TENDER[0]))
    report = bench.run()
    assert not report.failures
    assert not said(report)
    assert report.fates == {"new": 2, "seen": 1}
    assert sorted(bench.told) == sorted([TENDER[0], WALKOUT[0]])
    assert "/" not in {seen.path for seen in bench.web.seen}


def test_an_entry_without_date(bench: Bench) -> None:
    link = bench.page("/bad/walkout", html(*WALKOUT))
    bench.show("bad", item(link, WALKOUT[0]))
    bench.run()
    assert bench.told == [WALKOUT[0]]
    article = bench.store.articles.find(link)
    assert article is not None
    assert article.published is None
    assert article.first_seen == bench.clock.now()


def test_an_entry_without_title(bench: Bench) -> None:
    link = bench.page("/bad/walkout", html(*WALKOUT))
    bench.show("bad", item(link, "", "", bench.clock.now()))
    bench.run()
    assert bench.told == [WALKOUT[0]]


def test_an_entry_with_nothing_but_a_dead_link(bench: Bench) -> None:
    bench.show("bad", item(bench.web.url("/bad/gone")))
    bench.tender()
    report = bench.run()
    assert report.fates == {"new": 1, "failed": 1}
    [line] = said(report)
    clear(line, "Bad", bench.web.url("/bad/gone"), "404")
    assert bench.source_row()["entries"]["failed"] == 1
    assert bench.told == [TENDER[0]]


# --- a page that is wrong ---------------------------------------------------------------

WALL = html("Before you continue", "We use cookies. Accept all cookies to continue reading.")
HUGE = [b"<p>Talks.</p>\n" * 75_000] * 50
BROKEN_PAGES = {
    "cookie wall": (Answer(WALL.encode(), 200, HTML), "cookie wall", "cookie"),
    "404": (Answer(b"<h1>Not found</h1>", 404, HTML), "error page", "404"),
    "50 MB": (
        Answer(headers=HTML, chunks=[b"<p>Talks.</p>\n" * 75_000] * 50),
        "too large",
        "10 MB",
    ),
    "50 MB announced": (Answer(headers=HTML, length=50_000_000), "too large", "10 MB"),
    "no HTML": (Answer(b"%PDF-1.7", 200, HTML), "not html", "HTML"),
    "nothing": (Answer(b"", 200, HTML), "empty", "empty"),
}


@pytest.mark.parametrize("case", BROKEN_PAGES)
def test_a_page_that_cannot_be_read(bench: Bench, case: str) -> None:
    answer, cause, named = BROKEN_PAGES[case]
    link = bench.page("/bad/walkout", answer)
    bench.show("bad", item(link, WALKOUT[0], WALKOUT[1], bench.clock.now()))
    bench.tender()
    report = bench.run()
    assert report.unreadable == {link: cause}
    [line] = said(report)
    clear(line, "Bad", link, named)
    assert sorted(bench.told) == sorted([WALKOUT[0], TENDER[0]])  # title and summary are news too
    assert bench.decision_on(link).passage == WALKOUT[1]


@pytest.mark.parametrize(
    ("written", "declared"),
    [("cp1252", "utf-8"), ("utf-8", "iso-8859-5"), ("cp1252", "utf-9"), ("cp1252", "")],
)
def test_a_page_in_a_wrong_charset(bench: Bench, written: str, declared: str) -> None:
    cited = "“Café owners, too, stand by the dock workers,” the mayor’s aide said in Orléans."
    body = html(WALKOUT[0], *WALKOUT[1:], cited).encode(written)
    named = {"Content-Type": f"text/html; charset={declared}" if declared else "text/html"}
    link = bench.page("/bad/walkout", Answer(body, 200, named))
    bench.show("bad", item(link, WALKOUT[0], "", bench.clock.now()))
    report = bench.run()
    assert said(report) == []
    assert bench.told == [WALKOUT[0]]
    article = bench.store.articles.find(link)
    assert article is not None
    assert cited in [passage.text for passage in article.passages]


def test_a_feed_in_a_wrong_charset(bench: Bench) -> None:
    title = "Dock workers at the harbour walk out over wages in Orléans"
    link = bench.page("/bad/walkout", html(title, *WALKOUT[1:]))
    head = '<?xml version="1.0" encoding="utf-8"?>'
    body = head.encode() + rss(item(link, title)).body.decode().encode("cp1252")
    bench.show("bad", Answer(body, 200, XML))
    bench.tender()
    assert not bench.run().failures
    assert sorted(bench.told) == sorted([title, TENDER[0]])


def test_a_page_on_a_dead_host_is_waited_for_and_arrives(bench: Bench) -> None:
    port = dead_port()
    link = f"http://127.0.0.1:{port}/walkout"
    bench.show("bad", item(link, WALKOUT[0], WALKOUT[1], bench.clock.now()))
    bench.tender()
    report = bench.run()
    assert report.fates == {"new": 1, "waiting": 1}
    [line] = said(report)
    clear(line, "Bad", link, "connection")
    assert bench.told == [TENDER[0]]
    for _ in range(4):
        bench.later()
        bench.run()
    assert bench.told == [TENDER[0], WALKOUT[0]]
    assert bench.source_row()["entries"] == {"baseline": 1, "new": 1}


# --- Slack ------------------------------------------------------------------------------


def test_a_wrong_slack_token(tmp_path: Path, web: WebServer) -> None:
    clock = FixedClock(NOW)
    with (
        LocalSlack(["#news"], clock=clock, rate_limit=False, token="xoxb-right") as slack,
        opened(tmp_path) as room,
    ):
        wrong = SlackNotifier("xoxb-wrong-canary", api_url=slack.api_url, clock=clock)
        bench = Bench(room.store, web, notifier=wrong)
        bench.tender()
        bench.walkout("bad")
        report = bench.run()
        assert report.verdicts["alert"] == 2
        [line] = said(report)
        clear(line, "#news", "token")
        assert "canary" not in json.dumps(report.as_json())
        assert bench.store.outbox.counts()[DeliveryState.PENDING] == 2
        assert line in bench.store.runs.latest()[0]["problems"]
        bench.desk.notifier = SlackNotifier("xoxb-right", api_url=slack.api_url, clock=clock)
        bench.later()
        assert bench.run().delivered == {"sent": 2}
        assert len(slack.messages) == 2


# --- the database -----------------------------------------------------------------------


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program writes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_a_database_that_is_locked(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "tidings.db"
    bench.tender()
    with held(path), pytest.raises(StoreBusy) as caught:
        bench.run()
    clear(str(caught.value), str(path), "lock", "Try again")
    bench.run()
    assert bench.told == [TENDER[0]]


def test_a_database_that_is_locked_in_the_middle_of_a_run(bench: Bench, tmp_path: Path) -> None:
    locks: list[Any] = []

    def page(_: Seen) -> Answer:
        connection = sqlite3.connect(
            tmp_path / "tidings.db", isolation_level=None, check_same_thread=False
        )
        connection.execute("BEGIN IMMEDIATE")
        locks.append(connection)
        return Answer(html(*TENDER).encode(), 200, HTML)

    link = bench.web.on("/good/tender", page, Answer(html(*TENDER).encode(), 200, HTML))
    bench.show("good", item(link, TENDER[0], "", bench.clock.now()))
    bench.walkout("bad")
    with pytest.raises(StoreBusy) as caught:
        bench.run()
    clear(str(caught.value), "tidings.db", "lock", "Try again")
    for connection in locks:
        connection.close()
    bench.later()
    bench.run()
    assert sorted(bench.told) == sorted([TENDER[0], WALKOUT[0]])


def test_a_database_that_is_full(tmp_path: Path, web: WebServer) -> None:
    path = tmp_path / "tidings.db"
    with opened(tmp_path) as room:
        Bench(room.store, web)
    database = open_database(f"sqlite:///{path}")

    @event.listens_for(database.engine, "connect")
    def no_more_pages(connection: Any, _record: Any) -> None:
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {count}")

    with closing(SqlStore(database)) as store, opened(tmp_path) as room:
        bench = Bench(room.store, web)
        full = Newsroom(store, now=bench.clock.now())
        full.desk.watchlist, full.desk.readers = bench.desk.watchlist, bench.desk.readers
        full.desk.fetcher = bench.desk.fetcher
        many = [item(web.url(f"/n{n}"), f"{n} {'Talks go on ' * 40}", "-") for n in range(60)]
        link = bench.page("/good/tender", html(*TENDER))
        bench.show("good", item(link, TENDER[0]), *many)
        line = _line_of(full)
        clear(line, str(path), "no space is left", "Free disk space")
        assert full.sent == []
        bench.later()
        bench.run(["good"])
        assert bench.told == [TENDER[0]]


def _line_of(room: Newsroom) -> str:
    """The line about the full database, raised or in the report."""
    try:
        report: RunReport = room.run(["good"])
    except StoreFull as error:
        return str(error)
    return report.failures["Good"]


# --- what a person sees -----------------------------------------------------------------

WATCH = """\
sources:
  - {name: Bad, kind: feed, url: "http://127.0.0.1:9/bad.xml"}
topics:
  harbour:
    name: Harbour strike
    description: Dock workers walk out.
    sensitivty: strict
"""


@pytest.mark.parametrize("command", [["check", "--offline"], ["run", "--once"]])
def test_a_watch_list_with_a_typo(tmp_path: Path, command: list[str]) -> None:
    watch = tmp_path / "watch.yaml"
    watch.write_text(WATCH, encoding="utf-8")
    code = "from monitors.cli import main; main()"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "300",
        "TIDINGS_WATCH": str(watch),
        "TIDINGS_DATABASE_URL": f"sqlite:///{tmp_path / 'tidings.db'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    lines = [x for x in (done.stdout + done.stderr).splitlines() if f"{watch}:7" in x]
    assert len(lines) == 1
    clear(lines[0].strip(), "sensitivty", "sensitivity")
    assert "Traceback" not in done.stderr


def _tidings(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    watch = folder / "watch.yaml"
    watch.write_text(WATCH.replace("sensitivty", "sensitivity"), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TIDINGS_WATCH", str(watch))
    monkeypatch.setenv("TIDINGS_DATABASE_URL", f"sqlite:///{folder / 'tidings.db'}")
    monkeypatch.setattr(sys, "argv", ["tidings", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


def test_sources_shows_what_is_wrong_with_a_source(
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench.show("bad", Answer(b"<!doctype html><title>Sorry</title>", 200, HTML))
    bench.run()
    assert _tidings(monkeypatch, tmp_path, "sources", "--json") == 0
    [row] = json.loads(capsys.readouterr().out)
    clear(row["problem"], "Bad", "HTML page")
    assert row["failures"] == 1


@pytest.mark.parametrize("case", ["locked", "damaged", "a folder that cannot be made"])
def test_a_database_that_cannot_be_used_is_one_line_and_exit_code_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: str,
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "tidings.db"
    path.write_bytes(b"no database" * 500 if case == "damaged" else empty_database())
    if case == "locked":
        with held(path):
            code = _tidings(monkeypatch, folder, "run", "--once")
    else:
        if case.startswith("a folder"):
            monkeypatch.setattr(Path, "mkdir", _refused)
        code = _tidings(monkeypatch, folder, "run", "--once")
    assert code == 1
    [line] = capsys.readouterr().err.splitlines()
    clear(line, "tidings: ", str(path))


def _refused(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")

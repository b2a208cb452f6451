"""A desk on a real SQLite file with sources, pages and models that are written by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitors import pipeline
from monitors.articles.extract import TrafilaturaExtractor
from monitors.clock import FixedClock
from monitors.desk import Desk
from monitors.errors import NotAFeed
from monitors.model import (
    Decision,
    Entry,
    Fate,
    Message,
    Poll,
    PollState,
    Source,
    SourceState,
    Tier,
    Topic,
    Watchlist,
)
from monitors.ports import Fetcher, Notifier, SourceReader, Store
from monitors.runs import RunReport
from monitors.store import open_store
from monitors.testing import FakeFetcher, MemoryNotifier, WordEncoder, plain_calibration

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)

HARBOUR = Topic(
    "harbour",
    "Harbour strike",
    "Dock workers at the harbour walk out over wages, and how their strike goes.",
    channel="#news",
)
BRIDGE = Topic(
    "bridge",
    "Bridge repair",
    "Engineers repair the Albert bridge: tenders, costs and traffic on the bridge.",
    channel="#news",
)
SOURCES = (
    Source("courier", "Courier", "list", "", Tier.PRESS),
    Source("herald", "Herald", "list", "", Tier.PRESS),
    Source("wire", "Wire", "list", "", Tier.WIRE),
)

WALKOUT = (
    "Dock workers at the harbour walk out over wages",
    (
        "Dock workers at the harbour began a strike over wages on Monday after talks with the port"
        " operator failed."
    ),
    "The strike at the harbour affects all terminals, the dock workers said.",
)
WALKOUT_TOO = (
    "Harbour: dock workers walk out over wages",
    (
        "Dock workers at the harbour started their strike over wages on Monday. Cranes stand idle"
        " since six."
    ),
    "All terminals of the harbour are affected by the strike of the dock workers.",
)
BALLOT = (
    "Harbour strike: arbitrator invited by dock workers and port owners for Thursday",
    (
        "An arbitrator has been invited by dock workers and owners to mediate the harbour strike"
        " over wages."
    ),
    "Hearings about overtime and pensions are scheduled in the customs house.",
)
TENDER = (
    "Engineers win tender to repair the Albert bridge",
    (
        "A team of engineers was awarded the tender to repair the Albert bridge, and traffic will"
        " be diverted."
    ),
    "Repair of the bridge costs 30 million crowns.",
)
SPORT = (
    "Goalkeeper injured before cup final",
    "The goalkeeper hurt his knee in training and misses the final.",
)
MAYBE = (
    "Dock workers at the harbour may walk out over wages",
    "Dock workers at the harbour may strike over wages, two people said.",
)
OPINION = (
    "Opinion: why dock workers at the harbour should strike over wages",
    "Opinion: dock workers at the harbour should strike over wages, and walk out soon.",
)


class ListReader:
    """Sources whose lists are written by the test.

    :ivar listed: source id to entries with the time from which they are shown
    :ivar faults: source id to what its next polls raise, or a poll they give
    :ivar answers: source id to further fields of its polls
    :ivar validators: source id to the ETags that it was asked with
    :ivar addresses: source id to the addresses that it was asked at
    """

    def __init__(self) -> None:
        self.listed: dict[str, list[tuple[datetime, Entry]]] = {}
        self.faults: dict[str, Exception | Poll] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.validators: dict[str, list[str | None]] = {}
        self.addresses: dict[str, list[str]] = {}
        self.asked: list[str] = []

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        self.asked.append(source.id)
        self.validators.setdefault(source.id, []).append(state.etag)
        self.addresses.setdefault(source.id, []).append(source.url)
        await asyncio.sleep(0)
        fault = self.faults.get(source.id)
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            return fault
        shown = tuple(entry for at, entry in self.listed.get(source.id, ()) if at <= now)
        answer = PollState.OK if shown else PollState.EMPTY
        return Poll(source.id, answer, now, shown, **self.answers.get(source.id, {}))


class Newsroom:
    """Clock, sources, pages, store and a notifier that remembers; what a test turns on."""

    def __init__(
        self,
        store: Store,
        *,
        topics: tuple[Topic, ...] = (HARBOUR, BRIDGE),
        sources: tuple[Source, ...] = SOURCES,
        readers: Mapping[str, SourceReader] | None = None,
        fetcher: Fetcher | None = None,
        notifier: Notifier | None = None,
        now: datetime = NOW,
    ) -> None:
        self.clock = FixedClock(now)
        self.wall = FixedClock(now)
        self.reader = ListReader()
        self.pages = FakeFetcher()
        self.store = store
        self.memory = MemoryNotifier(self.clock)
        encoder = WordEncoder()
        self.desk = Desk(
            watchlist=Watchlist(sources, topics),
            clock=self.clock,
            store=store,
            fetcher=fetcher or self.pages,
            readers=readers or {"list": self.reader},
            extractor=TrafilaturaExtractor(),
            screen=encoder,
            reader=encoder,
            matcher=encoder,
            calibration=plain_calibration(encoder),
            notifier=notifier or self.memory,
            message_spacing=0.0,
            wall=self.wall,
        )

    def publish(
        self,
        source_id: str,
        slug: str,
        text: tuple[str, ...] = (),
        *,
        at: datetime | None = None,
        **changes: Any,
    ) -> Entry:
        """List an entry that carries its full text (title first), from ``at`` on."""
        title, paragraphs = (text[0], text[1:]) if text else ("", ())
        at = at or self.clock.now()
        values = {
            "source_id": source_id,
            "url": url_of(source_id, slug),
            "title": title,
            "published": at,
            "language": "en",
            "paragraphs": paragraphs,
        }
        entry = Entry(**(values | changes))
        self.reader.listed.setdefault(source_id, []).append((at, entry))
        return entry

    def run(self, only: Collection[str] = (), *, dry: bool = False) -> RunReport:
        """One pass of a new process, as cron would start it."""
        return asyncio.run(self._pass(only, dry))

    async def _pass(self, only: Collection[str], dry: bool) -> RunReport:
        try:
            return await pipeline.run(self.desk, only, dry=dry)
        finally:
            await self.desk.fetcher.close()

    def begin(self) -> None:
        """The silent first look, and then a quarter of an hour."""
        self.run()
        self.later()

    def later(self, minutes: float = 15) -> None:
        """Let time pass, on both clocks."""
        self.clock.advance(minutes * MINUTES)
        self.wall.advance(minutes * MINUTES)

    @property
    def sent(self) -> list[Message]:
        return self.memory.sent

    def decision(self, slug: str, topic: Topic = HARBOUR) -> Decision:
        """The one decision on an article, found by its slug."""
        found = [
            decision
            for source in self.desk.watchlist.sources
            if (article := self.store.articles.find(url_of(source.id, slug)))
            for decision in self.store.decisions.decisions(
                article_id=article.id, topic_id=topic.id
            )
        ]
        assert len(found) == 1, found
        return found[0]

    def decision_on(self, url: str, topic: Topic = HARBOUR) -> Decision:
        """The one decision on the article at ``url``."""
        article = self.store.articles.find(url)
        assert article is not None
        [found] = self.store.decisions.decisions(article_id=article.id, topic_id=topic.id)
        return found

    def fates(self, source_id: str) -> dict[Fate, int]:
        """What became of the entries of a source, as the overview shows it."""
        rows = {row["id"]: row for row in self.store.sources.overview()}
        return dict(rows[source_id]["entries"])


def url_of(source_id: str, slug: str) -> str:
    return f"https://{source_id}.example/news/{slug}"


def html(title: str, *paragraphs: str) -> str:
    """A plain article page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )


def not_a_feed(name: str) -> NotAFeed:
    return NotAFeed(f"source '{name}'", "no feed, but an HTML page", "Correct 'url'")


@cache
def empty_database() -> bytes:
    """A database file with the schema; migrating once is enough."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        store = open_store(f"sqlite:///{path}")
        store.migrate()
        store.close()
        return path.read_bytes()


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[Newsroom]:
    """A newsroom on a database in ``folder``."""
    path = folder / "tidings.db"
    if not path.exists():
        path.write_bytes(empty_database())
    store = open_store(f"sqlite:///{path}", busy_timeout=0.5)
    try:
        yield Newsroom(store, **options)
    finally:
        store.close()

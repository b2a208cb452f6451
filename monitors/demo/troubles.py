"""Troubles: the demo newsroom where sources fail in every way, for ``tidings sources``.

The newsroom's two months pass in 32 hours, of which 30 are played, with a look every quarter
of an hour, each outlet on a host of its own (127.0.0.2, 127.0.0.3, ...). One dies, one begins
to block, one becomes slow, one lies about its ETag, one lists only its newest article; two
are well, of which one is asked once an hour because the watch list says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors import pipeline
from monitors.articles.extract import TrafilaturaExtractor
from monitors.clock import FixedClock
from monitors.demo.clock import hurried
from monitors.demo.feeds import feed_path
from monitors.demo.play import newsroom_folder
from monitors.demo.server import Fault, NewsroomServer
from monitors.desk import Desk
from monitors.fetch.client import HttpFetcher
from monitors.model import Source, Topic, Watchlist
from monitors.ports import Store
from monitors.runs import RunReport
from monitors.sources import READERS
from monitors.streams import LabelledStream, load_stream
from monitors.testing import MemoryNotifier, WordEncoder, plain_calibration

FASTER = 48
LOOK = timedelta(minutes=15)
OPERATORS = "#ops"

TROUBLES: Mapping[str, tuple[Fault | None, timedelta]] = {
    "meridian-wire": (None, timedelta(0)),
    "volga-press": ("rolling", timedelta(0)),
    "capitol-ledger": ("lying-etag", timedelta(0)),
    "compliance-desk": (None, timedelta(0)),
    "spreekurier": ("blocked", timedelta(hours=16)),
    "depeche-du-quai": ("dead", timedelta(hours=2)),
    "dnipro-visnyk": ("slow", timedelta(hours=20)),
}
"""Outlet to what is wrong with it, and from when on."""


@dataclass
class Troubled:
    """The world after it was played.

    :param reports: of every run
    :param told: headline and lines of what the operators were told, in order
    """

    store: Store
    watchlist: Watchlist
    now: datetime
    reports: list[RunReport]
    told: list[tuple[str, tuple[str, ...]]]


def play(store: Store, looks: int = 120, *, patience: float = 0.5) -> Troubled:
    """Play the newsroom into ``store``, which is migrated and empty.

    :param looks: how many runs
    :param patience: seconds after which an answer that has not come is given up
    """
    written = load_stream(newsroom_folder())
    begins = written.articles[0].published
    stream = hurried(written, begins, begins, FASTER)
    start = min(article.published for article in stream.articles)
    clock = FixedClock(start)
    with ExitStack() as stack:
        servers = {}
        for number, name in enumerate(TROUBLES, start=2):
            host = f"127.0.0.{number}"
            late = timedelta(seconds=4 * patience)
            server = NewsroomServer(stream, clock, host, slow_by=late)
            servers[name] = stack.enter_context(server)
        watchlist = Watchlist(
            tuple(_source(stream, name, servers[name]) for name in TROUBLES),
            tuple(_topic(topic) for topic in stream.topics),
            OPERATORS,
        )
        desk = _desk(watchlist, store, clock, patience)
        reports = asyncio.run(_run(desk, clock, servers, looks))
    rows = sorted(store.outbox.rows(limit=1000), key=lambda row: row.id)
    notices = [row.alert for row in rows if row.alert.channel == OPERATORS]
    told = [(alert.headline, alert.body) for alert in notices]
    return Troubled(store, watchlist, clock.now(), reports, told)


async def _run(
    desk: Desk, clock: FixedClock, servers: Mapping[str, NewsroomServer], looks: int
) -> list[RunReport]:
    start, reports = clock.now(), []
    try:
        for _ in range(looks):
            clock.advance(LOOK)
            for name, (fault, since) in TROUBLES.items():
                if fault is not None and clock.now() - start >= since:
                    servers[name].faults[name] = fault
            reports.append(await pipeline.run(desk))
    finally:
        await desk.fetcher.close()
    return reports


def _desk(watchlist: Watchlist, store: Store, clock: FixedClock, patience: float) -> Desk:
    words = WordEncoder()
    fetcher = HttpFetcher(
        allow_hosts={"127.0.0.0/8"}, clock=clock, spacing=0.0, deadline=patience, dice=lambda: 0.5
    )
    return Desk(
        watchlist=watchlist,
        clock=clock,
        store=store,
        fetcher=fetcher,
        readers={kind: make() for kind, make in READERS.items()},
        extractor=TrafilaturaExtractor(),
        screen=words,
        reader=words,
        matcher=words,
        calibration=plain_calibration(words),
        notifier=MemoryNotifier(clock),
        message_spacing=0.0,
        dice=lambda: 0.5,
    )


def _source(stream: LabelledStream, name: str, server: NewsroomServer) -> Source:
    known = stream.sources[name]
    kind = "sitemap" if known.feed_kind == "sitemap" else "feed"
    url = server.base_url + feed_path(server.outlets[name])
    written = name == "compliance-desk"
    every = timedelta(hours=1) if written else LOOK
    return Source(
        name, known.name, kind, url, known.tier, known.language, every, adaptive=not written
    )


def _topic(topic: Topic) -> Topic:
    return replace(topic, channel="#news")

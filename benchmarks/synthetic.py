"""Made-up outlets that print articles of the labelled streams: for measuring growth.

Entries carry their text, so that nothing is fetched, and the encoder is
:class:`~monitors.testing.WordEncoder`, so that no model is loaded: what is measured is
everything else, and the database above all.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from monitors.articles.extract import TrafilaturaExtractor
from monitors.clock import Clock
from monitors.desk import Desk
from monitors.model import (
    Entry,
    Message,
    Picture,
    Poll,
    PollState,
    Receipt,
    Source,
    SourceState,
    Tier,
    Topic,
    Watchlist,
)
from monitors.ports import Fetcher, Store
from monitors.shards import WHOLE, Shard
from monitors.streams import StreamArticle, load_stream
from monitors.testing import FakeFetcher, WordEncoder, plain_calibration

NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)
TICK = timedelta(minutes=15)
STREAMS = Path(__file__).parent / "streams"
DIMENSIONS = 512


@cache
def texts() -> tuple[StreamArticle, ...]:
    """The articles of all streams, in one order."""
    folders = sorted(path for path in STREAMS.iterdir() if path.is_dir())
    found = [article for folder in folders for article in load_stream(folder).articles]
    return tuple(sorted(found, key=lambda a: _hash(a.title)))


@cache
def topics() -> tuple[Topic, ...]:
    folders = sorted(path for path in STREAMS.iterdir() if path.is_dir())
    return tuple(
        replace(topic, channel="#news")
        for folder in folders
        for topic in load_stream(folder).topics
    )


def sources(count: int, *, adaptive: bool = False) -> tuple[Source, ...]:
    """Outlets with a host each.

    :param adaptive: their intervals follow what they print, as where ``watch.yaml`` writes none
    """
    return tuple(
        Source(f"o{n}", f"Outlet {n}", "made-up", f"https://o{n}.example/feed", Tier.PRESS,
               every=TICK, adaptive=adaptive)
        for n in range(count)
    )  # fmt: skip


class Outlets:
    """A reader of sources whose entries follow from the time and their name alone.

    :param per_tick: entries of all sources together in one tick
    """

    def __init__(self, count: int, per_tick: int) -> None:
        self._count = count
        self._per_tick = per_tick
        self._ticks: dict[int, dict[int, list[Entry]]] = {}

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        """What the source lists: its last day, at most ten entries; unchanged, its ETag alone."""
        last = round((now - NOW) / TICK)
        ours = int(source.id[1:])
        ticks = range(max(1, last - 95), last + 1)
        printed = (entry for tick in ticks for entry in self._printed(tick).get(ours, ()))
        shown = (self._old(source), *printed)[-10:]
        etag = f"{_hash(' '.join(entry.url for entry in shown)):x}"
        if etag == state.etag:
            return Poll(source.id, PollState.NOT_MODIFIED, now, etag=etag)
        return Poll(source.id, PollState.OK, now, shown, etag=etag)

    def _printed(self, tick: int) -> dict[int, list[Entry]]:
        """What all sources print in a tick, by the number of the source."""
        if tick in self._ticks:
            return self._ticks[tick]
        self._ticks.pop(tick - 2 * 96, None)
        found = self._ticks[tick] = {}
        for number in range(self._per_tick):
            ours = _hash(f"{tick}/{number}") % self._count
            text = texts()[(tick * self._per_tick + number) % len(texts())]
            at = NOW + tick * TICK - timedelta(seconds=_hash(f"{number}|{tick}") % 800)
            found.setdefault(ours, []).append(
                Entry(
                    f"o{ours}", f"https://o{ours}.example/{tick}/{number}", text.title,
                    text.summary, at, language=text.language, paragraphs=text.paragraphs,
                )
            )  # fmt: skip
        return found

    def _old(self, source: Source) -> Entry:
        words = f"{source.name} opened its page"
        return Entry(source.id, f"{source.url}/old", words, words, NOW, paragraphs=(words,))


class Counting:
    """A notifier that takes everything and keeps nothing but a count."""

    def __init__(self, clock: Clock) -> None:
        self.sent = 0
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        self.sent += 1
        stamp = f"{self._clock.now().timestamp():.0f}.{self.sent:06d}"
        return Receipt("C1", message.edits or stamp)

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        return None

    def illustrate(self, receipt: Receipt, picture: Picture) -> None:
        return None


def desk(
    store: Store, clock: Clock, wall: Clock, count: int, per_tick: int, shard: Shard = WHOLE
) -> Desk:
    """A desk on ``store`` that watches made-up outlets for the streams' topics."""
    encoder = WordEncoder(DIMENSIONS)
    return Desk(
        watchlist=Watchlist(sources(count), topics()),
        clock=clock,
        store=store,
        fetcher=FakeFetcher(),
        readers={"made-up": Outlets(count, per_tick)},
        extractor=TrafilaturaExtractor(),
        screen=encoder,
        reader=encoder,
        matcher=encoder,
        calibration=plain_calibration(encoder),
        notifier=Counting(clock),
        message_spacing=0.0,
        wall=wall,
        dice=lambda: 0.0,
        shard=shard,
    )


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])

"""Replay a labelled stream through the pipeline, the clock at each article's own time.

Each article is listed, read, understood and decided as in a run; nothing later is visible
when it is decided. Only what does not depend on time, the encoding of texts, is done in
large batches ahead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from monitors.calibration import load_calibration
from monitors.clock import FixedClock, SystemClock
from monitors.decide.calibration import Calibration
from monitors.desk import Desk
from monitors.errors import FetchError
from monitors.evaluate.records import DecisionRecord, record_of
from monitors.model import (
    Article,
    Decision,
    Entry,
    Message,
    Page,
    Picture,
    Poll,
    PollState,
    Receipt,
    Source,
    SourceState,
    Watchlist,
)
from monitors.pipeline import new_report
from monitors.ports import Encoder, Judge, Store
from monitors.runs import RunReport
from monitors.steps.decide import decide, open_bench
from monitors.steps.read import read
from monitors.steps.understand import understand
from monitors.store import open_store
from monitors.streams import LabelledStream, StreamArticle
from monitors.vectors.cache import CachedEncoder

Progress = Callable[[str, int, int], None]
Encoders = tuple[CachedEncoder, CachedEncoder, CachedEncoder]
BATCH = 32
ANY_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay gave.

    :param records: a record for each article and topic that passed the screen
    :param decisions: the same as the pipeline stored them, newest last
    """

    records: tuple[DecisionRecord, ...]
    decisions: tuple[Decision, ...]
    report: RunReport


def replay(
    stream: LabelledStream,
    folder: Path,
    screen: Encoder,
    reader: Encoder,
    matcher: Encoder,
    progress: Progress = lambda step, done, of: None,
    calibration: Calibration | None = None,
    judge: Judge | None = None,
) -> Replay:
    """Decide on every article of ``stream`` in order. Labels are not looked at.

    :param folder: where the replay's own database is made
    :param calibration: the model's own unless another is handed in
    :param progress: called with a step's name, how much is done, and of how much
    :param judge: asked whatever is borderline, without a budget
    :raises EncoderError: a model cannot be used, or has no calibration
    """
    clock = FixedClock(stream.articles[0].published - timedelta(hours=1))
    store = open_store(f"sqlite:///{folder / 'replay.db'}")
    try:
        store.migrate()
        desk = replay_desk(stream, clock, store, screen, reader, matcher, calibration)
        desk.judge, desk.judge_calls_a_run, desk.judge_calls_a_day = judge, ANY_NUMBER, ANY_NUMBER
        report = new_report(desk)
        stream_ids = {}
        for count, row in enumerate(stream.articles, start=1):
            stream_ids[arrive(desk, clock, row, report).id] = row.id
            progress("read", count, len(stream.articles))
        decisions = _decide_all(desk, clock, report, progress)
    finally:
        store.close()
    records = tuple(record_of(decision, stream_ids) for decision in decisions)
    return Replay(records, tuple(decisions), report)


@contextmanager
def remembering(file: Path, encoders: tuple[Encoder, Encoder, Encoder]) -> Iterator[Encoders]:
    """Screen, reader and matcher that encode no text twice, however often it is replayed.

    :param file: a SQLite file for the vectors, made where it is missing
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    store = open_store(f"sqlite:///{file}")
    clock = SystemClock()
    try:
        store.migrate()
        screen, reader, matcher = (CachedEncoder(each, store.vectors, clock) for each in encoders)
        yield screen, reader, matcher
    finally:
        store.close()


def replay_desk(
    stream: LabelledStream,
    clock: FixedClock,
    store: Store,
    screen: Encoder,
    reader: Encoder,
    matcher: Encoder,
    calibration: Calibration | None = None,
) -> Desk:
    """A desk on which nothing is fetched and nobody is told; topics and sources are known.

    :param calibration: the model's own unless another is handed in, as while learning
    """
    sources = tuple(
        Source(s.id, s.name, "folder", s.id, s.tier, s.language) for s in stream.sources.values()
    )
    store.decisions.finish_baseline([topic.id for topic in stream.topics], clock.now())
    for source in sources:  # an empty first poll ends the baseline of a source
        known = SourceState(source.id, baseline_done=True)
        store.sources.save_poll(Poll(source.id, PollState.EMPTY, clock.now()), known)
    return Desk(
        watchlist=Watchlist(sources, stream.topics),
        clock=clock,
        store=store,
        fetcher=_NoNetwork(),
        readers={},
        extractor=_NoPages(),
        screen=CachedEncoder(screen, store.vectors, clock),
        reader=CachedEncoder(reader, store.vectors, clock),
        matcher=CachedEncoder(matcher, store.vectors, clock),
        calibration=calibration or load_calibration(reader.model_id),
        notifier=_Silence(),
    )


def arrive(desk: Desk, clock: FixedClock, row: StreamArticle, report: RunReport) -> Article:
    """List and read one article at its time.

    :raises FetchError: the stream's article could not be read
    """
    clock.set(row.published)
    entry = Entry(
        source_id=row.source,
        url=f"https://{row.source}.stream.example/{row.slug.lstrip('/')}",
        title=row.title,
        summary=row.summary,
        published=row.published,
        published_raw=row.published.isoformat(),
        language=row.language,
        paragraphs=row.paragraphs,
    )
    state = desk.store.sources.states([row.source])[row.source]
    poll = Poll(row.source, PollState.OK, row.published, (entry,))
    desk.store.sources.save_poll(poll, replace(state, baseline_done=True))
    asyncio.run(read(desk, report))
    stored = desk.store.articles.find(entry.url)
    if stored is None:
        raise FetchError(row.id, "the article of the stream could not be read")
    return stored


def _decide_all(
    desk: Desk, clock: FixedClock, report: RunReport, progress: Progress
) -> list[Decision]:
    articles = desk.store.articles.undecided(1_000_000)
    bench = open_bench(desk)
    decisions: list[Decision] = []
    for start in range(0, len(articles), BATCH):
        batch = articles[start : start + BATCH]
        for reading in understand(desk, batch):
            clock.set(reading.article.first_seen)
            decide(desk, bench, [reading], report)
            decisions += desk.store.decisions.decisions(article_id=reading.article.id)
        progress("decide", start + len(batch), len(articles))
    return decisions


class _NoNetwork:
    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        robots: bool = False,
    ) -> Page:
        raise FetchError(url, "a replay fetches nothing")

    async def close(self) -> None:
        return None


class _NoPages:
    def extract(self, page: Page):  # type: ignore[no-untyped-def]
        raise FetchError(page.url, "a replay has no pages")


class _Silence:
    def send(self, message: Message) -> Receipt:
        return Receipt(message.channel, "0")

    def find(self, channel, alert_key, since):  # type: ignore[no-untyped-def]
        return None

    def illustrate(self, receipt: Receipt, picture: Picture) -> None: ...

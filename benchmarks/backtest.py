"""A backtest over synthetic stored articles, all vectors cached: ``make bench``.

Each article has a title, a lead and some passages with random vectors; one in five passes the
topic's screen, as general news do, and one in a hundred is on the topic. The
baseline is a bare matrix product of the same screen vectors with the topic's. What counts is
the ratio, in processor seconds; both depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from monitors.articles.extract import TrafilaturaExtractor
from monitors.backtest import Backtest, VectorsInMemory, backtest
from monitors.clock import FixedClock
from monitors.decide.fit import unit
from monitors.desk import Desk
from monitors.model import Article, Passage, PassageKind, Source, Topic, Vector, Watchlist
from monitors.store import SqlStore, open_store
from monitors.store.codec import dump_passages
from monitors.store.rows import number
from monitors.store.tables import articles, vectors
from monitors.testing import FakeFetcher, MemoryNotifier, plain_calibration
from monitors.vectors.cache import CachedEncoder, text_key

NOW = datetime(2025, 6, 1, tzinfo=UTC)
A_DAY = 1000
PASSAGES = 6
YEAR = 365 * A_DAY
GOAL = 60.0
SCREEN, READER = 192, 384
TOPIC = Topic("harbour", "Harbour strike", "Dock workers walk out at the harbour.")


class RandomEncoder:
    """A random vector for each text, the same in every process; two stars are near the topic."""

    def __init__(self, name: str, dimensions: int) -> None:
        self.model_id, self.dimensions = name, dimensions
        self._near = unit(np.random.default_rng(1).normal(size=dimensions).astype(np.float32))

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit rows, shape (n, d)."""
        return unit(np.stack([self._one(text) for text in texts]))

    def _one(self, text: str) -> Vector:
        rows = np.random.default_rng(int(text_key(text)[:12], 16))
        noise = unit(rows.normal(size=self.dimensions).astype(np.float32))
        pull = 4.0 if text.startswith(("**", "Harbour", "Dock")) else self._pull(text)
        drawn: Vector = noise + np.float32(pull) * self._near
        return drawn

    def _pull(self, text: str) -> float:
        """One star passes the screen only: the careful encoder sees that it is another matter."""
        if text.startswith("*") and self.model_id == "screen":
            return 0.3
        return -0.3 if text.startswith(("*", "-")) else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=12)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(Path(folder), days), indent=1))


def measured(folder: Path, days: int) -> dict[str, float]:
    """Seconds, articles a second and the ratio to a bare product, for so many days."""
    path = f"sqlite:///{folder / 'bench.db'}"
    store = open_store(path)
    store.migrate()
    screen, reader = RandomEncoder("screen", SCREEN), RandomEncoder("reader", READER)
    bare = fill(path, days, screen, reader)
    desk = desk_on(store, screen, reader)
    plan = Backtest(NOW, days)
    kept = VectorsInMemory(store.vectors)
    backtest(desk, desk.watchlist, TOPIC, Backtest(NOW, 1), kept)  # word lists are loaded once
    started, spent = time.perf_counter(), time.process_time()
    version = backtest(desk, desk.watchlist, TOPIC, plan, kept)
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    store.close()
    count = version.articles
    return {
        "articles": count,
        "passed the screen": version.screened,
        "on topic": sum(1 for row in version.own.rows if row.decision.development_id),
        "alerts": len(version.own.alerts),
        "seconds": round(seconds, 2),
        "processor seconds": round(spent, 2),
        "articles a second": round(count / seconds),
        "articles a processor second": round(count / spent),
        "times a bare matrix product": round(spent / bare),
        "a year of 1,000 a day, processor seconds": round(spent * YEAR / count, 1),
        "goal, seconds": GOAL,
    }


def desk_on(store: SqlStore, screen: RandomEncoder, reader: RandomEncoder) -> Desk:
    """A desk whose encoders remember in ``store``."""
    clock = FixedClock(NOW)
    cached = CachedEncoder(reader, store.vectors, clock)
    return Desk(
        watchlist=Watchlist((Source("wire", "Wire", "feed", ""),), (TOPIC,)),
        clock=clock,
        store=store,
        fetcher=FakeFetcher(),
        readers={},
        extractor=TrafilaturaExtractor(),
        screen=CachedEncoder(screen, store.vectors, clock),
        reader=cached,
        matcher=cached,
        calibration=plain_calibration(reader),
        notifier=MemoryNotifier(clock),
    )


def fill(path: str, days: int, screen: RandomEncoder, reader: RandomEncoder) -> float:
    """Store articles and their vectors; returns the seconds of a bare product over them."""
    engine = sa.create_engine(path)
    topic = screen.encode([f"{TOPIC.name}. {TOPIC.description}"])
    bare = 0.0
    for made in _days(days):
        texts = list({p.text for article in made for p in article.passages})
        rows = screen.encode(texts)
        started = time.process_time()
        (rows @ topic.T).max(axis=1)
        bare += time.process_time() - started
        starred = [a for a in made if a.title.startswith("*")]
        close = [t for a in starred for t in (a.lead, *(p.text for p in a.passages))]
        with engine.begin() as connection:
            connection.execute(sa.insert(articles), [_row(article) for article in made])
            connection.execute(sa.insert(vectors), _vectors("screen", texts, rows))
            close = list(dict.fromkeys(close))
            connection.execute(sa.insert(vectors), _vectors("reader", close, reader.encode(close)))
    engine.dispose()
    return bare


def _days(days: int) -> Iterator[list[Article]]:
    for day in range(days):
        start = NOW - timedelta(days=days - day)
        yield [_article(day, n, start + n * timedelta(days=1) / A_DAY) for n in range(A_DAY)]


def _article(day: int, number: int, seen: datetime) -> Article:
    star = "**" if number % 100 == 0 else "*" if number % 5 == 0 else "-"
    said = f"reported by the correspondent on day {day} in item {number}, with some more words"
    passages = tuple(
        Passage(i, kind, f"{star}{kind.value} {i} {said}. {('And so on. ' * 20) if i else ''}")
        for i, kind in enumerate(
            [PassageKind.TITLE, PassageKind.LEAD, *[PassageKind.BODY] * (PASSAGES - 2)]
        )
    )
    name = f"{day}-{number}"
    return Article(
        f"A-{name}", "wire", f"https://wire.example/{name}", passages[0].text, passages, name,
        seen, seen, "en",
    )  # fmt: skip


def _row(article: Article) -> dict[str, object]:
    return {
        "id": article.id,
        "source_id": article.source_id,
        "url": article.url,
        "url_key": article.id,
        "revision": 0,
        "title": article.title,
        "passages": dump_passages(article.passages),
        "fingerprint": article.fingerprint,
        "first_seen": article.first_seen,
        "published": article.published,
        "language": article.language,
        "decided": True,
    }


def _vectors(model: str, texts: Sequence[str], rows: Vector) -> list[dict[str, object]]:
    return [
        {"key": number(model, text_key(text)), "created_at": NOW, "vector": row}
        for text, row in zip(texts, rows, strict=True)
    ]


if __name__ == "__main__":
    main()

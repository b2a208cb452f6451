"""Whether an article costs more as topics and memory grow: ``make bench``.

The real understand and decide steps on a real store, with encoders that draw vectors instead
of reading: what encoding costs does not depend on how much is watched or known, so it is
measured apart (``benchmarks.path``) and added to both sides. Developments that were told are
spread over three years and over the topics.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.backtest import READER, RandomEncoder
from monitors.articles.extract import TrafilaturaExtractor
from monitors.clock import FixedClock
from monitors.decide.fit import unit
from monitors.desk import Desk
from monitors.facts import facts_of
from monitors.model import Article, Passage, PassageKind, Source, Topic, Vector, Watchlist
from monitors.pipeline import new_report
from monitors.steps.decide import decide, open_bench
from monitors.steps.understand import understand
from monitors.store import open_store
from monitors.store.codec import dump_facts
from monitors.testing import FakeFetcher, MemoryNotifier, plain_calibration
from monitors.vectors.cache import text_key

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ARTICLES, PASSAGES, ROUNDS = 64, 6, 3
YEARS = 3
LEAD = "Harbour workers in Valletta walk out on 3 March over 12 percent of pay, the union said."


@dataclass(frozen=True)
class Size:
    """How much is watched and known."""

    topics: int = 10
    told: int = 1_000


class Drawn(RandomEncoder):
    """Topics lie apart; an article is as near to them as general news are: one in five passes."""

    def _one(self, text: str) -> Vector:
        about = text.partition(" this is passage")[0]
        drawn = np.random.default_rng(int(text_key(about)[:12], 16)).normal(size=self.dimensions)
        return unit(drawn.astype(np.float32))

    def _pull(self, text: str) -> float:
        return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--told", type=int, default=1_000_000)
    told = parser.parse_args().told
    for size in sizes(told):
        print(size, [f"{1000 * one:.1f} ms" for one in cost(size)], flush=True)


def sizes(told: int) -> list[Size]:
    return [Size(), Size(topics=100), Size(topics=1000), Size(told=told // 10), Size(told=told)]


def cost(size: Size) -> list[float]:
    """Processor seconds an article of understanding and deciding, without encoding; by run."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        store = open_store(url)
        store.migrate()
        store.close()
        tell(Path(folder) / "bench.db", size)
        store = open_store(url)
        desk = desk_for(size, store)
        desk.store.decisions.finish_baseline([t.id for t in desk.watchlist.topics], NOW)
        run(desk, 0)  # profiles are made once for each definition of a topic
        found = []
        for number in range(1, ROUNDS + 1):
            started = time.process_time()
            run(desk, number)
            found.append((time.process_time() - started) / ARTICLES)
        store.close()
    return found


def run(desk: Desk, number: int) -> None:
    """What a run does with a batch of articles, its memory loaded anew."""
    bench = open_bench(desk)
    found = [article(f"{number}-{n}") for n in range(ARTICLES)]
    decide(desk, bench, understand(desk, found), new_report(desk))


def article(name: str) -> Article:
    kinds = [PassageKind.TITLE, PassageKind.LEAD, *[PassageKind.BODY] * (PASSAGES - 2)]
    texts = [f"{LEAD} In item {name} this is passage {i}." for i in range(PASSAGES)]
    passages = tuple(Passage(i, kinds[i], texts[i]) for i in range(PASSAGES))
    return Article(
        f"A-{name}", "wire", f"https://wire.example/{name}", texts[0], passages, name, NOW,
        NOW, "en",
    )  # fmt: skip


def desk_for(size: Size, store: object) -> Desk:
    screen, reader = Drawn("screen", 512), Drawn("reader", READER)
    topics = [
        Topic(f"t{n}", f"Topic {n}", f"Matter number {n} is settled.") for n in range(size.topics)
    ]
    clock = FixedClock(NOW)
    return Desk(
        watchlist=Watchlist((Source("wire", "Wire", "feed", ""),), tuple(topics)),
        clock=clock,
        store=store,
        fetcher=FakeFetcher(),
        readers={},
        extractor=TrafilaturaExtractor(),
        screen=screen,
        reader=reader,
        matcher=reader,
        calibration=plain_calibration(reader),
        notifier=MemoryNotifier(clock),
    )


def tell(path: Path, size: Size) -> None:
    """Developments, each with the mention that founded it; a million in half a minute."""
    facts = dump_facts(facts_of(LEAD, LEAD, "en", NOW.date()))
    pool = np.random.default_rng(3).normal(size=(256, READER)).astype(np.float32)
    given = {
        "told": size.told,
        "topics": size.topics,
        "lead": LEAD,
        "facts": facts,
        "now": NOW.strftime("%Y-%m-%d %H:%M:%S"),
        "step": 365 * YEARS * 86_400 / size.told,
    }
    connection = sqlite3.connect(path)
    # Nothing is lost that the next call would not make again.
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    connection.execute("CREATE TEMP TABLE pool (place INTEGER PRIMARY KEY, vector BLOB)")
    halves = [(place, row.astype("<f2").tobytes()) for place, row in enumerate(unit(pool))]
    connection.executemany("INSERT INTO pool VALUES (?, ?)", halves)
    connection.execute(NUMBERS, given)
    for statement in (STORIES, DEVELOPMENTS, MENTIONS):
        connection.execute(statement, given)
    connection.commit()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


NUMBERS = """CREATE TEMP TABLE numbers AS
WITH RECURSIVE counted (n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :told
)
SELECT n, 't' || (n % :topics) AS topic,
    strftime('%Y-%m-%d %H:%M:%S', :now, '-' || (n * :step) || ' seconds') || '.000000' AS seen
FROM counted"""

STORIES = """INSERT INTO stories (id, topic_id, headline, opened_at, changed_at)
SELECT 'S' || n, topic, :lead, seen, seen FROM numbers"""

DEVELOPMENTS = """INSERT INTO developments (id, story_id, topic_id, article_id, headline, stage,
    significance, founded_at, told)
SELECT 'D' || n, 'S' || n, topic, 'A' || n, :lead, 'none', .5, seen, 1 FROM numbers"""

MENTIONS = """INSERT INTO mentions (topic_id, article_id, story_id, development_id, source_id,
    title, key_text, quote, language, seen_at, facts, vector, told, first, model_id)
SELECT topic, 'A' || n, 'S' || n, 'D' || n, 'wire', :lead, :lead, '', 'en', seen, :facts, vector,
    1, 1, 'reader'
FROM numbers JOIN pool ON place = n % 256"""


if __name__ == "__main__":
    main()

"""Re-embedding apart from runs: what a change of the careful model asks for, done ahead of it.

::

    what topics remember ──► encode into the cache ──► change of the model ──► rows, in seconds
    stored articles      ──► encode into the cache      (TIDINGS_READER_MODEL)

Encoding is the slow part, and needs no lease: vectors of both models lie side by side in the
cache, and runs go on with the old one. Once the model is changed, the memories' rows are
given the vectors that are there already, under the lease of deciding. Killed anywhere, it is
called again: what is encoded is not encoded again, what is changed is not changed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitors.desk import Desk
from monitors.leases import holder_of, take
from monitors.ports import Fence
from monitors.runs import RunReport
from monitors.steps.reembed import foreign, reembed
from monitors.steps.understand import understand
from monitors.vectors.cache import text_key
from monitors.workers import DECIDE, deciding

DAY = timedelta(days=1)

Say = Callable[[str, int, int], None]
"""Is told how far it is: of what, how many are done, and of how many."""


@dataclass
class Reembedding:
    """What is to be done for a model, and what was done.

    :param model_id: of the encoder that everything is to be encoded with
    :param topics: topic id to how many of its reports another model encoded
    :param texts: how many texts that are
    :param ready: and how many of them are in the cache already
    :param changed: reports that have the new vectors now
    :param articles: stored articles whose texts are in the cache now
    :param left: who decides at the moment, and will change the reports
    """

    model_id: str
    topics: dict[str, int]
    texts: int
    ready: int
    changed: int = 0
    articles: int = 0
    left: str = ""

    @property
    def reports(self) -> int:
        """Of all topics."""
        return sum(self.topics.values())


def look(desk: Desk) -> Reembedding:
    """What is to be done; changes nothing."""
    found = foreign(desk)
    topics = {topic_id: len(rows) for topic_id, rows in found.items()}
    texts = _texts(desk)
    cached = desk.store.vectors.get(desk.comparer.model_id, {text_key(text) for text in texts})
    return Reembedding(desk.comparer.model_id, topics, len(texts), len(cached))


def run(desk: Desk, days: int, say: Say, *, switch: bool) -> Reembedding:
    """Encode what topics remember, then what is stored, with the desk's encoder.

    :param days: of stored articles, for look-backs and backtests; 0 for none
    :param switch: the model is in force already: the memories are changed, too
    """
    done = look(desk)
    texts = _texts(desk)
    for count in _encode(desk, texts):
        say("remembered texts", count, len(texts))
    if switch:
        _switch(desk, done)
    for day, count in _warm(desk, days):
        done.articles = count
        say("days of stored articles", day, days)
    return done


def _texts(desk: Desk) -> list[str]:
    """What is to be encoded for the memories; an article of several topics counts once."""
    rows = (row for rows in foreign(desk).values() for row in rows)
    return list(dict.fromkeys(row.key_text for row in rows))


def _encode(desk: Desk, texts: Sequence[str]) -> Iterator[int]:
    for start in range(0, len(texts), desk.batch):
        some = texts[start : start + desk.batch]
        desk.comparer.encode(some)
        yield start + len(some)


def _switch(desk: Desk, done: Reembedding) -> None:
    """Change the memories, unless a run decides: then that one does it, or the next."""
    fence = Fence(DECIDE, holder_of("reembed"))
    other = take(desk.store.runs, fence.lease, fence.holder, desk.wall.now())
    if other is not None:
        done.left = f"run {other.partition(' ')[0]}"
        return
    with deciding(desk, fence):
        report = RunReport("reembed", desk.clock.now())
        reembed(desk, report, fence)
        done.changed = report.encoded_anew


def _warm(desk: Desk, days: int) -> Iterator[tuple[int, int]]:
    """Understand stored articles, newest day first: all that is encoded stays in the cache."""
    until, count = desk.clock.now(), 0
    for day in range(1, days + 1):
        since = until - DAY
        articles = desk.store.articles.recent(since, until=until)
        for start in range(0, len(articles), desk.batch):
            understand(desk, articles[start : start + desk.batch])
        until, count = since, count + len(articles)
        yield day, count

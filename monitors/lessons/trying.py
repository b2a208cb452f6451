"""What a topic would have told with some lessons: the backtest's replay, told articles only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitors.backtest import VectorsInMemory, bench_of
from monitors.backtest.candidates import sift
from monitors.backtest.replaying import replay
from monitors.backtest.running import WARM_UP
from monitors.decide.lessons import taught
from monitors.decide.reading import Reading
from monitors.desk import Desk
from monitors.model import Article, Facts, Learnt, Lesson, LessonState, Topic, Watchlist
from monitors.steps.understand import facts_in

DAYS = 60
"""Days that are replayed. Chosen by hand, because most of what is answered lately lies in
them, and an operator's machine replays them in seconds."""

MOST_READ = 2000
"""Articles that are read closely, the nearest to the topic first: as in ``tidings backtest``."""


class Replays:
    """Replays of one topic over the same articles, with one set of lessons after another.

    :ivar days: how many days are replayed; 0 where nothing is stored of them
    """

    def __init__(self, desk: Desk, topic: Topic, now: datetime) -> None:
        self._desk = desk
        self._topic = topic
        self._until = now
        start = now - timedelta(days=DAYS)
        first = desk.store.articles.recent(start, limit=1, until=now)
        self._since = max(start, first[0].first_seen) if first else now
        self.days = max((now - self._since) / timedelta(days=1), 1.0) if first else 0.0
        self._vectors = VectorsInMemory(desk.store.vectors)
        self._sieves: dict[tuple[object, ...], list[Reading]] = {}
        self._facts: dict[str, Facts] = {}

    def told(self, lessons: Iterable[Lesson]) -> dict[str, str]:
        """Article id to headline of what would have alerted with ``lessons`` in force.

        :param lessons: whatever state they are in
        """
        forced = [replace(lesson, state=LessonState.ACTIVE) for lesson in lessons]
        topic = taught(self._topic, forced)
        bench = bench_of(self._desk, _with(self._desk.watchlist, topic), self._vectors)
        rows = replay(bench, topic, self._readings(topic.learnt), self._since)
        return {row.article.id: row.article.title for row in rows if row.is_alert}

    def _readings(self, learnt: Learnt) -> Sequence[Reading]:
        """What the topic could concern. Examples widen that, nothing else that is learnt does."""
        if learnt.examples not in self._sieves:
            topic = replace(self._topic, learnt=Learnt(examples=learnt.examples))
            bench = bench_of(self._desk, _with(self._desk.watchlist, topic), self._vectors)
            start = self._since - WARM_UP
            sieve = sift(bench, topic, start, self._until, MOST_READ, find_facts=self._facts_of)
            self._sieves[learnt.examples] = sieve.readings
        return self._sieves[learnt.examples]

    def _facts_of(self, article: Article) -> Facts:
        """Facts are what costs most, and no lesson changes them."""
        if article.id not in self._facts:
            self._facts[article.id] = facts_in(article)
        return self._facts[article.id]


def _with(watchlist: Watchlist, topic: Topic) -> Watchlist:
    others = tuple(topic if each.id == topic.id else each for each in watchlist.topics)
    return replace(watchlist, topics=others)

"""From all stored articles to those that a topic could concern at all.

Two sieves, neither of which loses anything that the judge would let through: the screen,
over the vectors of a whole batch at once; then, for what passes it, the best match that the
careful vectors allow whatever the text's facts are. Facts, which cost most, are found only
for what passes both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitors.decide.bound import best_match, least_match
from monitors.decide.reading import Reading
from monitors.decide.siblings import Company
from monitors.desk import Desk
from monitors.model import Article, Facts, Topic
from monitors.steps.understand import Screened, facts_in, profiles, read_closely, screen

Progress = Callable[[str, int, int], None]

DAY = timedelta(days=1)
BATCH = 256


@dataclass
class Sieve:
    """What a topic's sieves let through, and how much they were shown.

    :ivar articles: how many were looked at
    :ivar screened: how many passed the screen
    :ivar unread: how many passed it and were not read closely, for want of allowance
    :ivar readings: of those that may match, oldest first
    """

    articles: int = 0
    screened: int = 0
    unread: int = 0
    readings: list[Reading] = field(default_factory=list)


def sift(
    desk: Desk,
    topic: Topic,
    since: datetime,
    until: datetime,
    most: int | None = None,
    progress: Progress = lambda step, done, of: None,
    find_facts: Callable[[Article], Facts] = facts_in,
) -> Sieve:
    """Everything stored between two times that ``topic`` could concern.

    :param desk: with a watch list that holds the topic
    :param most: of what passes the screen, so many are read closely, the nearest first
    :param find_facts: of an article that may match; for callers that sift several times
    """
    sieve = Sieve()
    passed: list[tuple[Article, Screened]] = []
    days = max((until - since) // DAY, 1)
    for done, batch in _batches(desk, since, until):
        sieve.articles += len(batch)
        for article, chosen in zip(batch, screen(desk, batch), strict=True):
            if topic.id in chosen[0]:
                passed.append((article, chosen))
        progress("screen", done, days)
    sieve.screened = len(passed)
    near = _nearest(passed, topic, most)
    sieve.unread = len(passed) - len(near)
    for start in range(0, len(near), BATCH):
        sieve.readings += _possible(desk, topic, near[start : start + BATCH], find_facts)
        progress("read", min(start + BATCH, len(near)), len(near))
    return sieve


def _batches(
    desk: Desk, since: datetime, until: datetime
) -> Iterator[tuple[int, Sequence[Article]]]:
    """Articles by days, so that a year is never in memory; with how many days are done."""
    start, done = since, 0
    while start < until:
        end = min(start + DAY, until)
        of_day = desk.store.articles.recent(start, until=end)
        done += 1
        for at in range(0, max(len(of_day), 1), BATCH):
            yield done, of_day[at : at + BATCH]
        start = end


def _nearest(
    passed: list[tuple[Article, Screened]], topic: Topic, most: int | None
) -> list[tuple[Article, Screened]]:
    if most is None or len(passed) <= most:
        return passed
    ranked = sorted(range(len(passed)), key=lambda i: -passed[i][1][0][topic.id])
    return [passed[i] for i in sorted(ranked[:most])]


def _possible(
    desk: Desk,
    topic: Topic,
    batch: Sequence[tuple[Article, Screened]],
    find_facts: Callable[[Article], Facts],
) -> Iterator[Reading]:
    known = profiles(desk)
    profile = known[topic.id]
    siblings = Company(known.values()).without(topic.id)
    least = least_match(desk.calibration)
    articles, chosen = [a for a, _ in batch], [c for _, c in batch]
    for reading in read_closely(desk, articles, chosen, lambda article: Facts()):
        # Only this topic is decided; what else it passed counted in choosing its passages.
        own = replace(reading, screened={topic.id: reading.screened[topic.id]})
        if best_match(own, profile, siblings, desk.calibration) >= least:
            yield replace(own, facts=find_facts(reading.article))

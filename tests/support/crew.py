"""Several workers on one database, and news in which the order matters."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import sqlalchemy as sa

from monitors import pipeline
from monitors.decide.reading import TopicProfile
from monitors.errors import RunSkipped
from monitors.model import Source, Tier, Vector
from monitors.runs import RunReport
from monitors.shards import WHOLE, Shard
from monitors.store import SqlStore, open_store
from monitors.store.tables import articles, decisions, outbox
from monitors.testing import WordEncoder, plain_calibration
from tests.support.killed import arm
from tests.support.newsroom import (
    BALLOT,
    MAYBE,
    MINUTES,
    NOW,
    OPINION,
    SPORT,
    TENDER,
    WALKOUT,
    WALKOUT_TOO,
    Newsroom,
)

SOURCES = tuple(
    Source(f"s{n}", f"Source {n}", "list", f"https://s{n}.example/feed", Tier.PRESS)
    for n in range(16)
)
STORIES = (WALKOUT, WALKOUT_TOO, BALLOT, TENDER, MAYBE, OPINION, SPORT)
TICKS = 3
INTERVAL = 15 * MINUTES
_PROFILES: dict[str, TopicProfile] = {}
_SCREENS: dict[str, tuple[Vector, float, float]] = {}
"""Topics are the same for all workers, and encoding them takes longest."""


def newsroom(
    url: str, moment: datetime, shard: Shard = WHOLE, reader: WordEncoder | None = None
) -> Newsroom:
    """The same news in every process: what is listed depends on the time alone.

    :param reader: another careful encoder than the usual one
    """
    room = Newsroom(open_store(url), sources=SOURCES, now=moment)
    room.desk.shard, room.desk.batch = shard, 8
    room.desk.screens = _SCREENS
    if reader is None:
        room.desk.profiles = _PROFILES
    else:
        room.desk.reader, room.desk.calibration = reader, plain_calibration(reader)
    dice = random.Random(7)
    for source in SOURCES:
        room.publish(source.id, "rain", ("Rain in the north", "It rains in the north."), at=NOW)
        for tick in range(1, TICKS):
            for number in range(dice.choice((0, 1, 1, 2))):
                story = dice.choice(STORIES)
                at = NOW + tick * INTERVAL
                title = f"{story[0]}, {dice.choice(('six', 'nine', 'twelve'))} hundred affected"
                published = at - dice.randrange(1, 600) * MINUTES / 60
                slug = f"{tick}-{number}"
                room.publish(source.id, slug, (title, *story[1:]), at=at, published=published)
    return room


def run(
    url: str, moment: datetime, shard: Shard = WHOLE, reader: WordEncoder | None = None
) -> RunReport | RunSkipped:
    """One pass of one worker."""
    room = newsroom(url, moment, shard, reader)
    with closing(room.store):
        try:
            return asyncio.run(pipeline.run(room.desk, dry=True))
        except RunSkipped as skipped:
            return skipped


def tick(url: str, moment: datetime, shards: Sequence[Shard]) -> list[RunReport | RunSkipped]:
    """One pass of all workers at the same time."""
    with ThreadPoolExecutor(len(shards)) as crew:
        return list(crew.map(lambda shard: run(url, moment, shard), shards))


def shards(count: int) -> list[Shard]:
    """All workers."""
    return [Shard(number, count) for number in range(1, count + 1)]


def decided(url: str) -> list[tuple[object, ...]]:
    """Every decision, every message, and which articles there are."""
    fields = ("article_id", "topic_id", "verdict", "reason", "nearest", "story_id", "explanation")
    with closing(open_store(url)) as store:
        assert isinstance(store, SqlStore)
        with store._db.read() as connection:
            rows = connection.execute(sa.select(*(decisions.c[name] for name in fields)))
            queued = connection.execute(sa.select(outbox.c.key, outbox.c.kind))
            known = connection.execute(sa.select(articles.c.id, articles.c.decided))
            return sorted(tuple(map(str, row)) for part in (rows, queued, known) for row in part)


def run_and_die(
    url: str,
    moment: datetime,
    shard: Shard,
    call: str,
    number: int,
    when: str,
    reader: WordEncoder | None = None,
) -> None:
    """A pass of one worker that ends with SIGKILL at the ``number``-th ``call``."""
    room = newsroom(url, moment, shard, reader)
    arm(room, call, number, when)
    room.run(dry=True)
    os.kill(os.getpid(), signal.SIGTERM)  # it lived: the test sees another exit code

"""A trial of topics within a monitor run: what they would tell, before anybody is told."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import timedelta

from flows.backtest_report import publish_backtest
from monitors.backtest import Backtest, VectorsInMemory
from monitors.backtest import backtest as replayed
from monitors.desk import Desk
from monitors.errors import ConfigError
from monitors.model import Topic


def topics_of(desk: Desk, ids: Collection[str]) -> list[Topic]:
    """The topics with these ids.

    :raises ConfigError: the watch list has none with one of them
    """
    known = {topic.id: topic for topic in desk.watchlist.topics}
    for missing in set(ids) - set(known):
        raise ConfigError(
            f"topic `{missing}`",
            "watch.yaml has none with this id",
            f"Known are: {', '.join(known)}",
        )
    return [known[topic_id] for topic_id in dict.fromkeys(ids)]


async def try_topics(desk: Desk, topics: list[Topic]) -> str:
    """What topics would tell of the last day, as an artifact each; nothing is decided."""
    found = []
    for topic in topics:
        # What was read just now is of this very moment.
        plan = Backtest(desk.clock.now() + timedelta(seconds=1), 1)
        # The next run needs the same vectors.
        vectors = VectorsInMemory(desk.store.vectors, keep=True)
        version = await asyncio.to_thread(
            replayed, desk, desk.watchlist, topic, plan, vectors, "a trial of the last day"
        )
        await publish_backtest(version, "trial")
        found.append(f"{topic.id} would tell {len(version.own.alerts)}")
    return f"trial: {', '.join(found)}"

"""The backtest flow: what a topic would have told, with a form, as an artifact."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.backtest_report import in_a_few_words, publish_backtest
from flows.clocks import clock_at
from flows.naming import told
from monitors.backtest import Backtest, VectorsInMemory
from monitors.backtest import backtest as replayed
from monitors.desk import Desk
from monitors.errors import ConfigError
from monitors.model import Sensitivity, Topic
from monitors.settings import load_settings
from monitors.wiring import open_desk


@flow(
    name="backtest",
    description="What a topic would have told of the stored articles. Sends and stores nothing.",
    timeout_seconds=3600,
    persist_result=False,
)
async def backtest(
    topic: Annotated[str, Field(min_length=1, max_length=100)],
    days: Annotated[int, Field(ge=1, le=3660)] = 30,
    description: str = "",
    examples: list[str] | None = None,
    not_examples: list[str] | None = None,
    sensitivity: Sensitivity | None = None,
    as_of: datetime | None = None,
    read_most: Annotated[int, Field(ge=0)] = 2000,
    keep_vectors: bool = False,
) -> State[Any]:
    """Replay the stored articles of some days for one topic.

    Args:
        topic: The topic's id in watch.yaml; or any name, where a description is given.
        days: How far to look back.
        description: Try this description instead of the one in watch.yaml.
        examples: Try these examples instead.
        not_examples: Try these counter-examples instead.
        sensitivity: Try this sensitivity instead; all three are compared anyway.
        as_of: Look back from this time; in UTC where it names no zone.
        read_most: Of what passes the topic's screen, read at most so many closely; 0 for all.
        keep_vectors: Keep the vectors that had to be made, so that the next one is quicker.

    """
    changes = {
        "description": description.strip(),
        "examples": tuple(examples or ()),
        "not_examples": tuple(not_examples or ()),
        "sensitivity": sensitivity,
    }
    given = {name: value for name, value in changes.items() if value}
    work = partial(_replay, topic.strip(), days, given, as_of, read_most or None, keep_vectors)
    return await told(f"backtest {topic.strip()}", work)


async def _replay(
    topic_id: str,
    days: int,
    given: dict[str, Any],
    as_of: datetime | None,
    most: int | None,
    keep: bool,
) -> str:
    async with open_desk(load_settings(), clock=clock_at(as_of)) as desk:
        topic, label = _chosen(desk, topic_id, given)
        plan = Backtest(desk.clock.now(), days, most)
        log, vectors = get_run_logger(), VectorsInMemory(desk.store.vectors, keep=keep)
        log.info("replaying %d days for %s", days, topic.id)
        others = [known for known in desk.watchlist.topics if known.id != topic.id]
        watchlist = replace(desk.watchlist, topics=(*others, topic))
        version = await asyncio.to_thread(replayed, desk, watchlist, topic, plan, vectors, label)
        if vectors.fresh:
            log.info("%d vectors had to be made", vectors.fresh)
        await publish_backtest(version)
        return in_a_few_words(version)


def _chosen(desk: Desk, topic_id: str, given: dict[str, Any]) -> tuple[Topic, str]:
    """The topic with what is to be tried instead, and where it comes from."""
    known = {topic.id: topic for topic in desk.watchlist.topics}
    if topic_id in known:
        tried = "as watch.yaml has it" if not given else "watch.yaml, but " + _named(given)
        return replace(known[topic_id], **given), tried
    if "description" not in given:
        raise ConfigError(
            f"topic `{topic_id}`",
            "watch.yaml has none with this id",
            f"Known are: {', '.join(known)}. For a new one give a description",
        )
    return Topic(id=topic_id, name=topic_id, **given), "not in watch.yaml"


def _named(given: dict[str, Any]) -> str:
    return "another " + ", ".join(name.replace("_", " ") for name in given)

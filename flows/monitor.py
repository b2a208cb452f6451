"""The monitor flow: one pass over the sources, as a handful of batch tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from flows.artifacts import publish
from flows.clocks import clock_at
from flows.events import tell_prefect
from flows.naming import told
from flows.timeline import publish_timelines
from flows.trial import topics_of, try_topics
from monitors import pipeline, workers
from monitors.clock import Clock
from monitors.decide.reading import Reading
from monitors.desk import Desk
from monitors.errors import RunSkipped, TidingsError
from monitors.ledger import in_words
from monitors.model import Article
from monitors.ports import Fence
from monitors.runs import RunReport, timed
from monitors.settings import load_settings
from monitors.shards import shard_of
from monitors.steps import collect as collecting
from monitors.steps import decide as deciding
from monitors.steps import tell as telling
from monitors.steps.check_health import check_health
from monitors.steps.look_back import look_back
from monitors.steps.notify_operators import notify_operators
from monitors.steps.publish import publish as publish_report
from monitors.steps.reembed import foreign, reembed
from monitors.steps.understand import understand as understanding
from monitors.wiring import open_desk

TIMEOUT = 840.0
"""Seconds; below the interval of 15 minutes, so that a stuck run ends before the next."""


def batch(name: str, **options: Any) -> Mapping[str, Any]:
    """Options of a task: its runs carry its name, and nothing of it is kept by Prefect."""
    return {
        "name": name,
        "task_run_name": name,
        "cache_policy": NO_CACHE,
        "persist_result": False,
        "log_prints": False,
        **options,
    }


class Shift:
    """What the tasks of one run share and hand on.

    A plain class, since Prefect looks into dataclasses and collections for futures.
    """

    def __init__(self, desk: Desk, report: RunReport) -> None:
        self.desk = desk
        self.report = report
        self.bench: deciding.Bench | None = None
        self.articles: list[Article] = []
        self.readings: list[Reading] = []
        self.shown = 0
        """alerts that are in the log already"""

    def renew(self) -> None:
        """Keep the lease, or find out that another run has taken over."""
        pipeline.keep_lease(self.desk, self.report)


@task(**batch("collect", retries=2, retry_delay_seconds=5))
async def collect(shift: Shift, only: tuple[str, ...]) -> None:
    """Ask each due source for its entries."""
    with timed(shift.report, "collect"):
        await collecting.collect(shift.desk, shift.report, only)
    report = shift.report
    get_run_logger().info(
        "%d sources asked, %d unchanged, %d failed",
        report.polled,
        report.not_modified,
        len(report.failures),
    )


@task(**batch("read", retries=2, retry_delay_seconds=5))
async def read(shift: Shift) -> None:
    """Fetch and extract the page of each waiting entry; encode meanwhile what was read."""
    await pipeline.gather(shift.desk, shift.report)
    get_run_logger().info("entries: %s", in_words(shift.report.ledger.total))


@task(**batch("re-embed"))
async def encode_anew(shift: Shift, fence: Fence) -> bool:
    """After a change of the model: encode anew what topics remember, as far as time allows."""
    ready = await asyncio.to_thread(reembed, shift.desk, shift.report, fence)
    done, left = shift.report.encoded_anew, shift.report.to_encode
    get_run_logger().info("%d reports encoded anew, %d to go", done, left)
    return ready


@task(**batch("recall"))
async def recall(shift: Shift, fence: Fence) -> None:
    """Load the models, and let new topics look back. What a topic remembers is loaded later."""
    await asyncio.to_thread(look_back, shift.desk, shift.report, fence)
    shift.bench = await asyncio.to_thread(deciding.open_bench, shift.desk, fence)
    get_run_logger().info("%d topics", len(shift.bench.profiles))


@task(**batch("understand"))
async def understand(shift: Shift) -> None:
    """Screen and encode a batch of articles that wait for a decision."""
    with timed(shift.report, "understand"):
        shift.readings = await asyncio.to_thread(understanding, shift.desk, shift.articles)
    near = sum(bool(reading.screened) for reading in shift.readings)
    get_run_logger().info("%d articles, %d near a topic", len(shift.readings), near)


@task(**batch("decide"))
async def decide(shift: Shift) -> None:
    """One verdict for each article and topic, stored with its alerts."""
    assert shift.bench is not None  # noqa: S101
    with timed(shift.report, "decide"):
        await asyncio.to_thread(
            deciding.decide, shift.desk, shift.bench, shift.readings, shift.report
        )
    for row in shift.report.alerts[shift.shown :]:
        get_run_logger().info("%s: %s (%s)", row["topic"], row["headline"], row["reason"])
    shift.shown = len(shift.report.alerts)


@task(**batch("tell", retries=1, retry_delay_seconds=5))
async def tell(shift: Shift) -> None:
    """Deliver what is due."""
    with timed(shift.report, "tell"):
        await asyncio.to_thread(telling.tell, shift.desk, shift.report)
    for row in shift.report.messages:
        get_run_logger().info("%s in %s: %s", row["outcome"], row["channel"], row["headline"])


@flow(
    name="monitor",
    description="Asks the sources, decides what is significant and new, tells it.",
    timeout_seconds=TIMEOUT,
    persist_result=False,
)
async def monitor(
    as_of: datetime | None = None,
    sources: list[str] | None = None,
    topics: list[str] | None = None,
    dry_run: bool = False,
    shard: str = "",
) -> State[Any]:
    """One pass.

    Prefect's form shows what is said of the parameters, where it is said in this style.

    Args:
        as_of: Pretend that it is this time; in UTC where it names no zone.
        sources: Ids of sources to ask, due or not. Empty: all that are due.
        topics: Ids of topics to try: the sources are asked and read; then the artifact
            "trial" shows what these would tell of the last day. Nothing is decided or told: the
            next run does that, for all topics. Empty: decide and tell, for all.
        dry_run: Decide, but deliver nothing; the next delivery sends it.
        shard: Which part of the sources this worker asks, such as 2/4. Empty: all.

    """
    clock, chosen = clock_at(as_of), (tuple(sources or ()), tuple(topics or ()))
    work = partial(_pass, clock, *chosen, dry_run, shard)
    when = f"{clock.now():%d %b %H:%M}" if as_of else f"{clock.now():%H:%M}"
    return await told(" ".join(filter(None, ("monitor", shard, when))), work)


async def _pass(
    clock: Clock, only: tuple[str, ...], trial: tuple[str, ...], dry: bool, shard: str
) -> str:
    async with open_desk(load_settings(), clock=clock, shard=shard_of(shard)) as desk:
        tried = topics_of(desk, trial)
        report = pipeline.new_report(desk, only or trial)
        with pipeline.lease(desk, report):
            try:
                with pipeline.recorded(desk, report):
                    shift = Shift(desk, report)
                    await _gather(shift, only)
                    if tried:
                        return await try_topics(desk, tried)
                    await _conclude(shift, dry)
            except RunSkipped:
                raise
            except TidingsError:
                await _show(desk, report)
                raise
            await _show(desk, report)
        pipeline.refuse_blackout(report)
        return report.headline()


async def _gather(shift: Shift, only: tuple[str, ...]) -> None:
    """As :func:`monitors.pipeline.run`, each step a task: what there is to read."""
    desk, report = shift.desk, shift.report
    with workers.gathering(desk, report):
        await collect(shift, only)
        await read(shift)
        if not desk.shard.whole:
            await asyncio.to_thread(workers.prepare, desk, shift.renew)
    shift.renew()


async def _conclude(shift: Shift, dry: bool) -> None:
    """And what is to be told of it."""
    desk, report = shift.desk, shift.report
    again = False
    while fence := await asyncio.to_thread(workers.next_turn, desk, report, again=again):
        with workers.deciding(desk, fence):
            if not await _ready(shift, fence):
                break  # what was read waits
            await _decide_all(shift, fence)
        again = True
    await asyncio.to_thread(check_health, desk, report)
    if not report.left:
        await asyncio.to_thread(notify_operators, desk, report)
    if not dry and not report.left:
        await tell(shift)
    await asyncio.to_thread(publish_report, desk, report)


async def _ready(shift: Shift, fence: Fence) -> bool:
    """Whether what topics remember can be compared with; a task only where it could not."""
    if not await asyncio.to_thread(foreign, shift.desk):
        return True
    return await encode_anew(shift, fence)


async def _decide_all(shift: Shift, fence: Fence) -> None:
    await recall(shift, fence)
    while await _more(shift):
        await understand(shift)
        await decide(shift)
        shift.renew()
    assert shift.bench is not None  # noqa: S101
    await asyncio.to_thread(pipeline.conclude, shift.desk, shift.bench, shift.report)


async def _more(shift: Shift) -> bool:
    """Take the next batch of articles that wait, if there are any."""
    waiting = shift.desk.store.articles.undecided
    shift.articles = list(await asyncio.to_thread(waiting, shift.desk.batch))
    return bool(shift.articles)


async def _show(desk: Desk, report: RunReport) -> None:
    for line in (*report.failures.values(), *report.problems):
        get_run_logger().warning(line)
    await publish(desk, report)
    topics = {row["topic_id"] for row in report.alerts}
    if topics:
        await publish_timelines(
            desk.store, desk.watchlist, desk.clock.now(), topics, desk.report_url
        )
    tell_prefect(report)

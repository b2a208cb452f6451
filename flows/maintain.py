"""The maintain flow: drops what is not needed, learns from answers, writes what is read."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.naming import told
from flows.timeline import publish_timelines
from monitors.clock import SystemClock
from monitors.explain.path import known_lines
from monitors.lessons.force import in_force
from monitors.lessons.running import learn_if_possible
from monitors.opening import opened_store, watchlist_of
from monitors.report.publishing import in_words, write_report
from monitors.report.weekly import tell_week
from monitors.settings import load_settings

log = logging.getLogger(__name__)


@flow(
    name="maintain",
    description="Drops what retention no longer needs, and learns from readers' answers.",
    timeout_seconds=1800,
    persist_result=False,
)
async def maintain(
    keep_days: Annotated[int, Field(ge=1, le=36500)] = 365,
) -> State[Any]:
    """Prune once; learn from answers; write the report where a folder is set.

    Args:
        keep_days: Days for which articles can still be explained.

    """
    return await told("maintain", partial(_prune, keep_days), "nothing to drop")


async def _prune(keep_days: int) -> str:
    settings, now = load_settings(), SystemClock().now()
    with opened_store(settings) as store:
        dropped = await asyncio.to_thread(store.prune, now - timedelta(days=keep_days))
        done = [f"{count} {table}" for table, count in dropped.items() if count]
    learnt = await learn_if_possible(settings)
    done += [f"{count} lessons {state}" for state, count in learnt.counts().items()]
    if learnt.problems:
        log.warning("learning from answers: %s", "; ".join(learnt.problems))
        done.append("learning from answers failed")
    with opened_store(settings) as store:
        watchlist = in_force(watchlist_of(settings).watchlist, store.lessons)
        if await asyncio.to_thread(tell_week, store, watchlist, now):
            done.append("the week's quality card")
        await publish_timelines(store, watchlist, now, report_url=settings.report_url)
        if settings.report_dir is not None:
            lines = known_lines(settings, watchlist.topics)
            write = partial(write_report, store, watchlist, settings.report_dir, now, lines=lines)
            written = await asyncio.to_thread(write)
            done.append(f"report of {in_words(written)}")
    return ", ".join(done)

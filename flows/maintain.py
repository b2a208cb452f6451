"""The maintain flow: drops what retention no longer needs, and writes the report."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.naming import told
from monitors.clock import SystemClock
from monitors.explain.path import known_lines
from monitors.opening import opened_store, watchlist_of
from monitors.report.publishing import in_words, write_report
from monitors.settings import load_settings


@flow(
    name="maintain",
    description="Drops entries, texts and vectors that retention no longer needs.",
    timeout_seconds=1800,
    persist_result=False,
)
async def maintain(
    keep_days: Annotated[int, Field(ge=1, le=36500)] = 365,
) -> State[Any]:
    """Prune once; write the report where a folder is set.

    Args:
        keep_days: Days for which articles can still be explained.

    """
    return await told("maintain", partial(_prune, keep_days), "nothing to drop")


async def _prune(keep_days: int) -> str:
    settings, now = load_settings(), SystemClock().now()
    with opened_store(settings) as store:
        dropped = await asyncio.to_thread(store.prune, now - timedelta(days=keep_days))
        done = [f"{count} {table}" for table, count in dropped.items() if count]
        if settings.report_dir is not None:
            watchlist = watchlist_of(settings).watchlist
            lines = known_lines(settings, watchlist.topics)
            write = partial(write_report, store, watchlist, settings.report_dir, now, lines=lines)
            written = await asyncio.to_thread(write)
            done.append(f"report of {in_words(written)}")
    return ", ".join(done)

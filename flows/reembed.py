"""The reembed flow: what a change of the careful model asks for, ahead of it or after."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.clocks import clock_at
from flows.markdown import counted
from flows.naming import told
from monitors import reembedding
from monitors.clock import Clock
from monitors.settings import load_settings
from monitors.wiring import open_desk

_SAY_EVERY = 10.0


@flow(
    name="reembed",
    description="Encodes anew what topics remember, before or after a change of the model.",
    timeout_seconds=6 * 3600,
    persist_result=False,
)
async def reembed(
    model: str = "",
    days: Annotated[int, Field(ge=0, le=3660)] = 30,
    dry_run: bool = False,
    as_of: datetime | None = None,
) -> State[Any]:
    """Encode anew. A run that was ended is started again, and goes on where it was.

    Args:
        model: Prepare for this model, before it is set. Empty: the one that is set.
        days: Encode the stored articles of so many days, too, for look-backs and backtests.
        dry_run: Only count.
        as_of: Pretend that it is this time; in UTC where it names no zone.

    """
    work = partial(_reembed, model.strip(), days, dry_run, clock_at(as_of))
    return await told("reembed", work)


async def _reembed(model: str, days: int, dry_run: bool, clock: Clock) -> str:
    settings = load_settings()
    chosen = model or settings.reader_model
    chosen_settings = settings.model_copy(update={"reader_model": chosen})
    async with open_desk(chosen_settings, clock=clock) as desk:
        if dry_run:
            found = await asyncio.to_thread(reembedding.look, desk)
            left = f"{counted(found.reports, 'report')}, {found.ready} of their texts ready"
            return f"to be encoded anew: {left}" if found.reports else "nothing to encode anew"
        say = _every_so_often(get_run_logger())
        switch = chosen == settings.reader_model
        work = partial(reembedding.run, desk, days, say, switch=switch)
        done = await asyncio.to_thread(work)
    encoded = f"{counted(done.texts - done.ready, 'text')} encoded"
    if not switch:
        return f"{encoded}, ready for the change"
    left = f"{done.left} decides and does the rest" if done.left else ""
    return f"{encoded}, {left or counted(done.changed, 'report') + ' changed'}"


def _every_so_often(log: logging.Logger | logging.LoggerAdapter[Any]) -> reembedding.Say:
    """Says how far it is: at the end of each part, and every few seconds."""
    said = 0.0

    def say(what: str, done: int, of: int) -> None:
        nonlocal said
        if done == of or time.monotonic() - said > _SAY_EVERY:
            log.info("%s: %d of %d", what, done, of)
            said = time.monotonic()

    return say

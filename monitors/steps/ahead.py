"""Ahead: what is read is understood while the next pages come.

Reading waits for servers and parses in processes of its own, understanding multiplies
matrices: side by side they keep all cores busy. What is found here stays in the cache of vectors,
and the step that decides finds it there. So nothing depends on how far this came; what
was not done, it does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from monitors.desk import Desk
from monitors.errors import TidingsError
from monitors.logs import unforeseen
from monitors.model import Article
from monitors.runs import RunReport, timed
from monitors.steps.understand import understand

log = logging.getLogger(__name__)

WAITING = 16
"""Portions of articles that may wait to be encoded; those beyond are left to the next step,
so that memory is bounded however many pages are read."""


@asynccontextmanager
async def encoding_ahead(
    desk: Desk, report: RunReport
) -> AsyncIterator[Callable[[Sequence[Article]], None]]:
    """Understand, in a thread, what the block hands over; at its end wait until that is done.

    Its seconds count as those of the step ``understand``, so that the steps of a run
    together take longer than the run.
    """
    portions: asyncio.Queue[Sequence[Article] | None] = asyncio.Queue(WAITING)

    def hand_over(articles: Sequence[Article]) -> None:
        if articles and not portions.full():
            portions.put_nowait(articles)

    async def work() -> None:
        while articles := await portions.get():
            await asyncio.to_thread(_encode, desk, report, articles)

    worker = asyncio.create_task(work())
    try:
        yield hand_over
    except BaseException:
        while not portions.empty():
            portions.get_nowait()
        raise
    finally:
        await portions.put(None)
        await worker


def _encode(desk: Desk, report: RunReport, articles: Sequence[Article]) -> None:
    try:
        with timed(report, "understand"):
            understand(desk, articles)
    except TidingsError as error:
        log.info("%s", error)  # the step that decides meets it again, and says so
    except Exception as error:
        unforeseen(log, "encoding ahead", error)

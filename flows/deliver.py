"""The deliver flow: what was held or must be retried, between monitor runs."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows.events import tell_prefect
from flows.naming import told
from monitors import pipeline
from monitors.clock import SystemClock
from monitors.settings import load_settings
from monitors.steps.tell import tell
from monitors.wiring import open_desk


@flow(
    name="deliver",
    description="Delivers what is due in the outbox and settles what is in doubt.",
    timeout_seconds=240,
    persist_result=False,
)
async def deliver() -> State[Any]:
    """Deliver once. Safe beside a monitor run: each message is claimed by one deliverer."""
    return await told(f"deliver {SystemClock().now():%H:%M}", _deliver, "nothing due")


async def _deliver() -> str:
    async with open_desk(load_settings()) as desk:
        report = pipeline.new_report(desk)
        await asyncio.to_thread(partial(tell, whole=False), desk, report)
        for line in report.problems:
            get_run_logger().warning(line)
        tell_prefect(report)
        return ", ".join(f"{count} {outcome}" for outcome, count in report.delivered.items())

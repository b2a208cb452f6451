"""The alarm flow: what an automation runs when the operators should hear of something now."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.events import tell_prefect
from flows.naming import told
from monitors import pipeline
from monitors.clock import SystemClock
from monitors.desk import Desk
from monitors.model import Alert, AlertKind
from monitors.settings import load_settings
from monitors.steps.notify_operators import notify_operators
from monitors.steps.tell import tell
from monitors.wiring import open_desk


@flow(
    name="alarm",
    description="Tells the operators' channel what an automation found, at most once a day.",
    timeout_seconds=240,
    persist_result=False,
)
async def alarm(
    headline: Annotated[str, Field(max_length=150)] = "",
    lines: list[str] | None = None,
) -> State[Any]:
    """Tell the operators. Started by automations: see deploy/automations.yaml.

    Args:
        headline: What happened; the same headline is told once a day (UTC). Empty: only what
            Tidings itself has to tell them, such as messages that cannot be delivered.
        lines: What is said below it.

    """
    title = f"alarm {SystemClock().now():%H:%M}"
    return await told(title, partial(_alarm, headline, lines or []), "nothing to tell")


async def _alarm(headline: str, lines: list[str]) -> str:
    async with open_desk(load_settings()) as desk:
        channel = desk.watchlist.operators_channel
        if channel is None:
            return "operators_channel is not set"
        report = pipeline.new_report(desk)
        if headline.strip():
            await asyncio.to_thread(_queue, desk, channel, headline.strip(), lines)
        await asyncio.to_thread(notify_operators, desk, report)
        await asyncio.to_thread(partial(tell, whole=False), desk, report)
        tell_prefect(report)
        return ", ".join(f"{count} {outcome}" for outcome, count in report.delivered.items())


def _queue(desk: Desk, channel: str, headline: str, lines: list[str]) -> None:
    now = desk.clock.now()
    parts = ("alarm", channel, headline, now.date().isoformat())
    key = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]
    alert = Alert(key, AlertKind.NOTICE, channel, now, headline, body=tuple(lines))
    desk.store.outbox.enqueue(alert, now)

"""Serves the deployments from this process until it is interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.runner import Runner
from prefect.states import Crashed

from flows.schedules import FIRST, deployments
from monitors.clock import SystemClock

LOOK_EVERY = 5.0
"""Seconds between two looks at the server."""

AT_WORK = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


class _Runner(Runner):
    """Prefect's runner; SIGTERM stops it as Ctrl-C does."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def serve(check: Callable[[], None] | None = None) -> None:
    """Register the deployments, start a first monitor run, run what is due until interrupted.

    Schedules stay as they are at the end.

    :param check: raises when the server of our own has stopped; None for a server that
        others may use as well
    :raises KeyboardInterrupt: when interrupted, after runs at work were stopped
    """
    asyncio.run(_serve(deployments(), check))


async def _serve(served: list[Any], check: Callable[[], None] | None) -> None:
    runner = _Runner(name="tidings", pause_on_shutdown=False)
    ids = {deployment.name: await runner.aadd_deployment(deployment) for deployment in served}
    if check is not None:
        await clear_left_behind(ids.values(), SystemClock().now())
    async with get_client() as client:
        await client.create_flow_run_from_deployment(ids[FIRST])
    # Runs say in a line how they went; errors with all about them are in their logs.
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
    running = asyncio.create_task(runner.start())
    try:
        while not running.done():
            await asyncio.wait({running}, timeout=LOOK_EVERY)
            if check is not None:
                check()
    finally:
        if runner.started:
            await runner.astop()  # ends the runs at work: they give back the lease
        else:
            running.cancel()
        await asyncio.wait({running})
    await running


async def clear_left_behind(deployment_ids: Collection[UUID], now: datetime) -> int:
    """Clear away what an earlier service left on a server of our own.

    Runs that count as at work, though their process ended with the machine, have crashed.
    Runs whose time came while nothing was served would all start at once: they are dropped,
    unless a person asked for them.

    :returns: how many there were
    """
    of_ours = DeploymentFilter(id=DeploymentFilterId(any_=list(deployment_ids)))
    async with get_client() as client:
        left = await client.read_flow_runs(flow_run_filter=_in(AT_WORK), deployment_filter=of_ours)
        message = "It was cut off. Nothing is lost: the next run goes on where it was"
        for run in left:
            await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
        late = _in([StateType.SCHEDULED])
        late.expected_start_time = FlowRunFilterExpectedStartTime.model_validate({"before_": now})
        missed = [
            run
            for run in await client.read_flow_runs(flow_run_filter=late, deployment_filter=of_ours)
            if run.auto_scheduled
        ]
        for run in missed:
            await client.delete_flow_run(run.id)
    return len(left) + len(missed)


def _in(types: list[StateType]) -> FlowRunFilter:
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))

"""Run names and states that say what happened."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.server import say
from monitors.errors import RunSkipped, TidingsError

MAX_NAME = 200


async def told(
    title: str, work: Callable[[], Awaitable[str]], idle: str = "nothing to do"
) -> State[Any]:
    """Do the work of the current flow run; its name and state say what came of it.

    :param title: the name while it is at work; what came of it is added
    :param work: gives what came of it, in a few words, or nothing
    :param idle: stands for nothing
    """
    await rename(title)
    try:
        outcome = await work()
    except RunSkipped as skipped:
        await rename(f"{title}: skipped")
        _say(f"{title}: skipped, another run is at work")
        return Completed(message=str(skipped))
    except TidingsError as error:
        await rename(f"{title}: failed")
        _say(f"{title}: failed: {error}")
        return Failed(message=str(error))
    except Exception as error:
        await rename(f"{title}: failed unexpectedly")
        _say(f"{title}: failed unexpectedly ({type(error).__name__}), see its log in Prefect")
        raise
    await rename(f"{title}: {outcome or idle}")
    if outcome:
        _say(f"{title}: {outcome}")
    return Completed(message=outcome or idle)


async def rename(name: str) -> None:
    """Give the current flow run a name; nothing happens outside of a run."""
    run_id = flow_run.id
    if run_id is None:
        return
    async with get_client() as client:
        await client.update_flow_run(run_id, name=name[:MAX_NAME])


def _say(line: str) -> None:
    """To the terminal, in a process that was started for this run."""
    if os.environ.get("PREFECT__FLOW_RUN_ID") == flow_run.id:
        say(line)

"""Deployments and their schedules: one list for every way of running them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from prefect.schedules import Cron, Interval
from prefect.types.entrypoint import EntrypointType

from flows.alarm import alarm
from flows.backtest import backtest
from flows.deliver import deliver
from flows.maintain import maintain
from flows.monitor import monitor
from flows.reembed import reembed

EVERY = timedelta(minutes=15)
"""The interval of monitor runs, as the watchdog knows it."""

FIRST = "every-15-minutes"
"""The deployment of which ``python -m flows`` starts a run at once."""

# Found by import, wherever the package is installed; a path would depend on the folder.
MODULE = EntrypointType.MODULE_PATH


def deployments() -> list[Any]:
    """What is served: monitor, deliver and maintain with their schedules; and on demand.

    There is no limit of runs at once: our own lease lets a second monitor run leave at once
    and say so, and deliverers claim each message. A slot of Prefect's would make it wait.
    """
    return [
        monitor.to_deployment(
            name="every-15-minutes",
            schedule=Interval(timedelta(minutes=15)),
            description="Ask the sources, decide, tell.",
            entrypoint_type=MODULE,
        ),
        deliver.to_deployment(
            name="every-5-minutes",
            schedule=Interval(timedelta(minutes=5)),
            description="Deliver what was held or must be retried.",
            entrypoint_type=MODULE,
        ),
        maintain.to_deployment(
            name="daily",
            schedule=Cron("40 3 * * *", timezone="UTC"),
            description="Drop what retention no longer needs.",
            entrypoint_type=MODULE,
        ),
        backtest.to_deployment(
            name="on-demand",
            description="What a topic would have told: fill in the form.",
            entrypoint_type=MODULE,
        ),
        reembed.to_deployment(
            name="on-demand",
            description="Encode anew what topics remember, for another model.",
            entrypoint_type=MODULE,
        ),
        alarm.to_deployment(
            name="on-event",
            description="Tell the operators what an automation found.",
            entrypoint_type=MODULE,
        ),
    ]

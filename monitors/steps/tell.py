"""Tell: queue the digests that are due, deliver what the outbox holds and is due.

One deliverer at a time, by a lease: a channel's one message a second and a ``Retry-After``
hold for all processes together. Where a deliverer was killed, its lease runs out; no alert
depends on the lease, only the pace does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from monitors.alerts.answering import decorator
from monitors.alerts.outbox import deliver
from monitors.desk import Desk
from monitors.errors import StoreError
from monitors.model import Delivery
from monitors.runs import RunReport
from monitors.steps.digest import digest

LEASE = "deliver"
BEYOND = timedelta(minutes=1)
"""How much longer than a pass its lease lasts: the last answer may take its time."""
PATIENCE = 10
"""Seconds for which another deliverer is waited for; it sends our alerts as well."""
_ASKED = "Slack asked to wait until "


def tell(
    desk: Desk,
    report: RunReport,
    *,
    limit: int = 500,
    budget: float = 120.0,
    whole: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Deliver due alerts and digests.

    :param budget: seconds after which the rest is left to the next run
    :param whole: this is the end of a whole run: see :func:`monitors.steps.digest.digest`
    """
    digest(desk, report, whole=whole)
    with _turn(desk, report, timedelta(seconds=budget) + BEYOND, sleep) as mine:
        if not mine:
            return
        done = deliver(
            desk.store.outbox,
            desk.notifier,
            desk.clock,
            limit=limit,
            budget=budget,
            spacing=desk.message_spacing,
            on_unknown=desk.on_unknown,
            decorate=decorator(desk.store.outbox, desk.store.answers) if desk.buttons else None,
            report_url=desk.report_url,
        )
    for name in ("sent", "found", "requeued", "held", "deferred", "dead", "unknown"):
        if count := getattr(done, name):
            report.delivered[name] += count
    report.messages += [_message(outcome, row) for outcome, row in done.outcomes]
    report.problems.extend(done.failures)
    if done.stopped and done.stopped not in done.failures:
        report.problems.append(f"delivery: {done.stopped}")
    if done.paused_until is not None:
        _keep_pause(desk, done.paused_until - desk.clock.now())


def _message(outcome: str, row: Delivery) -> dict[str, str]:
    """A row of the report: what became of a message."""
    return {
        "outcome": outcome,
        "number": str(row.id),
        "kind": row.alert.kind.value,
        "channel": row.alert.channel,
        "headline": row.alert.headline,
        "topics": ", ".join(row.alert.topic_names),
        "article": row.alert.article_id,
        "why": row.error or "" if outcome == "dead" else "",
    }


@contextmanager
def _turn(
    desk: Desk, report: RunReport, ttl: timedelta, sleep: Callable[[float], None]
) -> Iterator[bool]:
    """Whether it is this process's turn to deliver, for the length of the block."""
    holder = f"run {report.run_id}"
    runs = desk.store.runs
    for attempt in range(PATIENCE):
        other = runs.acquire(LEASE, holder, desk.wall.now(), ttl)
        if other is None or other.startswith(_ASKED):
            break
        if attempt + 1 < PATIENCE:
            sleep(1.0)
    if other is not None:
        asked = other.startswith(_ASKED)
        why = other if asked else "another process is delivering, and sends what is due"
        report.problems.append(f"delivery: {why}")
        yield False
        return
    try:
        yield True
    finally:
        # Where the database fails, the lease runs out by itself.
        with suppress(StoreError):
            runs.release(LEASE, holder)


def _keep_pause(desk: Desk, wait: timedelta) -> None:
    """Let no deliverer begin before Slack's wait is over."""
    now = desk.wall.now()
    with suppress(StoreError):
        desk.store.runs.acquire(LEASE, f"{_ASKED}{now + wait:%H:%M:%S} UTC", now, wait)

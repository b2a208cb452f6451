"""Tell: deliver what the outbox holds and is due."""

from __future__ import annotations

from monitors.alerts.outbox import deliver
from monitors.desk import Desk
from monitors.runs import RunReport


def tell(desk: Desk, report: RunReport, *, limit: int = 500, budget: float = 120.0) -> None:
    """Deliver due alerts.

    :param budget: seconds after which the rest is left to the next run
    """
    done = deliver(
        desk.store.outbox,
        desk.notifier,
        desk.clock,
        limit=limit,
        budget=budget,
        spacing=desk.message_spacing,
    )
    for name in ("sent", "found", "requeued", "held", "deferred", "dead", "unknown"):
        if count := getattr(done, name):
            report.delivered[name] += count
    report.problems.extend(done.failures)
    if done.stopped and done.stopped not in done.failures:
        report.problems.append(f"delivery: {done.stopped}")

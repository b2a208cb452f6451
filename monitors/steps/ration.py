"""Ration: of what a run found, let through what the alert budgets allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitors.alerts.drafting import edited
from monitors.decide.ration import ration as choose
from monitors.desk import Desk
from monitors.model import Alert, AlertKind, Budget, Delivery, Hold, Reason, Verdict
from monitors.runs import RunReport

OVER = "the alert budget let only the more significant ones through"


def ration(desk: Desk, report: RunReport) -> None:
    """Let the most significant alerts through; the rest waits for the digest.

    Nothing that is weighed is sent before, so a run that was killed leaves it to the next.
    """
    weighed: dict[str, list[Delivery]] = {}
    for row in desk.store.digests.held(Hold.WEIGHED):
        weighed.setdefault(row.alert.channel, []).append(row)
    now = desk.clock.now()
    for channel, rows in weighed.items():
        passes = _passes(desk, channel, [row.alert for row in rows], now)
        passed = [row for row, passing in zip(rows, passes, strict=True) if passing]
        over = [row for row, passing in zip(rows, passes, strict=True) if not passing]
        desk.store.digests.ration(
            [row.id for row in passed], [row.id for row in over], now, _edits(desk, passed, now)
        )
        _correct(report, {topic.id: topic.name for topic in desk.watchlist.topics}, over)


def _passes(desk: Desk, channel: str, alerts: Sequence[Alert], now: datetime) -> list[bool]:
    used: dict[Budget, list[Alert]] = {}

    def left(budget: Budget, topic_id: str | None) -> int:
        if budget not in used:
            since = now - budget.per
            used[budget] = desk.store.digests.let_through_since(channel, since)
        counted = (a for a in used[budget] if topic_id is None or topic_id in a.topic_ids)
        return max(budget.count - sum(1 for _ in counted), 0)

    budgets = {t.id: t.at_most for t in desk.watchlist.topics if t.at_most is not None}
    of_channel = desk.watchlist.channel(channel).at_most
    return choose(
        alerts,
        {topic_id: left(budget, topic_id) for topic_id, budget in budgets.items()},
        left(of_channel, None) if of_channel else None,
    )


def _edits(desk: Desk, passed: Sequence[Delivery], now: datetime) -> list[Alert]:
    """First messages of threads that gain a step: its source and its stage."""
    edits: dict[str, Alert] = {}
    for row in passed:
        step = row.alert
        if step.kind is not AlertKind.STEP or not step.sources:
            continue
        parent = edits.get(step.story_ids[0]) or desk.store.outbox.thread(
            step.story_ids[0], step.channel
        )
        edit = edited(parent, step.sources[0], step.stage, now, step=True) if parent else None
        if edit is not None:
            edits[step.story_ids[0]] = edit
    return list(edits.values())


def _correct(report: RunReport, names: dict[str, str], over: Sequence[Delivery]) -> None:
    """The report said that these are told."""
    overruled = {
        (row.alert.article_id, names.get(topic_id, topic_id))
        for row in over
        for topic_id in row.alert.topic_ids
    }
    kept = []
    for row in report.alerts:
        if (row["article"], row["topic"]) not in overruled:
            kept.append(row)
            continue
        report.reasons[row["reason"]] -= 1
        report.verdicts[Verdict.ALERT.value] -= 1
        report.reasons[Reason.OVER_BUDGET.value] += 1
        report.verdicts[Verdict.DIGEST.value] += 1
        report.held.append(row | {"reason": Reason.OVER_BUDGET.value, "why": OVER})
    report.alerts[:] = kept
    for counter in (report.reasons, report.verdicts):
        for name in [name for name, count in counter.items() if not count]:
            del counter[name]

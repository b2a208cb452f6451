"""Events that automations can use: what was queued, delivered or refused, and who is unwell.

Names and labels are in docs/operating.md. Headlines come from anywhere: they are in the
payload only, never in a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from prefect.events import emit_event

from monitors.runs import RunReport

QUEUED = "tidings.alert.queued"
DELIVERED = "tidings.alert.delivered"
DEAD = "tidings.alert.dead"
HEALTH = "tidings.source.health"

MOST = 200
"""Events of one kind for each run: what is more is in the run's report."""

_ENDS = {"delivered": DELIVERED, "dead": DEAD}


def tell_prefect(report: RunReport) -> None:
    """Emit an event for each alert that was queued, message that ended, change of health.

    Nothing waits for them: Prefect sends them from a thread, and what it cannot send is lost.
    """
    for row in report.alerts[:MOST]:
        _emit(
            QUEUED,
            {
                "prefect.resource.id": f"tidings.article.{row['article']}",
                "tidings.topic": row["topic_id"],
                "tidings.reason": row["reason"],
            },
            row,
            [_topic(row["topic_id"], row["topic"])],
        )
    for row in report.messages[:MOST]:
        _emit(
            _ENDS[row["outcome"]],
            {
                "prefect.resource.id": f"tidings.message.{row['number']}",
                "tidings.kind": row["kind"],
                "tidings.channel": row["channel"],
            },
            row,
        )
    for change in report.changes[:MOST]:
        _emit(
            HEALTH,
            {
                "prefect.resource.id": f"tidings.source.{change['id']}",
                "tidings.health": change["is"],
                "tidings.was": change["was"],
            },
            change,
        )


def _topic(topic_id: str, name: str) -> dict[str, str]:
    return {
        "prefect.resource.id": f"tidings.topic.{topic_id}",
        "prefect.resource.role": "topic",
        "prefect.resource.name": _plain(name),
    }


def _emit(
    event: str,
    resource: Mapping[str, str],
    payload: Mapping[str, Any],
    related: Iterable[dict[str, str]] = (),
) -> None:
    emit_event(event=event, resource=dict(resource), payload=dict(payload), related=list(related))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()[:120]

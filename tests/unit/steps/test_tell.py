"""Tell: what the outbox holds and is due; the report says what came of it."""

from __future__ import annotations

from datetime import timedelta

from monitors.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from monitors.model import DeliveryState
from monitors.pipeline import new_report
from monitors.runs import RunReport
from monitors.steps.tell import tell
from monitors.testing import sample_alert
from tests.support.newsroom import Newsroom


def _queue(room: Newsroom, *keys: str, after: float = 0) -> None:
    moment = room.clock.now() + timedelta(minutes=after)
    for key in keys:
        room.store.outbox.enqueue(sample_alert(key, story_ids=(f"S-{key}",)), moment)


def _tell(room: Newsroom, limit: int = 500) -> RunReport:
    report = new_report(room.desk)
    tell(room.desk, report, limit=limit)
    return report


def test_due_alerts_are_delivered_once(room: Newsroom) -> None:
    _queue(room, "a", "b")
    assert dict(_tell(room).delivered) == {"sent": 2}
    assert dict(_tell(room).delivered) == {}
    assert [message.alert_key for message in room.sent] == ["a", "b"]


def test_what_is_not_due_waits(room: Newsroom) -> None:
    _queue(room, "a", after=30)
    assert dict(_tell(room).delivered) == {}
    room.later(30)
    assert dict(_tell(room).delivered) == {"sent": 1}


def test_the_limit_leaves_the_rest_to_the_next_run(room: Newsroom) -> None:
    _queue(room, "a", "b", "c")
    assert dict(_tell(room, limit=2).delivered) == {"sent": 2}
    assert dict(_tell(room).delivered) == {"sent": 1}


def test_each_outcome_is_counted_and_each_failure_is_one_line(room: Newsroom) -> None:
    _queue(room, "a", "b", "c", "d")
    room.memory.fail_next(DeliveryDeferred("alert a", "Slack is away", "It is tried again"))
    room.memory.fail_next(DeliveryRefused("alert b", "channel_not_found", remedy="Correct it"))
    room.memory.fail_next(DeliveryUnknown("alert c", "no answer"), accepted=True)
    report = _tell(room)
    assert dict(report.delivered) == {
        "sent": 1,
        "deferred": 1,
        "dead": 1,
        "unknown": 1,
        "found": 1,
    }
    assert report.problems == [
        "alert a: Slack is away. It is tried again",
        "alert b: channel_not_found. Correct it",
        "alert c: no answer",
    ]
    assert "1 undeliverable" in report.headline()


def test_a_wrong_token_is_told_once_and_loses_nothing(room: Newsroom) -> None:
    _queue(room, "a", "b")
    room.memory.fail_next(DeliveryRefused("alert a", "invalid_auth", remedy="Copy the token"))
    report = _tell(room)
    assert report.problems == ["alert a: invalid_auth. Copy the token"]
    assert room.store.outbox.counts()[DeliveryState.PENDING] == 2
    room.later()
    assert dict(_tell(room).delivered) == {"sent": 2}

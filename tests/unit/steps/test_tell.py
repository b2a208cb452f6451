"""Tell: what the outbox holds and is due; the report says what came of it."""

from __future__ import annotations

from datetime import timedelta

from monitors.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from monitors.model import DeliveryState
from monitors.pipeline import new_report
from monitors.runs import RunReport
from monitors.steps.tell import LEASE, tell
from monitors.testing import sample_alert
from tests.support.newsroom import NOW, Newsroom


def _queue(room: Newsroom, *keys: str, after: float = 0) -> None:
    moment = room.clock.now() + timedelta(minutes=after)
    for key in keys:
        room.store.outbox.enqueue(sample_alert(key, story_ids=(f"S-{key}",)), moment)


def _tell(room: Newsroom, limit: int = 500) -> RunReport:
    report = new_report(room.desk)
    tell(room.desk, report, limit=limit, sleep=lambda _: None)
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


def test_what_slack_asks_to_wait_holds_for_every_process(room: Newsroom) -> None:
    _queue(room, "a", "b")
    wait = timedelta(minutes=5)
    room.memory.fail_next(DeliveryDeferred("alert a", "slow down", retry_after=wait))
    assert dict(_tell(room).delivered) == {"deferred": 1}
    room.later(4)
    _queue(room, "c")
    report = _tell(room)
    assert dict(report.delivered) == {}
    assert report.problems == [f"delivery: Slack asked to wait until {NOW + wait:%H:%M:%S} UTC"]
    room.later(1)
    assert dict(_tell(room).delivered) == {"sent": 3}


def test_one_deliverer_at_a_time(room: Newsroom) -> None:
    _queue(room, "a")
    room.store.runs.acquire(LEASE, "run other", room.wall.now(), timedelta(minutes=3))
    report = _tell(room)
    assert dict(report.delivered) == {}
    assert report.problems == ["delivery: another process is delivering, and sends what is due"]
    room.later(3)
    assert dict(_tell(room).delivered) == {"sent": 1}


def test_another_deliverer_is_waited_for_a_little(room: Newsroom) -> None:
    _queue(room, "a")
    room.store.runs.acquire(LEASE, "run other", room.wall.now(), timedelta(minutes=3))
    report = new_report(room.desk)
    tell(room.desk, report, sleep=lambda _: room.store.runs.release(LEASE, "run other"))
    assert dict(report.delivered) == {"sent": 1}


def test_what_is_in_doubt_is_held_where_the_operator_says_so(room: Newsroom) -> None:
    room.desk.on_unknown = "hold"
    _queue(room, "a")
    room.memory.history_error = DeliveryRefused("history", "missing_scope")
    room.memory.fail_next(DeliveryUnknown("alert a", "no answer"))
    assert dict(_tell(room).delivered) == {"unknown": 1, "held": 1}
    room.later(600)
    assert dict(_tell(room).delivered) == {"held": 1}

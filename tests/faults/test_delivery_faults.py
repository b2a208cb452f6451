"""Every way in which Slack or we ourselves can fail while telling.

Each test ends with the same question: is every alert in the channel, and none twice?
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitors.alerts.notify import SlackNotifier
from monitors.alerts.outbox import LEASE, DeliveryReport, OnUnknown, deliver
from monitors.clock import FixedClock, SystemClock
from monitors.demo.localslack import LocalSlack
from monitors.model import AlertKind, DeliveryState
from monitors.ports import Outbox
from monitors.store import open_store
from monitors.testing import MemoryOutbox, SteppingTime, sample_alert

CANARY = "xoxb-canary-5f3d2a"


class Rig:
    """An outbox, a deliverer and a local Slack that share one clock."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.clock = FixedClock(datetime(2025, 2, 18, 14, 16, tzinfo=UTC))
        self.time = SteppingTime(self.clock)
        self.slack = LocalSlack(token=CANARY, clock=self.clock, monotonic=self.time.monotonic)
        self.reports: list[DeliveryReport] = []

    def alert(self, *keys: str, **changes: Any) -> None:
        for key in keys:
            story = changes.get("story_ids", (f"S-{key}",))
            self.outbox.enqueue(
                sample_alert(key, **(changes | {"story_ids": story})), self.clock.now()
            )

    def run(self, on_unknown: OnUnknown = "resend") -> DeliveryReport:
        """One pass of a new process."""
        report = deliver(
            self.outbox,
            SlackNotifier(CANARY, api_url=self.slack.api_url, timeout=0.2, clock=self.clock),
            self.clock,
            on_unknown=on_unknown,
            sleep=self.time.sleep,
            monotonic=self.time.monotonic,
        )
        self.reports.append(report)
        return report

    def settle(self, passes: int = 16) -> None:
        """Passes five minutes apart, until everything is sent."""
        for _ in range(passes):
            self.run()
            if set(self.states()) == {DeliveryState.SENT}:
                return
            self.clock.advance(timedelta(minutes=5))
        raise AssertionError(f"not settled: {self.states()}")

    def states(self) -> dict[DeliveryState, int]:
        return {state: n for state, n in self.outbox.counts().items() if n}

    def told(self) -> Counter[str]:
        """How often each alert stands in the channel."""
        return Counter(
            message["metadata"]["event_payload"]["alert_key"] for message in self.slack.messages
        )


@pytest.fixture(params=["memory", "sqlite"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    if request.param == "memory":
        rig = Rig(MemoryOutbox())
        with rig.slack:
            yield rig
        return
    store = open_store(f"sqlite:///{tmp_path / 'tidings.db'}")
    store.migrate()
    rig = Rig(store.outbox)
    with rig.slack:
        yield rig
    store.close()


FAILURES: list[dict[str, Any]] = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 500, "accept": True},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 502, "accept": True},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 503, "accept": True},
    {"kind": "status", "status": 404},
    {"kind": "status", "status": 429},
    {"kind": "garbage"},
    {"kind": "garbage", "accept": True},
    {"kind": "reset"},
    {"kind": "reset", "accept": True},
    {"kind": "timeout", "seconds": 0.4},
    {"kind": "timeout", "seconds": 0.4, "accept": True},
    {"kind": "slow", "seconds": 0.05},
    {"kind": "slow", "seconds": 0.4},
    {"kind": "ratelimited"},
    {"kind": "ratelimited", "retry_after": "1"},
    {"kind": "ratelimited", "retry_after": "30"},
    {"kind": "ratelimited", "retry_after": "86400"},
    {"kind": "ratelimited", "retry_after": "in a while"},
    {"kind": "ratelimited", "retry_after": "Tue, 18 Feb 2025 14:20:00 GMT"},
    {"kind": "error", "code": "ratelimited"},
    {"kind": "error", "code": "fatal_error"},
    {"kind": "error", "code": "fatal_error", "accept": True},
    {"kind": "error", "code": "internal_error"},
    {"kind": "error", "code": "internal_error", "accept": True, "status": 500},
    {"kind": "error", "code": "service_unavailable"},
    {"kind": "error", "code": "request_timeout"},
    {"kind": "error", "code": "team_added_to_org"},
    {"kind": "error", "code": "invalid_blocks"},
    {"kind": "error", "code": "msg_too_long"},
    {"kind": "error", "code": "msg_blocks_too_long"},
    {"kind": "error", "code": "invalid_auth"},
    {"kind": "error", "code": "token_revoked"},
    {"kind": "error", "code": "never_heard_of_it"},
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: " ".join(map(str, f.values())))
def test_no_failure_of_slack_loses_or_doubles_an_alert(rig: Rig, failure: dict[str, Any]) -> None:
    rig.alert("a", "b")
    rig.slack.fail_next("chat.postMessage", **failure)
    rig.settle()
    assert rig.told() == {"a": 1, "b": 1}
    assert CANARY not in repr(rig.reports) + repr(rig.outbox.rows())


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: " ".join(map(str, f.values())))
@pytest.mark.parametrize("rig", ["memory"], indirect=True)
def test_no_failure_of_an_edit_matters(rig: Rig, failure: dict[str, Any]) -> None:
    rig.alert("parent", story_ids=("S-1",))
    rig.run()
    rig.alert("edit", kind=AlertKind.EDIT, story_ids=("S-1",), headline="Changed")
    rig.slack.fail_next("chat.update", **failure)
    rig.settle()
    assert rig.told() == {"parent": 1}
    assert "Changed" in rig.slack.messages[0]["text"]


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"]
)
def test_a_channel_that_refuses_kills_only_its_own_alerts(rig: Rig, code: str) -> None:
    rig.alert("a", "b")
    rig.slack.fail_next("chat.postMessage", "error", code=code)
    report = rig.run()
    assert rig.states() == {DeliveryState.DEAD: 1, DeliveryState.SENT: 1}
    assert len(report.failures) == 1
    assert code in report.failures[0]
    dead = rig.outbox.rows([DeliveryState.DEAD])
    rig.outbox.requeue([row.id for row in dead], rig.clock.now())
    rig.settle()
    assert rig.told() == {"a": 1, "b": 1}


def test_a_channel_that_does_not_exist_is_named_with_a_remedy(rig: Rig) -> None:
    rig.alert("a", channel="#nowhere")
    (line,) = rig.run().failures
    assert "#nowhere" in line
    assert "watch.yaml" in line


def test_a_lost_reply_is_found_in_its_thread(rig: Rig) -> None:
    rig.alert("parent", story_ids=("S-1",))
    rig.run()
    rig.clock.advance(timedelta(days=3))
    rig.alert("step", kind=AlertKind.STEP, story_ids=("S-1",))
    rig.slack.fail_next("chat.postMessage", "reset", accept=True)
    rig.settle()
    assert rig.told() == {"parent": 1, "step": 1}


def test_a_step_waits_for_a_parent_in_doubt(rig: Rig) -> None:
    rig.alert("parent", story_ids=("S-1",))
    rig.alert("step", kind=AlertKind.STEP, story_ids=("S-1",))
    rig.slack.fail_next("chat.postMessage", "reset")
    rig.settle()
    parent, step = rig.slack.messages
    assert step["thread_ts"] == parent["ts"]
    assert rig.told() == {"parent": 1, "step": 1}


@pytest.mark.parametrize(
    "failure",
    [
        {"kind": "status", "status": 503},
        {"kind": "reset"},
        {"kind": "ratelimited", "retry_after": "60"},
        {"kind": "garbage"},
    ],
    ids=lambda f: str(f["kind"]),
)
def test_a_history_that_fails_for_now_doubles_nothing(rig: Rig, failure: dict[str, Any]) -> None:
    rig.alert("a")
    rig.slack.fail_next("chat.postMessage", "timeout", seconds=0.4, accept=True)
    rig.slack.fail_next("conversations.history", times=4, **failure)
    rig.settle()
    assert rig.told() == {"a": 1}


def test_an_unreadable_history_gives_at_most_one_marked_repeat(rig: Rig) -> None:
    rig.alert("a")
    rig.slack.fail_next("chat.postMessage", "reset", accept=True)
    rig.slack.fail_next("conversations.history", "error", code="missing_scope", times=99)
    rig.settle()
    assert rig.told() == {"a": 2}
    first, second = rig.slack.messages
    assert "Possible repeat" not in repr(first)
    assert "Possible repeat" in repr(second)


@pytest.mark.parametrize("hours", [1, 3])
def test_slack_down_for_hours_doubles_nothing(rig: Rig, hours: int) -> None:
    rig.alert("a")
    rig.slack.fail_next("chat.postMessage", "reset", accept=True)
    rig.run()
    script: dict[str, Any] = {"kind": "status", "status": 503, "times": hours * 12}
    for method in ("chat.postMessage", "conversations.history", "conversations.list"):
        rig.slack.fail_next(method, **script)
    rig.settle(hours * 60)
    assert rig.told() == {"a": 1}


def test_a_token_revoked_while_in_doubt_doubles_nothing(rig: Rig) -> None:
    rig.alert("a")
    rig.slack.fail_next("chat.postMessage", "reset", accept=True)
    rig.slack.fail_next("conversations.list", "error", code="token_revoked", times=30)
    for _ in range(25):
        assert rig.run().sent == 0
        rig.clock.advance(timedelta(minutes=5))
    rig.settle()
    assert rig.told() == {"a": 1}


def test_an_unreadable_history_gives_no_repeat_where_doubt_is_held(rig: Rig) -> None:
    rig.alert("a")
    rig.slack.fail_next("chat.postMessage", "reset", accept=True)
    rig.slack.fail_next("conversations.history", "error", code="missing_scope", times=99)
    for _ in range(5):
        assert rig.run("hold").sent == 0
        rig.clock.advance(timedelta(hours=1))
    assert rig.told() == {"a": 1}
    assert rig.states() == {DeliveryState.UNKNOWN: 1}


@pytest.mark.parametrize("sent", [False, True], ids=["before sending", "after sending"])
def test_a_deliverer_killed_between_claim_and_mark(rig: Rig, sent: bool) -> None:
    rig.alert("a", "b")
    (claimed,) = rig.outbox.claim(rig.clock.now(), LEASE)
    if sent:
        dying = MemoryOutbox()
        dying.enqueue(claimed.alert, rig.clock.now())
        notifier = SlackNotifier(CANARY, api_url=rig.slack.api_url, clock=rig.clock)
        assert deliver(dying, notifier, rig.clock).sent == 1
    rig.settle()
    assert rig.told() == {"a": 1, "b": 1}


def test_hostile_alerts_are_taken_with_their_blocks(rig: Rig) -> None:
    hostile = ["<!channel>", "\u202e <@U1> \0", "🎉" * 5000, "x" * 100_000]
    for index, text in enumerate(hostile):
        rig.alert(f"h{index}", headline=text, quote=text, topic_names=(text,), novelty=text)
    rig.settle()
    assert len(rig.told()) == len(hostile)
    assert all("blocks" in message for message in rig.slack.messages)


def test_a_flood_meets_no_rate_limit(rig: Rig) -> None:
    rig.alert(*(f"k{index}" for index in range(80)))
    rig.settle()
    assert len(rig.slack.requests) == 80
    assert set(rig.told().values()) == {1}


def test_two_deliverers_at_once_double_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'tidings.db'}")
    store.migrate()
    clock = SystemClock()
    for index in range(40):
        store.outbox.enqueue(sample_alert(f"k{index}", story_ids=(f"S{index}",)), clock.now())
    with LocalSlack(token=CANARY, rate_limit=False) as slack:

        def run() -> None:
            notifier = SlackNotifier(CANARY, api_url=slack.api_url, timeout=5)
            deliver(store.outbox, notifier, clock, spacing=0.0)

        deliverers = [threading.Thread(target=run) for _ in range(3)]
        for deliverer in deliverers:
            deliverer.start()
        for deliverer in deliverers:
            deliverer.join()
        assert store.outbox.counts()[DeliveryState.SENT] == 40
        assert len(slack.messages) == 40
    store.close()


def test_two_deliverers_that_doubt_the_same_alert_send_it_once(rig: Rig) -> None:
    """The second looked before the first sent again, and speaks after it."""
    rig.alert("a")
    rig.slack.fail_next("chat.postMessage", "reset")
    rig.run()
    rig.clock.advance(timedelta(seconds=31))

    class Slow(SlackNotifier):
        def find(self, channel: str, alert_key: str, since: datetime) -> Any:
            found = super().find(channel, alert_key, since)
            assert rig.run().sent == 1
            return found

    slow = Slow(CANARY, api_url=rig.slack.api_url, timeout=1, clock=rig.clock)
    deliver(rig.outbox, slow, rig.clock, sleep=rig.time.sleep, monotonic=rig.time.monotonic)
    rig.settle()
    assert rig.told() == {"a": 1}

"""``tidings outbox`` while Slack is away, and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cli_values import Tidings

from monitors.alerts.outbox import deliver
from monitors.cli.outbox import why
from monitors.clock import SystemClock
from monitors.errors import DeliveryDeferred, DeliveryRefused, DeliveryUnknown
from monitors.model import AlertKind, Answer, AnswerKind, Delivery, DeliveryState, Hold
from monitors.store import SqlStore
from monitors.testing import MemoryNotifier, sample_alert

CLOCK = SystemClock()
AWAY = DeliveryDeferred("alert", "no connection to Slack", "Check the network.")


def _deliver(store: SqlStore, notifier: MemoryNotifier) -> None:
    deliver(store.outbox, notifier, CLOCK, spacing=0, limit=30)


@pytest.fixture
def outage(store: SqlStore) -> SqlStore:
    """Five tried in vain, one with its answer lost, a step that waits, one refused, one sent."""
    notifier = MemoryNotifier(CLOCK)
    for n in range(7):
        store.outbox.enqueue(sample_alert(f"K-{n}", story_ids=(f"S-{n}",)), CLOCK.now())
    _deliver_one(store, notifier, None)
    _deliver_one(store, notifier, DeliveryRefused("x", "is_archived", "archived", "Unarchive it."))
    _deliver_one(store, notifier, DeliveryUnknown("x", "no answer in time"))
    notifier.fail_next(AWAY, times=4)
    _deliver(store, notifier)
    step = sample_alert("K-step", kind=AlertKind.STEP, story_ids=("S-3",))
    store.outbox.enqueue(step, CLOCK.now())
    return store


def _deliver_one(store: SqlStore, notifier: MemoryNotifier, error: Exception | None) -> None:
    if error is not None:
        notifier.fail_next(error)
    deliver(store.outbox, notifier, CLOCK, spacing=0, limit=1)


def test_an_outage_is_summed_up_by_reason(tidings: Tidings, outage: SqlStore) -> None:
    lines = tidings("outbox").output.splitlines()
    assert lines[0] == "Outbox: pending 5, sent 1, unknown 1, dead 1"
    assert lines[1].startswith("  4 pending: no connection to Slack. Check the network. Next try")
    assert "  1 unknown: no answer in time; looked for 1 time" in lines
    assert "  1 dead: archived. Unarchive it." in lines
    assert "  1 pending: waits for the first message of its thread" in lines
    assert any("--requeue-dead" in line for line in lines)


def test_open_messages_come_before_sent_ones(tidings: Tidings, outage: SqlStore) -> None:
    shown = tidings("outbox", "--limit", "7").output
    assert " sent " not in shown.split("Messages")[1]
    assert "waits for no. 4, the first message of its thread" in shown


def test_after_the_outage_all_is_sent(tidings: Tidings, outage: SqlStore) -> None:
    assert "1 message will be delivered again" in tidings("outbox", "--requeue-dead").output
    later = CLOCK.now() + timedelta(hours=1)
    for row in outage.outbox.rows([DeliveryState.PENDING, DeliveryState.UNKNOWN]):
        if row.state is DeliveryState.UNKNOWN:
            tidings("outbox", "--requeue", str(row.id))
        else:
            outage.outbox.defer(row.id, CLOCK.now(), row.error or "")
    _deliver(outage, MemoryNotifier(CLOCK))
    assert CLOCK.now() < later
    assert tidings("outbox").output.splitlines()[0] == "Outbox: sent 8"
    done = tidings("outbox", "--requeue-dead")
    assert (done.exit_code, done.output) == (0, "0 messages will be delivered again\n")


def test_a_muted_story_is_named_as_the_reason(tidings: Tidings, outage: SqlStore) -> None:
    mute = Answer(AnswerKind.MUTE, "R-1", CLOCK.now(), "K-3", story_ids=("S-3",))
    outage.answers.add(mute)
    assert "a reader muted its story" in tidings("outbox").output


@pytest.mark.parametrize(
    ("state", "changes", "reason"),
    [
        (DeliveryState.PENDING, {}, "is due"),
        (DeliveryState.SENDING, {}, "is being sent"),
        (DeliveryState.SENT, {}, ""),
        (DeliveryState.SENT, {"hold": Hold.WEIGHED}, ""),
        (DeliveryState.SENT, {"hold": Hold.QUIET}, "quiet hours"),
        (DeliveryState.DEAD, {"error": "archived"}, "archived"),
        (DeliveryState.HELD, {"hold": Hold.QUIET}, "quiet hours"),
        (DeliveryState.UNKNOWN, {"looks": 2}, "no answer; looked for 2 times"),
    ],
    ids=lambda value: str(value) if isinstance(value, DeliveryState) else "",
)
def test_every_state_has_its_reason(
    state: DeliveryState, changes: dict[str, object], reason: str
) -> None:
    now = CLOCK.now()
    row = Delivery(1, sample_alert(), state, now - timedelta(minutes=1), **changes)  # type: ignore[arg-type]
    assert why(row, now) == reason


def test_what_waits_for_its_time_says_so() -> None:
    now = CLOCK.now()
    row = Delivery(1, sample_alert(), DeliveryState.PENDING, now + timedelta(hours=8))
    assert why(row, now) == "waits for its time"

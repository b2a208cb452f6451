from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitors.alerts.outbox import LEASE, DeliveryReport, backoff, deliver
from monitors.clock import FixedClock
from monitors.errors import (
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryUnknown,
    StoreBusy,
)
from monitors.model import AlertKind, Delivery, DeliveryState, Message, Receipt
from monitors.ports import Outbox
from monitors.testing import MemoryNotifier, MemoryOutbox, SteppingTime, sample_alert

Run = Callable[..., DeliveryReport]
SENT, PENDING = DeliveryState.SENT, DeliveryState.PENDING
UNKNOWN, DEAD = DeliveryState.UNKNOWN, DeliveryState.DEAD


@pytest.fixture
def run(outbox: Outbox, notifier: MemoryNotifier, clock: FixedClock, time: SteppingTime) -> Run:
    def once(**options: Any) -> DeliveryReport:
        return deliver(
            outbox, notifier, clock, sleep=time.sleep, monotonic=time.monotonic, **options
        )

    return once


def put(outbox: Outbox, clock: FixedClock, *keys: str, **changes: Any) -> None:
    for key in keys:
        story = changes.get("story_ids", (f"S-{key}",))
        alert = sample_alert(key, **(changes | {"story_ids": story}))
        assert outbox.enqueue(alert, clock.now())


def row(outbox: Outbox, key: str = "a") -> Delivery:
    return next(row for row in outbox.rows() if row.alert.key == key)


def keys(notifier: MemoryNotifier) -> list[str]:
    return [message.alert_key for message in notifier.sent]


def test_everything_due_is_sent_oldest_first(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b", "c")
    outbox.enqueue(sample_alert("later"), clock.now() + timedelta(hours=1))
    report = run()
    assert (report.sent, report.failures, report.stopped) == (3, [], "")
    assert keys(notifier) == ["a", "b", "c"]
    assert row(outbox).state is SENT
    assert row(outbox).ts
    assert row(outbox, "later").state is PENDING


def test_one_message_a_second_a_channel(
    outbox: Outbox, run: Run, clock: FixedClock, time: SteppingTime
) -> None:
    put(outbox, clock, "a", "b", "c")
    put(outbox, clock, "d", channel="#other")
    run()
    assert time.slept == [1.0, 1.0]


def test_the_limit_and_the_budget_end_a_pass(outbox: Outbox, run: Run, clock: FixedClock) -> None:
    put(outbox, clock, *"abcdefgh")
    assert run(limit=2).sent == 2
    assert run(budget=3.0).sent == 3
    assert run().sent == 3


def test_a_step_and_an_edit_follow_their_thread(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "parent", story_ids=("S-1",))
    put(outbox, clock, "step", kind=AlertKind.STEP, story_ids=("S-1",))
    put(outbox, clock, "edit", kind=AlertKind.EDIT, story_ids=("S-1",))
    assert run().sent == 3
    parent = row(outbox, "parent").ts
    assert [message.thread_ts for message in notifier.sent] == [None, parent, None]
    assert [message.edits for message in notifier.sent] == [None, None, parent]


def test_a_step_waits_until_its_thread_exists(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "parent", story_ids=("S-1",))
    put(outbox, clock, "step", kind=AlertKind.STEP, story_ids=("S-1",))
    notifier.fail_next(DeliveryDeferred("x", "no connection"))
    assert run().sent == 0
    clock.advance(timedelta(minutes=1))
    assert run().sent == 2
    assert keys(notifier) == ["parent", "step"]


def test_a_definite_failure_is_tried_again_after_a_backoff(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b")
    notifier.fail_next(DeliveryDeferred("alert a", "no connection", "Check the network."))
    report = run()
    assert (report.sent, report.deferred) == (1, 1)
    assert report.failures == ["alert a: no connection. Check the network."]
    assert row(outbox).not_before >= clock.now() + timedelta(seconds=13)
    clock.advance(timedelta(seconds=16))
    assert run().sent == 1
    assert keys(notifier) == ["b", "a"]


def test_transient_failures_never_kill(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryDeferred("x", "no connection"), times=30)
    for _ in range(30):
        assert run().deferred == 1
        clock.advance(timedelta(hours=1, seconds=1))
    assert run().sent == 1


def test_the_backoff_doubles_up_to_an_hour() -> None:
    waits = [backoff(attempts).total_seconds() for attempts in (0, 1, 2, 3, 8, 9, 10_000)]
    assert waits == [15, 15, 30, 60, 1920, 3600, 3600]


def test_a_flood_in_one_channel_holds_up_no_other(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock, time: SteppingTime
) -> None:
    put(outbox, clock, *(f"flood{index}" for index in range(6)))
    put(outbox, clock, "b1", "b2", channel="#b")
    put(outbox, clock, "c1", "c2", channel="#c")
    run()
    assert keys(notifier)[:6] == ["flood0", "b1", "c1", "flood1", "b2", "c2"]
    assert time.slept == [1.0] * 5


def test_many_channels_with_slow_answers_all_get_their_turn(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock, time: SteppingTime
) -> None:
    for index in range(8):
        put(outbox, clock, *(f"{name}{index}" for name in "ab"), channel=f"#c{index}")
    real = notifier.send

    def slow(message: Message) -> Receipt:
        time.sleep(0.4)
        return real(message)

    notifier.send = slow  # type: ignore[method-assign]
    run(budget=3.0)
    assert keys(notifier) == [f"a{index}" for index in range(8)]


def test_a_retry_after_pauses_the_workspace_and_is_waited_for(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock, time: SteppingTime
) -> None:
    put(outbox, clock, "a", "b")
    put(outbox, clock, "c", channel="#other")
    slow = DeliveryDeferred("x", "slow down", retry_after=timedelta(seconds=7))
    notifier.fail_next(slow)
    report = run()
    assert keys(notifier) == ["c", "a", "b"]
    assert (report.sent, report.deferred, report.paused_until) == (3, 1, None)
    assert time.slept[0] == 7.0


def test_a_long_retry_after_is_left_to_the_next_pass(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock, time: SteppingTime
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryDeferred("x", "slow down", retry_after=timedelta(minutes=20)))
    began = clock.now()
    put(outbox, clock, "b", channel="#other")
    report = run()
    assert (report.sent, report.deferred) == (0, 1)
    assert report.paused_until == began + timedelta(minutes=20)
    assert "no more messages for now" in report.stopped
    assert clock.now() == began
    assert row(outbox).not_before == began + timedelta(minutes=20)


def test_a_workspace_that_keeps_refusing_is_left_alone(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    for index in range(6):
        put(outbox, clock, f"k{index}", channel=f"#c{index}")
    slow = DeliveryDeferred("x", "slow down", retry_after=timedelta(seconds=5))
    notifier.fail_next(slow, times=6)
    report = run()
    assert "workspace" in report.stopped
    assert report.deferred == 3


def test_a_history_that_asks_to_wait_is_asked_no_further(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b", "c")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True, times=2)
    notifier.history_error = DeliveryDeferred("h", "slow", retry_after=timedelta(minutes=3))
    report = run()
    assert (report.unknown, report.held, report.sent) == (2, 1, 1)
    assert report.paused_until == clock.now() + timedelta(minutes=3)
    notifier.history_error = None
    clock.advance(timedelta(minutes=3))
    assert run().found == 2
    assert sorted(keys(notifier)) == ["a", "b", "c"]


def test_nothing_is_sent_at_the_end_of_a_lease(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    """A machine that slept since the claim: by now another deliverer may be sending it."""
    put(outbox, clock, "a")
    real = outbox.claim

    def claim(*args: Any, **kwargs: Any) -> list[Delivery]:
        rows = real(*args, **kwargs)
        if rows:
            clock.advance(LEASE)
        return rows

    outbox.claim = claim  # type: ignore[method-assign]
    assert run().sent == 0
    outbox.claim = real  # type: ignore[method-assign]
    assert run().held == 1
    clock.advance(timedelta(seconds=31))
    assert run().sent == 1
    assert keys(notifier) == ["a"]


def test_an_address_where_nobody_answers_is_left_alone(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, *"abcdefgh")
    notifier.fail_next(DeliveryDeferred("x", "no connection"), times=8)
    report = run()
    assert (report.deferred, bool(report.stopped)) == (5, True)


def test_a_permanent_refusal_is_dead_and_stops_no_other(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b")
    notifier.fail_next(DeliveryRefused("alert a", "channel_not_found", "no such channel", "Fix."))
    report = run()
    assert (report.sent, report.dead) == (1, 1)
    assert report.failures == ["alert a: no such channel. Fix."]
    assert row(outbox).state is DEAD
    assert outbox.requeue([row(outbox).id], clock.now()) == 1
    assert run().sent == 1


def test_a_refused_token_stops_the_pass_and_kills_nothing(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b", "c")
    notifier.fail_next(DeliveryRefused("Slack", "invalid_auth", "wrong token", "Mend it."))
    report = run()
    assert report.stopped == "Slack: wrong token. Mend it."
    assert len(report.failures) == 1
    assert outbox.counts()[PENDING] == 3
    clock.advance(timedelta(minutes=1))
    assert run().sent == 3


def test_refused_blocks_are_sent_once_as_plain_text(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryRefused("x", "invalid_blocks"))
    assert run().sent == 1
    (message,) = notifier.sent
    assert message.blocks == ()
    assert "https://courier.example/a1" in message.text


def test_refused_plain_text_is_dead(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryRefused("x", "msg_blocks_too_long"))
    notifier.fail_next(DeliveryRefused("x", "msg_too_long"))
    assert run().dead == 1
    assert row(outbox).state is DEAD


def test_a_step_whose_thread_was_deleted_goes_to_the_channel(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "parent", story_ids=("S-1",))
    run()
    put(outbox, clock, "step", kind=AlertKind.STEP, story_ids=("S-1",))
    notifier.fail_next(DeliveryRefused("x", "thread_not_found"))
    assert run().sent == 1
    assert notifier.sent[-1].thread_ts is None
    assert not notifier.sent[-1].broadcast


def test_an_edit_without_a_message_to_change_is_dead(
    outbox: Outbox, run: Run, clock: FixedClock
) -> None:
    put(outbox, clock, "a", kind=AlertKind.EDIT)
    report = run()
    assert (report.dead, row(outbox).state) == (1, DEAD)


def test_an_alert_that_cannot_be_composed_stops_no_other(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b")
    broken = outbox.claim(clock.now(), LEASE)[0]
    outbox.defer(broken.id, clock.now(), "")
    real = outbox.claim

    def claim(*args: Any, **kwargs: Any) -> list[Delivery]:
        rows = real(*args, **kwargs)
        bad: Any = None
        return [
            replace(row, alert=replace(row.alert, stage=bad)) if row.alert.key == "a" else row
            for row in rows
        ]

    outbox.claim = claim  # type: ignore[method-assign]
    report = run()
    assert (report.sent, report.deferred) == (1, 1)
    assert keys(notifier) == ["b"]


def test_a_notifier_that_breaks_leaves_its_alert_in_doubt(
    outbox: Outbox,
    run: Run,
    notifier: MemoryNotifier,
    clock: FixedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    put(outbox, clock, "a", "b")
    notifier.fail_next(RuntimeError("xoxb-secret"))
    report = run()
    assert (report.sent, report.unknown) == (1, 1)
    assert "RuntimeError while sending" in report.failures[0]
    assert "xoxb" not in repr(report) + str(row(outbox).error) + caplog.text


# --- what is in doubt ---------------------------------------------------------------------


def test_what_was_accepted_without_an_answer_is_found(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a", "b")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True)
    report = run()
    assert (report.sent, report.unknown, report.found) == (1, 1, 1)
    assert keys(notifier) == ["a", "b"]
    assert row(outbox).state is SENT


def test_what_did_not_arrive_is_sent_again_after_two_looks(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"))
    assert run().held == 1
    clock.advance(timedelta(seconds=29))
    assert run() == DeliveryReport()
    clock.advance(timedelta(seconds=1))
    report = run()
    assert (report.requeued, report.sent) == (1, 1)
    assert keys(notifier) == ["a"]
    assert "ossible repeat" not in repr(notifier.sent)


def test_each_lost_answer_gets_two_looks_of_its_own(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), times=2)
    for sent in (0, 0, 0, 1):
        assert run().sent == sent
        clock.advance(timedelta(seconds=31))
    assert keys(notifier) == ["a"]


def test_a_found_late_message_is_not_sent_again(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"))
    run()
    notifier.send(Message("a", "#news-alerts", "arrives late"))
    clock.advance(timedelta(seconds=31))
    assert run().found == 1
    assert len(notifier.sent) == 1


def test_an_edit_without_an_answer_is_simply_repeated(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "parent", story_ids=("S-1",))
    run()
    put(outbox, clock, "edit", kind=AlertKind.EDIT, story_ids=("S-1",))
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True)
    assert run().requeued == 1
    assert run().sent == 1
    assert row(outbox, "edit").state is SENT


def test_history_that_may_not_be_read_means_a_marked_repeat(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.history_error = DeliveryRefused("history", "missing_scope", "no scope", "Add it.")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True)
    assert run().requeued == 1
    notifier.fail_next(DeliveryDeferred("x", "no connection"))
    run()
    clock.advance(timedelta(minutes=5))
    assert run().sent == 1
    assert "Possible repeat" not in repr(notifier.sent[0])
    assert "Possible repeat" in repr(notifier.sent[1])


def test_what_is_in_doubt_can_be_held_instead(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.history_error = DeliveryRefused("history", "missing_scope", "no scope", "Add it.")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True)
    for _ in range(3):
        assert run(on_unknown="hold").held == 1
        clock.advance(timedelta(hours=2))
    notifier.history_error = None
    assert run(on_unknown="hold").found == 1
    assert len(notifier.sent) == 1


def test_history_that_fails_for_now_is_waited_for(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.history_error = DeliveryDeferred("history", "slow down")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True)
    for _ in range(5):
        assert run().held == 1
        clock.advance(timedelta(minutes=10))
    notifier.history_error = None
    assert run().found == 1
    assert len(notifier.sent) == 1


def test_history_that_fails_for_an_hour_is_not_waited_for(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.history_error = DeliveryDeferred("history", "slow down")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"))
    run()
    clock.advance(timedelta(hours=1))
    assert run().sent == 1


def test_a_deliverer_that_died_while_sending_is_made_good(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "sent-then-died", "died-before-sending")
    first, _second = (outbox.claim(clock.now(), LEASE)[0] for _ in range(2))
    notifier.send(Message(first.alert.key, "#news-alerts", "x"))
    assert run() == DeliveryReport()
    clock.advance(LEASE + timedelta(seconds=1))
    report = run()
    assert (report.found, report.held) == (1, 1)
    clock.advance(timedelta(seconds=31))
    assert run().sent == 1
    assert keys(notifier) == ["sent-then-died", "died-before-sending"]


def test_a_database_that_fails_after_sending_loses_and_doubles_nothing(
    run: Run, notifier: MemoryNotifier, clock: FixedClock, outbox: Outbox
) -> None:
    put(outbox, clock, "a", "b")
    real, failures = outbox.sent, [StoreBusy("tidings.db", "is locked", "Try again.")]

    def sent(delivery_id: int, receipt: Receipt, now: datetime) -> None:
        if failures:
            raise failures.pop()
        real(delivery_id, receipt, now)

    outbox.sent = sent  # type: ignore[method-assign]
    report = run()
    assert (report.sent, len(report.failures)) == (1, 1)
    clock.advance(LEASE + timedelta(seconds=1))
    assert run().found == 1
    assert keys(notifier) == ["a", "b"]


def test_a_thread_is_its_first_message_with_its_latest_edit(
    outbox: Outbox, clock: FixedClock
) -> None:
    assert outbox.thread("S-1", "#news-alerts") is None
    put(outbox, clock, "parent", story_ids=("S-1", "S-2"))
    later = clock.now() + timedelta(hours=1)
    edit: dict[str, Any] = {"kind": AlertKind.EDIT, "story_ids": ("S-1",), "created_at": later}
    put(outbox, clock, "edit", headline="Changed", **edit)
    for story in ("S-1", "S-2"):
        thread = outbox.thread(story, "#news-alerts")
        assert thread is not None
        assert (thread.key, thread.kind, thread.headline) == (
            "parent",
            AlertKind.STORY,
            "Changed",
        )
    assert outbox.thread("S-1", "#other") is None
    outbox.kill(row(outbox, "parent").id, "no")
    assert outbox.thread("S-1", "#news-alerts") is None


def test_the_fake_outbox_brings_back_only_what_is_dead(clock: FixedClock) -> None:
    outbox = MemoryOutbox()
    put(outbox, clock, "a")
    assert outbox.requeue([1], clock.now()) == 0
    outbox.kill(1, "no")
    assert outbox.requeue([1], clock.now()) == 1


def test_a_possible_repeat_that_died_and_was_requeued_says_so(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.history_error = DeliveryRefused("history", "missing_scope", "no scope", "Add it.")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"), accepted=True)
    run()
    notifier.fail_next(DeliveryRefused("x", "is_archived", "archived"))
    assert run().dead == 1
    assert outbox.requeue([row(outbox).id], clock.now()) == 1
    assert run().sent == 1
    assert "Possible repeat" in repr(notifier.sent[-1])


def test_what_is_held_in_doubt_can_be_requeued_by_a_person(
    outbox: Outbox, run: Run, notifier: MemoryNotifier, clock: FixedClock
) -> None:
    put(outbox, clock, "a")
    notifier.history_error = DeliveryRefused("history", "missing_scope", "no scope", "Add it.")
    notifier.fail_next(DeliveryUnknown("x", "no answer in time"))
    assert run(on_unknown="hold").held == 1
    assert outbox.requeue([row(outbox).id], clock.now()) == 1
    assert run(on_unknown="hold").sent == 1
    assert "Possible repeat" in repr(notifier.sent)

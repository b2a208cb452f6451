from __future__ import annotations

from typing import Any

import pytest
from store_values import HOUR, MINUTE, NOW, alert

from monitors.model import POSSIBLE_REPEAT, Alert, AlertKind, Delivery, DeliveryState, Receipt
from monitors.ports import Outcome
from monitors.store import SqlStore
from monitors.store.queue import BETWEEN_EDITS

RECEIPT = Receipt("C1", "1739369716.000100")
NAIVE = NOW.replace(tzinfo=None)
EDIT = alert("K-edit", AlertKind.EDIT)
STEP = alert("K-step", AlertKind.STEP)


def _queue(store: SqlStore, *alerts: Alert, article_id: str = "A-1") -> int:
    return store.decisions.record(Outcome(article_id, alerts=tuple((a, NOW) for a in alerts)))


def _claim(store: SqlStore, now: Any = NOW, limit: int = 10) -> list[Delivery]:
    return store.outbox.claim(now, MINUTE, limit)


def _row(store: SqlStore, key: str = "K-1") -> Delivery:
    return next(row for row in store.outbox.rows() if row.alert.key == key)


def _send(store: SqlStore, receipt: Receipt = RECEIPT) -> None:
    for delivery in _claim(store):
        store.outbox.sent(delivery.id, receipt, NOW)


def test_an_alert_is_queued_once(store: SqlStore) -> None:
    assert store.outbox.enqueue(alert("K", AlertKind.NOTICE), NOW)
    assert not store.outbox.enqueue(alert("K", AlertKind.NOTICE, headline="other"), NOW)
    assert [row.alert.headline for row in store.outbox.rows()] == [alert().headline]


def test_a_claimed_alert_is_sending_and_not_claimed_again(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    assert delivery.alert == alert()
    assert delivery.state is DeliveryState.SENDING
    assert (delivery.sending_since, delivery.lease_until) == (NOW, NOW + MINUTE)
    assert (delivery.attempts, delivery.thread_ts, delivery.ts) == (1, None, None)
    assert _claim(store) == []


def test_alerts_are_claimed_oldest_first_when_due(store: SqlStore) -> None:
    keys = ["K-1", "K-2", "K-3"]
    for key in keys:
        store.outbox.enqueue(alert(key, AlertKind.NOTICE), NOW)
    store.outbox.enqueue(alert("later", AlertKind.NOTICE), NOW + HOUR)
    assert [d.alert.key for d in _claim(store, limit=2)] == keys[:2]
    assert [d.alert.key for d in _claim(store)] == keys[2:]
    assert [d.alert.key for d in _claim(store, NOW + HOUR)] == ["later"]


def test_sent_ends_it(store: SqlStore) -> None:
    _queue(store, alert())
    _send(store)
    row = _row(store)
    assert (row.state, row.ts, row.channel_id) == (DeliveryState.SENT, RECEIPT.ts, "C1")
    assert row.error is None
    assert _claim(store, NOW + HOUR) == []


def test_deferred_waits_and_comes_back(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    store.outbox.defer(delivery.id, NOW + MINUTE, "rate limited")
    row = _row(store)
    assert (row.state, row.error, row.plain) == (DeliveryState.PENDING, "rate limited", False)
    assert _claim(store) == []
    (again,) = _claim(store, NOW + MINUTE)
    assert again.attempts == 2
    store.outbox.defer(again.id, NOW, "invalid_blocks", plain=True)
    assert _claim(store)[0].plain


def test_killed_is_dead_until_requeued(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    store.outbox.kill(delivery.id, "channel_not_found")
    assert (_row(store).state, _row(store).error) == (DeliveryState.DEAD, "channel_not_found")
    assert _claim(store, NOW + HOUR) == []
    assert store.outbox.requeue([delivery.id, 999], NOW + HOUR) == 1
    (again,) = _claim(store, NOW + HOUR)
    assert again.attempts == 1
    assert store.outbox.requeue([delivery.id], NOW) == 0


def test_what_is_in_doubt_is_requeued_as_a_possible_repeat(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    store.outbox.doubt(delivery.id, "timeout")
    assert store.outbox.requeue([delivery.id], NOW) == 1
    (again,) = _claim(store)
    assert (again.error or "").startswith(POSSIBLE_REPEAT)
    store.outbox.kill(again.id, f"{POSSIBLE_REPEAT}: is_archived")
    assert store.outbox.requeue([delivery.id], NOW) == 1
    assert _row(store).error == f"{POSSIBLE_REPEAT}: is_archived"


def test_requeued_is_as_if_it_had_never_been_tried(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    store.outbox.defer(delivery.id, NOW, "invalid_blocks", plain=True)
    store.outbox.kill(_claim(store)[0].id, "invalid_blocks")
    store.outbox.requeue([delivery.id], NOW)
    row = _row(store)
    assert (row.plain, row.attempts, row.error) == (False, 0, None)


def test_channels_that_rest_are_skipped(store: SqlStore) -> None:
    for key, channel in (("K-1", "#a"), ("K-2", "#a"), ("K-3", "#b")):
        store.outbox.enqueue(alert(key, AlertKind.NOTICE, channel=channel), NOW)
    assert sorted(store.outbox.due(NOW)) == ["#a", "#b"]
    assert store.outbox.due(NOW - MINUTE) == []
    assert [d.alert.key for d in store.outbox.claim(NOW, MINUTE, 5, skip={"#a"})] == ["K-3"]
    assert store.outbox.due(NOW) == ["#a"]


def test_a_step_says_what_it_waits_for_and_makes_no_channel_due(store: SqlStore) -> None:
    _queue(store, alert(), STEP)
    (first,) = _claim(store)
    assert store.outbox.due(NOW + HOUR) == []
    assert _row(store, "K-step").waits_for == first.id
    store.outbox.sent(first.id, RECEIPT, NOW)
    assert _row(store, "K-step").waits_for is None
    assert _row(store).sent_at == NOW


def test_doubt_is_looked_into_when_its_time_comes(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    store.outbox.doubt(delivery.id, "timeout")
    (doubtful,) = store.outbox.doubtful(NOW)
    assert (doubtful.state, doubtful.error) == (DeliveryState.UNKNOWN, "timeout")
    assert (doubtful.sending_since, doubtful.looks) == (NOW, 0)
    assert _claim(store, NOW + HOUR) == []
    store.outbox.looked(delivery.id, NOW + MINUTE)
    assert store.outbox.doubtful(NOW) == []
    assert store.outbox.doubtful(NOW + MINUTE)[0].looks == 1


def test_a_row_whose_sender_died_becomes_unknown(store: SqlStore) -> None:
    _queue(store, alert())
    _claim(store)
    assert _claim(store, NOW + MINUTE - MINUTE / 60) == []
    assert store.outbox.counts()[DeliveryState.SENDING] == 1
    assert _claim(store, NOW + MINUTE) == []
    (doubtful,) = store.outbox.doubtful(NOW + MINUTE)
    assert doubtful.sending_since == NOW


def test_a_late_answer_does_not_bring_back_what_was_sent(store: SqlStore) -> None:
    _queue(store, alert())
    (delivery,) = _claim(store)
    store.outbox.sent(delivery.id, RECEIPT, NOW)
    store.outbox.defer(delivery.id, NOW, "late")
    store.outbox.doubt(delivery.id, "late")
    store.outbox.kill(delivery.id, "late")
    assert _row(store).state is DeliveryState.SENT


def test_a_step_waits_for_its_thread_and_gets_its_timestamp(store: SqlStore) -> None:
    _queue(store, alert(), STEP, EDIT)
    assert [d.alert.key for d in _claim(store)] == ["K-1"]
    assert _claim(store) == []
    store.outbox.sent(_row(store).id, RECEIPT, NOW)
    step, edit = _claim(store)
    assert (step.thread_ts, step.channel_id) == (RECEIPT.ts, "C1")
    assert (edit.thread_ts, edit.channel_id) == (RECEIPT.ts, "C1")


def test_a_step_still_waits_while_its_thread_is_unknown(store: SqlStore) -> None:
    _queue(store, alert(), STEP)
    store.outbox.doubt(_claim(store)[0].id, "timeout")
    assert _claim(store, NOW + HOUR) == []


def test_a_step_goes_alone_when_its_thread_is_dead_or_not_known(store: SqlStore) -> None:
    _queue(store, alert(), STEP, alert("K-x", AlertKind.STEP, story_ids=("S-unknown",)))
    first, unrelated = _claim(store)
    assert (unrelated.alert.key, unrelated.thread_ts) == ("K-x", None)
    store.outbox.kill(first.id, "is_archived")
    (step,) = _claim(store)
    assert (step.alert.key, step.thread_ts) == ("K-step", None)


def test_every_story_of_an_alert_gets_its_thread_in_that_channel_only(store: SqlStore) -> None:
    _queue(store, alert())
    _send(store)
    _queue(
        store,
        alert("second", AlertKind.STEP, story_ids=("S-2",)),
        alert("elsewhere", AlertKind.STEP, channel="#summit"),
    )
    second, elsewhere = _claim(store)
    assert (second.thread_ts, elsewhere.thread_ts) == (RECEIPT.ts, None)


def test_a_story_keeps_its_first_thread_unless_that_is_dead(store: SqlStore) -> None:
    _queue(store, alert())
    _send(store)
    _queue(store, alert("K-2"))
    _send(store, Receipt("C1", "2"))
    _queue(store, STEP)
    assert _claim(store)[0].thread_ts == RECEIPT.ts


def test_a_story_gets_a_new_thread_after_a_dead_one(store: SqlStore) -> None:
    _queue(store, alert())
    store.outbox.kill(_claim(store)[0].id, "is_archived")
    _queue(store, alert("K-2"), STEP)
    (second,) = _claim(store)
    store.outbox.sent(second.id, Receipt("C1", "2"), NOW)
    assert _claim(store)[0].thread_ts == "2"


def test_digests_and_notices_are_in_no_thread(store: SqlStore) -> None:
    _queue(store, alert())
    _send(store)
    _queue(store, alert("d", AlertKind.DIGEST), alert("n", AlertKind.NOTICE))
    assert [d.thread_ts for d in _claim(store)] == [None, None]


def test_a_waiting_edit_takes_the_new_content(store: SqlStore) -> None:
    assert _queue(store, EDIT) == 1
    newer = alert("K-edit", AlertKind.EDIT, headline="Now three sources")
    assert _queue(store, newer) == 0
    assert [d.alert for d in _claim(store)] == [newer]


def test_a_waiting_alert_of_another_kind_keeps_its_content(store: SqlStore) -> None:
    _queue(store, STEP)
    _queue(store, alert("K-step", AlertKind.STEP, headline="other"))
    assert [d.alert for d in _claim(store)] == [STEP]


def test_a_sent_edit_waits_again_with_new_content(store: SqlStore) -> None:
    _queue(store, EDIT)
    _send(store)
    assert _queue(store, EDIT) == 0
    assert _row(store, "K-edit").state is DeliveryState.SENT
    newer = alert("K-edit", AlertKind.EDIT, headline="Now three sources")
    assert _queue(store, newer) == 1
    (again,) = _claim(store, now=NOW + BETWEEN_EDITS)
    assert (again.alert, again.attempts) == (newer, 1)


def test_an_edit_that_changes_while_it_is_sent_is_sent_again(store: SqlStore) -> None:
    _queue(store, EDIT)
    (sending,) = _claim(store)
    newer = alert("K-edit", AlertKind.EDIT, headline="Now three sources")
    _queue(store, newer)
    assert _claim(store) == []
    store.outbox.sent(sending.id, RECEIPT, NOW)
    (again,) = _claim(store, now=NOW + BETWEEN_EDITS)
    assert again.alert == newer
    store.outbox.sent(again.id, RECEIPT, NOW + BETWEEN_EDITS)
    assert _row(store, "K-edit").state is DeliveryState.SENT


def test_a_dead_edit_stays_dead_but_keeps_the_newest_content(store: SqlStore) -> None:
    _queue(store, EDIT)
    (delivery,) = _claim(store)
    store.outbox.kill(delivery.id, "cant_update_message")
    newer = alert("K-edit", AlertKind.EDIT, headline="Now three sources")
    assert _queue(store, newer) == 0
    assert _claim(store) == []
    store.outbox.requeue([delivery.id], NOW)
    assert _claim(store)[0].alert == newer


def test_a_thread_shows_its_first_message_with_the_newest_edit(store: SqlStore) -> None:
    assert store.outbox.thread("S-1", "#sanctions") is None
    _queue(store, alert())
    assert store.outbox.thread("S-2", "#sanctions") == alert()
    assert store.outbox.thread("S-1", "#summit") is None
    _queue(store, STEP, EDIT)
    assert store.outbox.thread("S-1", "#sanctions") == alert()
    same_time = alert("K-edit", AlertKind.EDIT, headline="Now two sources")
    _queue(store, same_time)
    assert store.outbox.thread("S-1", "#sanctions") == alert(headline="Now two sources")
    newer = alert("K-edit2", AlertKind.EDIT, headline="Now three sources", created_at=NOW + HOUR)
    _queue(store, newer)
    # The older edit, changed again, is the newest now.
    newest = alert("K-edit", AlertKind.EDIT, headline="Four", created_at=NOW + 2 * HOUR)
    for edit, headline in ((None, "Now three sources"), (newest, "Four")):
        if edit:
            _queue(store, edit)
        assert store.outbox.thread("S-2", "#sanctions") == alert(headline=headline)


def test_a_dead_first_message_is_no_thread(store: SqlStore) -> None:
    _queue(store, alert())
    store.outbox.kill(_claim(store)[0].id, "is_archived")
    assert store.outbox.thread("S-1", "#sanctions") is None


def test_rows_are_newest_first_and_filtered(store: SqlStore) -> None:
    _queue(store, alert(), alert("K-2"), alert("K-3"))
    _claim(store, limit=1)
    rows = store.outbox.rows
    assert [r.alert.key for r in rows()] == ["K-3", "K-2", "K-1"]
    assert [r.alert.key for r in rows([DeliveryState.PENDING], limit=1)] == ["K-3"]
    assert [r.alert.key for r in rows([DeliveryState.SENDING])] == ["K-1"]


def test_counts_name_every_state(store: SqlStore) -> None:
    _queue(store, alert(), alert("K-2"))
    _claim(store, limit=1)
    assert store.outbox.counts() == {
        DeliveryState.PENDING: 1,
        DeliveryState.SENDING: 1,
        DeliveryState.SENT: 0,
        DeliveryState.UNKNOWN: 0,
        DeliveryState.DEAD: 0,
        DeliveryState.HELD: 0,
        DeliveryState.DIGESTED: 0,
    }


def test_notices_and_what_they_are_about_are_stored_together(store: SqlStore) -> None:
    notice = alert("K-n", AlertKind.NOTICE)
    assert store.outbox.troubles() == {}
    assert store.outbox.notify([notice], {"source a": NOW, "message 1": NOW + HOUR}, NOW) == 1
    assert store.outbox.troubles() == {"source a": NOW, "message 1": NOW + HOUR}
    assert [d.alert for d in _claim(store)] == [notice]
    assert store.outbox.notify([notice], {"source b": NOW}, NOW) == 0
    assert store.outbox.troubles() == {"source b": NOW}
    assert store.outbox.notify([], {}, NOW) == 0
    assert store.outbox.troubles() == {}


def test_a_notice_that_cannot_be_stored_is_not_taken_for_told(store: SqlStore) -> None:
    store.outbox.notify([], {"source a": NOW}, NOW)
    with pytest.raises(ValueError, match="aware"):
        store.outbox.notify([alert("K-n", AlertKind.NOTICE)], {"source b": NOW}, NAIVE)
    assert store.outbox.troubles() == {"source a": NOW}

"""What is held back, and how far digests have got."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from store_values import HOUR, MINUTE, NOW, alert, decision, outcome

from monitors.model import (
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Hold,
    Reason,
    Receipt,
    SourceRef,
    Stage,
    Tier,
    Verdict,
)
from monitors.ports import DigestState
from monitors.store import SqlStore
from monitors.store.queue import BETWEEN_EDITS

CHANNEL = "#sanctions"
DIGEST = alert("digest", AlertKind.DIGEST, story_ids=(), development_ids=())


def _story(number: int, hold: Hold | None, store: SqlStore, **changes: object) -> int:
    """Queue a story of its own; its number in the outbox."""
    made = alert(f"K-{number}", story_ids=(f"S-{number}",), development_ids=(f"D-{number}",))
    return _put(replace(made, article_id=f"A-{number}", **changes), hold, store)  # type: ignore[arg-type]


def _put(made: Alert, hold: Hold | None, store: SqlStore) -> int:
    holds = {} if hold is None else {made.key: hold}
    store.decisions.record(outcome(9, alerts=((made, NOW),), holds=holds))
    return _row(store, made.key).id


def _row(store: SqlStore, key: str) -> Delivery:
    return next(row for row in store.outbox.rows() if row.alert.key == key)


def _claimed(store: SqlStore) -> list[str]:
    return [row.alert.key for row in store.outbox.claim(NOW, MINUTE, 100)]


def test_what_is_held_is_not_claimed_and_says_why(store: SqlStore) -> None:
    held = _story(1, Hold.QUIET, store)
    _story(2, None, store)
    assert _claimed(store) == ["K-2"]
    [row] = store.digests.held(Hold.QUIET)
    assert (row.id, row.state, row.hold) == (held, DeliveryState.HELD, Hold.QUIET)
    assert store.digests.held(Hold.BUDGET) == []
    assert store.digests.held(Hold.QUIET, "#other") == []
    assert store.digests.held(Hold.QUIET, CHANNEL, after=held) == []


def test_a_released_row_is_sent_once(store: SqlStore) -> None:
    held = _story(1, Hold.QUIET, store)
    assert store.digests.release([held], NOW) == 1
    assert store.digests.release([held], NOW) == 0
    assert _claimed(store) == ["K-1"]
    assert _row(store, "K-1").hold is Hold.QUIET


def test_a_digest_takes_the_place_of_what_it_tells(store: SqlStore) -> None:
    ids = [_story(number, Hold.QUIET, store) for number in (1, 2)]
    assert store.digests.fold(DIGEST, ids, DigestState("2025-02-12", 7, 8))
    assert _claimed(store) == ["digest"]
    assert {_row(store, key).state for key in ("K-1", "K-2")} == {DeliveryState.DIGESTED}
    assert store.digests.state(CHANNEL) == DigestState("2025-02-12", 7, 8)
    assert store.outbox.thread("S-1", CHANNEL) is None


def test_a_digest_changes_nothing_where_a_row_was_let_through_meanwhile(store: SqlStore) -> None:
    first, second = (_story(number, Hold.QUIET, store) for number in (1, 2))
    store.digests.release([second], NOW)
    assert not store.digests.fold(DIGEST, [first, second], DigestState("2025-02-12"))
    assert _row(store, "K-1").state is DeliveryState.HELD
    assert store.digests.state(CHANNEL) is None
    assert _claimed(store) == ["K-2"]


def test_a_digest_is_queued_once(store: SqlStore) -> None:
    assert store.digests.fold(DIGEST, [])
    held = _story(1, Hold.QUIET, store)
    assert not store.digests.fold(DIGEST, [held])
    assert _row(store, "K-1").state is DeliveryState.HELD


def test_the_budget_overrules_decisions_and_what_counts_as_told(store: SqlStore) -> None:
    told = replace(decision(1), verdict=Verdict.ALERT, reason=Reason.NEW_STORY)
    made = outcome(1, decisions=(told,))
    one = alert(development_ids=(made.developments[0].id,), topic_ids=(told.topic_id,))
    made = replace(made, alerts=((one, NOW),), holds={one.key: Hold.WEIGHED})
    store.decisions.record(made)
    row = _row(store, one.key)
    store.digests.ration([], [row.id], NOW)
    [overruled] = store.decisions.decisions(article_id="A-1")
    assert (overruled.verdict, overruled.reason) == (Verdict.DIGEST, Reason.OVER_BUDGET)
    assert overruled.explanation
    assert not store.decisions.developments(made.stories[0].id)[0].told
    assert _row(store, one.key).hold is Hold.BUDGET
    assert store.digests.fold(DIGEST, [row.id])
    assert store.decisions.developments(made.stories[0].id)[0].told


def test_what_the_budget_lets_through_counts_from_then_on(store: SqlStore) -> None:
    first, second = (_story(number, Hold.WEIGHED, store) for number in (1, 2))
    assert store.digests.let_through_since(CHANNEL, NOW - HOUR) == []
    store.digests.ration([second], [first], NOW)
    assert [a.key for a in store.digests.let_through_since(CHANNEL, NOW)] == ["K-2"]
    assert store.digests.let_through_since(CHANNEL, NOW + MINUTE) == []
    assert store.digests.let_through_since("#other", NOW) == []
    assert _claimed(store) == ["K-2"]


def test_a_step_opens_the_thread_where_its_story_was_not_let_through(store: SqlStore) -> None:
    story = _story(1, Hold.WEIGHED, store)
    step = alert("K-step", AlertKind.STEP, story_ids=("S-1",), development_ids=("D-2",))
    passed = _put(step, Hold.WEIGHED, store)
    store.digests.ration([passed], [story], NOW)
    [delivery] = store.outbox.claim(NOW, MINUTE)
    assert (delivery.alert.key, delivery.alert.kind) == ("K-step", AlertKind.STORY)
    store.outbox.sent(delivery.id, Receipt("C1", "1.5"), NOW)
    _put(alert("K-third", AlertKind.STEP, story_ids=("S-1",)), None, store)
    [third] = store.outbox.claim(NOW, MINUTE)
    assert third.thread_ts == "1.5"


def test_an_urgent_step_opens_the_thread_while_its_story_is_held(store: SqlStore) -> None:
    _story(1, Hold.QUIET, store)
    _put(alert("K-step", AlertKind.STEP, story_ids=("S-1",)), None, store)
    [delivery] = store.outbox.claim(NOW, MINUTE)
    assert delivery.alert.kind is AlertKind.STORY


def test_what_is_held_takes_new_sources_itself(store: SqlStore) -> None:
    _story(1, Hold.QUIET, store)
    more = (SourceRef("Third", "https://third.example/1", Tier.PRESS, "en", True),)
    edit = alert("K-edit", AlertKind.EDIT, story_ids=("S-1",), sources=more, stage=Stage.SIGNED)
    assert _put_edit(edit, store) == 0
    held = _row(store, "K-1").alert
    assert (held.sources, held.stage, held.kind) == (more, Stage.SIGNED, AlertKind.STORY)
    assert len(store.outbox.rows()) == 1


def _put_edit(edit: Alert, store: SqlStore) -> int:
    return store.decisions.record(outcome(8, alerts=((edit, NOW),)))


def test_an_edit_of_what_a_digest_told_is_dropped(store: SqlStore) -> None:
    held = _story(1, Hold.QUIET, store)
    store.digests.fold(DIGEST, [held])
    assert _put_edit(alert("K-edit", AlertKind.EDIT, story_ids=("S-1",)), store) == 0
    assert _claimed(store) == ["digest"]


def test_what_waits_is_held_for_the_digest_after_a_pause(store: SqlStore) -> None:
    _story(1, None, store)
    _story(2, None, store)
    tried = store.outbox.claim(NOW, MINUTE)[0]
    store.outbox.defer(tried.id, NOW, "rate limited")
    assert store.digests.hold_waiting(Hold.CATCH_UP) == 1
    assert [row.alert.key for row in store.digests.held(Hold.CATCH_UP)] == ["K-2"]
    assert _claimed(store) == ["K-1"]


def test_an_edit_waits_while_its_first_message_is_held_again(store: SqlStore) -> None:
    _story(1, None, store)
    _put_edit(alert("K-edit", AlertKind.EDIT, story_ids=("S-1",)), store)
    store.digests.hold_waiting(Hold.CATCH_UP)
    assert _claimed(store) == []
    [held] = store.digests.held(Hold.CATCH_UP)
    assert store.digests.fold(DIGEST, [held.id])
    assert _claimed(store) == ["digest"]
    assert _row(store, "K-edit").state is DeliveryState.DIGESTED


def test_what_was_told_is_listed_from_a_number_on(store: SqlStore) -> None:
    first = _story(1, None, store)
    _story(2, None, store)
    quiet = _story(3, Hold.QUIET, store)
    over = _story(4, Hold.WEIGHED, store)
    store.digests.ration([], [over], NOW)
    store.digests.fold(DIGEST, [quiet])
    told = store.digests.told_after(CHANNEL, first)
    assert [row.alert.key for row in told] == ["K-2", "K-3"]


def test_numbers_grow_and_decisions_are_counted_from_one_on(store: SqlStore) -> None:
    assert store.digests.newest() == (0, 0)
    near = [replace(decision(n), verdict=Verdict.NONE, reason=Reason.NEAR_MISS) for n in (1, 2, 3)]
    store.decisions.record(outcome(1, decisions=tuple(near[:1]), alerts=()))
    _, cursor = store.digests.newest()
    store.decisions.record(outcome(2, decisions=tuple(near[1:]), alerts=()))
    topics = [near[0].topic_id]
    found, total = store.digests.decided_after(topics, Reason.NEAR_MISS, cursor, 1)
    assert ([d.article_id for d in found], total) == (["A-3"], 2)
    assert store.digests.decided_after(["other"], Reason.NEAR_MISS, 0, 9) == ([], 0)
    assert store.digests.seen(topics, NOW - HOUR) == []


def test_a_story_edits_no_more_than_once_in_five_minutes(store: SqlStore) -> None:
    _story(1, None, store)
    now, edits = NOW, []
    for number in range(60):  # a source a minute
        text = f"{number} sources"
        edit = alert("K-edit", AlertKind.EDIT, story_ids=("S-1",), headline=text)
        store.decisions.record(outcome(8, alerts=((edit, now),)))
        for row in store.outbox.claim(now, MINUTE):
            store.outbox.sent(row.id, Receipt("C1", "1.5"), now)
            edits += [now] if row.alert.kind is AlertKind.EDIT else []
        now += MINUTE
    gaps = {later - earlier for earlier, later in itertools.pairwise(edits)}
    assert gaps == {BETWEEN_EDITS}


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=365 * 70)])
def test_a_wait_that_a_wrong_clock_set_ends_when_the_clock_is_right(
    store: SqlStore, wrong: timedelta
) -> None:
    _story(1, None, store)
    [row] = store.outbox.claim(NOW + wrong, MINUTE)
    store.outbox.defer(row.id, NOW + wrong + MINUTE, "rate limited")
    assert _claimed(store) == ["K-1"]  # sending now, claimed by the wrong clock again
    store.outbox.defer(row.id, NOW + MINUTE, "rate limited")
    assert _claimed(store) == []


def test_a_lease_that_a_wrong_clock_took_runs_out(store: SqlStore) -> None:
    _story(1, None, store)
    store.outbox.claim(NOW + timedelta(days=1), MINUTE)
    assert _claimed(store) == []
    assert _row(store, "K-1").state is DeliveryState.UNKNOWN


def test_after_an_edit_in_the_future_the_next_is_five_minutes_away(store: SqlStore) -> None:
    _story(1, None, store)
    ahead = NOW + timedelta(days=1)
    _put_edit(alert("K-edit", AlertKind.EDIT, story_ids=("S-1",), headline="2"), store)
    for _ in range(2):
        for row in store.outbox.claim(ahead, MINUTE):
            store.outbox.sent(row.id, Receipt("C1", "1.5"), ahead)
    _put_edit(alert("K-edit", AlertKind.EDIT, story_ids=("S-1",), headline="3"), store)
    assert _claimed(store) == []
    assert len(store.outbox.claim(NOW + BETWEEN_EDITS, MINUTE)) == 1

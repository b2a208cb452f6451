"""The card of a week reaches the operators once, when the week is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitors.alerts.compose import compose
from monitors.alerts.rules import problems
from monitors.model import (
    Alert,
    AlertKind,
    Answer,
    AnswerKind,
    Decision,
    Delivery,
    DeliveryState,
    Reason,
    Receipt,
    Verdict,
)
from monitors.ports import Outcome
from monitors.report.weekly import tell_week
from monitors.store import SqlStore
from tests.support.report_values import WATCHLIST

THURSDAY = datetime(2025, 2, 13, 9, tzinfo=UTC)
MONDAY = datetime(2025, 2, 17, 3, 40, tzinfo=UTC)
TOPIC = WATCHLIST.topics[0].id
WATCHED = replace(WATCHLIST, operators_channel="#ops")


def told(store: SqlStore) -> None:
    """A message of Thursday that somebody found useful, and a near miss."""
    alert = Alert("K-1", AlertKind.STORY, "#news", THURSDAY, "Told", (TOPIC,), article_id="A-1")
    store.outbox.enqueue(alert, THURSDAY)
    [claimed] = store.outbox.claim(THURSDAY, timedelta(minutes=1))
    store.outbox.sent(claimed.id, Receipt("C1", "1.000001"), THURSDAY)
    store.answers.add(
        Answer(AnswerKind.USEFUL, "R-1", THURSDAY, "K-1", "Told", (TOPIC,), (), "A-1")
    )
    missed = Decision(
        "A-2", TOPIC, Verdict.NONE, Reason.NEAR_MISS, THURSDAY, 0.3, "Talks *may* <!here> resume"
    )
    store.decisions.record(Outcome("A-2", (missed,)))


def notice(store: SqlStore) -> Delivery:
    [row] = [row for row in store.outbox.rows() if row.alert.kind is AlertKind.NOTICE]
    return row


def test_a_week_is_told_once_when_it_is_over(store: SqlStore) -> None:
    told(store)
    assert not tell_week(store, WATCHED, MONDAY - timedelta(days=1))
    assert tell_week(store, WATCHED, MONDAY)
    assert not tell_week(store, WATCHED, MONDAY + timedelta(days=1))
    row = notice(store)
    assert (row.state, row.alert.channel) == (DeliveryState.PENDING, "#ops")
    assert row.alert.headline == "How 10 Feb to 16 Feb 2025 went"
    first, *_, last = row.alert.body
    assert first.startswith("1 message, 1 of them answered: useful 100% (21% to 100%)")
    assert last == (
        "Not told (near miss): Talks *may* <!here> resume. Was that right? "
        f"tidings label A-2 {TOPIC} useful, not-new or not-relevant"
    )


def test_slack_takes_it_and_nothing_in_it_pings(store: SqlStore) -> None:
    told(store)
    tell_week(store, WATCHED, MONDAY)
    message = compose(notice(store))
    assert problems(message.blocks, message.text) == []
    assert "<!here>" not in message.text


def test_no_channel_or_no_message_is_no_card(store: SqlStore) -> None:
    assert not tell_week(store, WATCHED, MONDAY)
    told(store)
    assert not tell_week(store, replace(WATCHED, operators_channel=None), MONDAY)
    assert not tell_week(store, WATCHED, MONDAY + timedelta(days=7))

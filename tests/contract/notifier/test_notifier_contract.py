"""What every notifier promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitors.alerts.compose import compose
from monitors.clock import FixedClock
from monitors.model import AlertKind, Delivery, DeliveryState, Message
from monitors.ports import Notifier
from monitors.testing import sample_alert


@pytest.fixture
def message(clock: FixedClock) -> Message:
    return compose(Delivery(1, sample_alert(), DeliveryState.SENDING, clock.now()))


def test_each_message_gets_a_receipt_of_its_own(notifier: Notifier, message: Message) -> None:
    first = notifier.send(message)
    second = notifier.send(replace(message, alert_key="other"))
    assert first.channel_id == second.channel_id
    assert first.ts != second.ts
    assert float(first.ts) < float(second.ts)


def test_a_reply_has_a_receipt_of_its_own(notifier: Notifier, message: Message) -> None:
    first = notifier.send(message)
    reply = replace(message, alert_key="reply", thread_ts=first.ts, broadcast=True)
    assert notifier.send(reply).ts not in ("", first.ts)


def test_an_edit_keeps_the_timestamp(notifier: Notifier, message: Message) -> None:
    first = notifier.send(message)
    edit = replace(message, alert_key="edit", edits=first.ts, text="changed")
    assert notifier.send(edit).ts == first.ts


@pytest.mark.parametrize("by_id", [False, True])
def test_what_was_sent_is_found(
    notifier: Notifier, message: Message, clock: FixedClock, by_id: bool
) -> None:
    began = clock.now()
    notifier.send(replace(message, alert_key="another"))
    receipt = notifier.send(message)
    channel = receipt.channel_id if by_id else message.channel
    clock.advance(timedelta(minutes=5))
    assert notifier.find(channel, message.alert_key, began) == receipt


def test_a_reply_is_found(notifier: Notifier, message: Message, clock: FixedClock) -> None:
    began = clock.now()
    first = notifier.send(message)
    for key, broadcast in (("shown", True), ("hidden", False)):
        reply = replace(message, alert_key=key, thread_ts=first.ts, broadcast=broadcast)
        assert notifier.send(reply) == notifier.find(message.channel, key, began)


def test_an_edited_message_is_still_found(
    notifier: Notifier, message: Message, clock: FixedClock
) -> None:
    began = clock.now()
    receipt = notifier.send(message)
    notifier.send(replace(message, alert_key="edit", edits=receipt.ts))
    assert notifier.find(message.channel, message.alert_key, began) == receipt


def test_what_was_not_sent_is_not_found(
    notifier: Notifier, message: Message, clock: FixedClock
) -> None:
    assert notifier.find(message.channel, "never", clock.now()) is None
    notifier.send(message)
    assert notifier.find(message.channel, "never", clock.now()) is None
    assert notifier.find("#sanctions", "never", clock.now()) is None


@pytest.mark.parametrize("kind", list(AlertKind))
@pytest.mark.parametrize("plain", [False, True])
def test_every_kind_of_message_is_taken(
    notifier: Notifier, message: Message, clock: FixedClock, kind: AlertKind, plain: bool
) -> None:
    parent = notifier.send(message)
    text = "<!channel> \u202e [bold]x[/bold] \x1b[2J & <@U1>"
    alert = sample_alert("k2", kind=kind, headline=text, quote=text, body=(text,), novelty=text)
    delivery = Delivery(
        2,
        alert,
        DeliveryState.SENDING,
        clock.now(),
        thread_ts=parent.ts,
        channel_id=parent.channel_id,
        plain=plain,
    )
    assert notifier.send(compose(delivery)).ts

"""How Slack's answers become outcomes."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitors.alerts.compose import compose
from monitors.alerts.notify import NotifierOptions, SlackNotifier, open_notifier
from monitors.alerts.notify.console import ConsoleNotifier
from monitors.alerts.notify.slack_errors import LONGEST_WAIT, REMEDIES, wait_from
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.demo.localslack_script import KINDS
from monitors.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
)
from monitors.model import Delivery, DeliveryState, Message
from monitors.testing import sample_alert

CANARY = "xoxb-canary-5f3d2a"
NOW = datetime(2025, 2, 18, 14, 15, tzinfo=UTC)


@pytest.fixture
def message() -> Message:
    return compose(Delivery(1, sample_alert(), DeliveryState.SENDING, NOW))


@pytest.fixture
def to_slack(slack: LocalSlack, clock: FixedClock) -> SlackNotifier:
    return SlackNotifier(CANARY, api_url=slack.api_url, timeout=1.5, clock=clock)


def test_a_post_carries_what_delivery_rests_on(
    to_slack: SlackNotifier, slack: LocalSlack, message: Message
) -> None:
    to_slack.send(message)
    (request,) = slack.requests
    assert request.method == "chat.postMessage"
    assert request.body["metadata"] == {
        "event_type": "tidings_alert",
        "event_payload": {"alert_key": "alert-1"},
    }
    assert request.body["parse"] == "none"
    assert not any(request.body[key] for key in ("unfurl_links", "unfurl_media", "link_names"))
    assert "thread_ts" not in request.body
    assert CANARY not in repr(slack.requests)


def test_an_edit_by_channel_name_looks_the_id_up(
    to_slack: SlackNotifier, slack: LocalSlack, clock: FixedClock, message: Message
) -> None:
    receipt = to_slack.send(message)
    fresh = SlackNotifier(CANARY, api_url=slack.api_url, clock=clock)
    fresh.send(replace(message, edits=receipt.ts, text="changed"))
    assert [request.method for request in slack.requests[1:]] == [
        "conversations.list",
        "chat.update",
    ]
    assert slack.messages[0]["text"] == "changed"
    assert "metadata" not in slack.requests[-1].body


def test_an_edit_as_plain_text_takes_the_blocks_away(
    to_slack: SlackNotifier, slack: LocalSlack, message: Message
) -> None:
    receipt = to_slack.send(message)
    to_slack.send(replace(message, edits=receipt.ts, blocks=(), text="changed"))
    assert "blocks" not in slack.messages[0]


@pytest.mark.parametrize("code", sorted(set(REMEDIES) | {"something_nobody_heard_of"}))
def test_every_refusal_is_definite(
    to_slack: SlackNotifier, slack: LocalSlack, message: Message, code: str
) -> None:
    slack.fail_next("chat.postMessage", "error", code=code)
    known = code in REMEDIES
    with pytest.raises(DeliveryRefused if known else DeliveryDeferred) as caught:
        to_slack.send(message)
    assert code in str(caught.value)
    if known:
        assert caught.value.remedy
    assert slack.messages == []


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        ({"kind": "ratelimited", "retry_after": "7"}, DeliveryDeferred),
        ({"kind": "ratelimited"}, DeliveryDeferred),
        ({"kind": "error", "code": "ratelimited"}, DeliveryDeferred),
        ({"kind": "error", "code": "service_unavailable"}, DeliveryUnknown),
        ({"kind": "error", "code": "service_unavailable", "status": 500}, DeliveryUnknown),
        ({"kind": "error", "code": "request_timeout"}, DeliveryDeferred),
        ({"kind": "error", "code": "team_added_to_org"}, DeliveryDeferred),
        ({"kind": "error", "code": "fatal_error"}, DeliveryUnknown),
        ({"kind": "error", "code": "internal_error", "status": 500}, DeliveryUnknown),
        ({"kind": "status", "status": 500}, DeliveryUnknown),
        ({"kind": "status", "status": 503, "accept": True}, DeliveryUnknown),
        ({"kind": "status", "status": 408}, DeliveryUnknown),
        ({"kind": "status", "status": 429}, DeliveryDeferred),
        ({"kind": "status", "status": 404}, DeliveryDeferred),
        ({"kind": "garbage"}, DeliveryUnknown),
        ({"kind": "reset"}, DeliveryUnknown),
        ({"kind": "reset", "accept": True}, DeliveryUnknown),
        ({"kind": "timeout", "accept": True, "seconds": 3.0}, DeliveryUnknown),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_each_failure_has_its_outcome_and_is_tried_once(
    to_slack: SlackNotifier,
    slack: LocalSlack,
    message: Message,
    failure: dict[str, Any],
    outcome: type[DeliveryError],
) -> None:
    slack.fail_next("chat.postMessage", **failure)
    with pytest.raises(outcome) as caught:
        to_slack.send(message)
    assert type(caught.value) is outcome
    assert len(slack.requests) == 1
    assert len(slack.messages) == bool(failure.get("accept"))


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", timedelta(seconds=7)),
        (" 1.5 ", timedelta(seconds=1.5)),
        ("Tue, 18 Feb 2025 14:16:00 GMT", timedelta(minutes=1)),
        ("999999", LONGEST_WAIT),
        ("1e400", None),
        ("Tue, 18 Feb 2031 14:16:00 GMT", LONGEST_WAIT),
        ("Tue, 18 Feb 2020 14:16:00 GMT", None),
        ("-5", None),
        ("0", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_with_patience(header: str | None, wait: timedelta | None) -> None:
    assert wait_from(header, NOW) == wait


def test_a_429_without_a_usable_wait_waits_all_the_same(
    to_slack: SlackNotifier, slack: LocalSlack, message: Message
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after="soon")
    with pytest.raises(DeliveryDeferred) as caught:
        to_slack.send(message)
    assert caught.value.retry_after == timedelta(seconds=30)


def test_a_refused_connection_is_definitely_not_sent(message: Message) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "no-such-host.invalid"):
        lost = SlackNotifier(CANARY, api_url=f"http://{host}/api/", timeout=2)
        with pytest.raises(DeliveryDeferred, match="SLACK_API_URL"):
            lost.send(message)


def test_a_wrong_token_says_what_to_do(slack: LocalSlack, message: Message) -> None:
    wrong = SlackNotifier("xoxb-wrong", api_url=slack.api_url)
    with pytest.raises(DeliveryRefused, match="SLACK_BOT_TOKEN") as caught:
        wrong.send(message)
    assert caught.value.code == "invalid_auth"
    with pytest.raises(DeliveryRefused):
        wrong.check()


def test_check_names_the_workspace(to_slack: SlackNotifier) -> None:
    assert to_slack.check() == "tidings @ Local newsroom"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.history"])
def test_no_outcome_leaks_the_token(
    to_slack: SlackNotifier,
    slack: LocalSlack,
    message: Message,
    caplog: pytest.LogCaptureFixture,
    kind: Any,
    method: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.fail_next(method, kind, seconds=3.0, code=f"echo {CANARY}")
    calls: dict[str, Callable[[], object]] = {
        "chat.postMessage": lambda: to_slack.send(message),
        "conversations.history": lambda: to_slack.find("#news-alerts", "k", NOW),
    }
    with pytest.raises(DeliveryError) as caught:
        calls[method]()
    assert CANARY not in caplog.text
    assert CANARY not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert CANARY not in repr(to_slack) + repr(NotifierOptions(slack_token=CANARY))


def test_find_reads_on_until_it_reaches_back_far_enough(
    to_slack: SlackNotifier, slack: LocalSlack, clock: FixedClock, message: Message
) -> None:
    receipt = to_slack.send(message)
    for _ in range(450):
        clock.advance(timedelta(seconds=1))
        slack.workspace.answer("chat.postMessage", CANARY, {"channel": "news-alerts", "text": "x"})
    assert to_slack.find("#news-alerts", message.alert_key, NOW) == receipt
    # Also where our clock runs ahead of Slack's, the newest page is read whole.
    late = NOW + timedelta(days=1)
    before = len(slack.requests)
    assert to_slack.find("#news-alerts", message.alert_key, late) is None
    assert len(slack.requests) == before + 1


def test_a_fast_clock_does_not_hide_a_message(to_slack: SlackNotifier, message: Message) -> None:
    receipt = to_slack.send(message)
    assert to_slack.find("#news-alerts", "alert-1", NOW + timedelta(days=1)) == receipt


def test_a_history_too_long_to_read_is_an_error(
    to_slack: SlackNotifier, slack: LocalSlack, clock: FixedClock
) -> None:
    for _ in range(2001):
        clock.advance(timedelta(seconds=1))
        slack.workspace.answer("chat.postMessage", CANARY, {"channel": "news-alerts", "text": "x"})
    with pytest.raises(DeliveryError, match="more than 2000 messages"):
        to_slack.find("#news-alerts", "k", NOW)


def test_an_unknown_channel_has_no_history(to_slack: SlackNotifier) -> None:
    with pytest.raises(DeliveryRefused, match="Invite"):
        to_slack.find("#nowhere", "k", NOW)


def test_a_slow_answer_is_waited_for(
    to_slack: SlackNotifier, slack: LocalSlack, message: Message
) -> None:
    slack.fail_next("chat.postMessage", "slow", seconds=0.1)
    began = time.monotonic()
    to_slack.send(message)
    assert time.monotonic() - began >= 0.1


def test_a_proxy_for_the_net_is_not_asked_for_this_machine(
    slack: LocalSlack, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert SlackNotifier(CANARY, api_url=slack.api_url).send(message).ts


@pytest.mark.parametrize("token", ["", "xoxb-“quoted”", "xoxb two"])
def test_a_token_that_cannot_be_one_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN"):
        SlackNotifier(token)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="SLACK_API_URL"):
        SlackNotifier(CANARY, api_url="slack.com/api")


def test_the_registry_chooses_by_token_and_by_name() -> None:
    assert isinstance(open_notifier(NotifierOptions()), ConsoleNotifier)
    with_token = NotifierOptions(slack_token=CANARY)
    assert isinstance(open_notifier(with_token), SlackNotifier)
    assert isinstance(open_notifier(with_token, "console"), ConsoleNotifier)
    with pytest.raises(SettingsError, match="Known are: slack, console"):
        open_notifier(with_token, "pigeon")
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN"):
        open_notifier(NotifierOptions(), "slack")

"""Buttons: what a message gets, what a click says, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitors.alerts import compose
from monitors.alerts.buttons import ACTIONS, UNMUTE, Click, opaque_id, read_click, with_buttons
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.demo.localslack_socket import click
from monitors.model import Answer, AnswerKind, Delivery, DeliveryState, Message
from monitors.testing import sample_alert

NOW = datetime(2025, 2, 18, 14, 20, tzinfo=UTC)
POSTED = {"ts": "1739888160.000100", "channel": "C0LOCAL0001"}


def _message() -> Message:
    alert = sample_alert("K")
    return compose(Delivery(1, alert, DeliveryState.SENDING, alert.created_at))


def _answer(kind: AnswerKind, who: str = "R-1") -> Answer:
    return Answer(kind, who, NOW, "K")


def _actions(message: Message) -> list[str]:
    return [item["action_id"] for item in message.blocks[-1]["elements"]]


def test_a_message_gets_a_button_for_each_answer() -> None:
    message = with_buttons(_message(), [], muted=False)
    assert _actions(message) == list(ACTIONS)
    assert message.blocks[:-1] == _message().blocks


def test_what_was_answered_is_shown_in_numbers() -> None:
    given = [_answer(AnswerKind.USEFUL), _answer(AnswerKind.USEFUL, "R-2")]
    message = with_buttons(_message(), [*given, _answer(AnswerKind.NOT_NEW, "R-3")], muted=False)
    assert message.blocks[-2]["elements"][0]["text"] == "Useful: 2  ·  Not new: 1"


def test_a_muted_story_says_so_and_can_be_unmuted() -> None:
    message = with_buttons(_message(), [_answer(AnswerKind.MUTE)], muted=True)
    line = message.blocks[-2]["elements"][0]["text"]
    assert line == "Story muted since 18 Feb 2025 14:20 UTC: no more messages of it"
    assert _actions(message)[-1] == UNMUTE
    assert "tidings_mute" not in _actions(message)


@pytest.mark.parametrize("muted", [False, True])
def test_slack_takes_the_buttons(muted: bool) -> None:
    given = [_answer(kind, f"R-{kind}") for kind in AnswerKind]
    message = with_buttons(_message(), given, muted=muted)
    limits = {"max_blocks": OUR_BLOCKS, "max_characters": OUR_CHARACTERS}
    assert problems(message.blocks, message.text, **limits) == []


def test_a_message_without_blocks_gets_none() -> None:
    plain = replace(_message(), blocks=())
    assert with_buttons(plain, [], muted=False) == plain


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        ({"type": "datepicker"}, "only buttons"),
        ({"url": "https://evil.example"}, "additional property 'url'"),
        ({"text": {"type": "mrkdwn", "text": "x"}}, "plain_text"),
        ({"text": {"type": "plain_text", "text": "x" * 76}}, "must be less than 76"),
        ({"action_id": ""}, "more than 0 characters"),
    ],
    ids=["other element", "address", "markup", "long label", "no id"],
)
def test_other_buttons_are_refused(element: dict[str, Any], problem: str) -> None:
    text = {"type": "plain_text", "text": "Useful"}
    good = {"type": "button", "action_id": "a", "text": text}
    assert problems([{"type": "actions", "elements": [good]}]) == []
    (found,) = problems([{"type": "actions", "elements": [good | element]}])
    assert problem in found
    twice = problems([{"type": "actions", "elements": [good, good]}])
    assert "unique" in twice[0]


# --- clicks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*ACTIONS, UNMUTE])
def test_a_click_says_who_where_and_which(name: str) -> None:
    who = opaque_id("T0LOCAL", "U0READER1")
    found = read_click(click(POSTED, name))
    assert found == Click(ACTIONS.get(name), who, POSTED["channel"], POSTED["ts"])


def test_who_clicked_is_an_opaque_id() -> None:
    one, again = (opaque_id("T0LOCAL", "U0READER1") for _ in range(2))
    assert one == again != opaque_id("T0LOCAL", "U0READER2") != opaque_id("T0OTHER", "U0READER2")
    assert "READER" not in one


def _without(*path: str) -> Any:
    payload: Any = click(POSTED, "tidings_useful")
    part = payload
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return payload


def _with(value: object, *path: str) -> Any:
    payload: Any = click(POSTED, "tidings_useful")
    part = payload
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return payload


HOSTILE: dict[str, Any] = {
    "nothing": None,
    "text": "block_actions",
    "list": [1, 2],
    "empty": {},
    "another type": _with("view_submission", "type"),
    "no action": _with([], "actions"),
    "two actions": _with([{"action_id": "tidings_useful"}] * 2, "actions"),
    "action is text": _with(["tidings_useful"], "actions"),
    "another's button": _with([{"action_id": "drop_table"}], "actions"),
    "id is a list": _with([{"action_id": ["tidings_useful"]}], "actions"),
    "no user": _without("user"),
    "user is text": _with("U0READER1", "user"),
    "user is code": _with("<!channel>", "user", "id"),
    "long user": _with("U" + "A" * 5000, "user", "id"),
    "team is code": _with("T'; DROP", "team", "id"),
    "no container": _without("container"),
    "no channel": _without("container", "channel_id"),
    "channel is a name": _with("#general", "container", "channel_id"),
    "ts is a number": _with(1739888160.0001, "container", "message_ts"),
    "ts is code": _with("1' OR '1'='1", "container", "message_ts"),
    "ts has a line": _with("1739888160.000100\n", "container", "message_ts"),
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_payloads_are_refused_with_a_reason(payload: object) -> None:
    found = read_click(payload)
    assert isinstance(found, str)
    assert found.startswith(("it ", "the button"))

"""From a click in Slack to what it does: the real client against the local Slack."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitors.alerts.answering import decorator
from monitors.alerts.buttons import UNMUTE
from monitors.alerts.drafting import edit_key
from monitors.alerts.notify import SlackNotifier
from monitors.alerts.notify.slack_socket import SlackSocket, check_app_token
from monitors.alerts.outbox import deliver
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.demo.localslack_socket import APP_TOKEN, click
from monitors.errors import DeliveryDeferred, DeliveryRefused
from monitors.listening import handler, listening
from monitors.model import AlertKind, AnswerKind
from monitors.settings import load_settings
from monitors.store import SqlStore, open_store
from monitors.testing import SteppingTime, sample_alert

NOW = datetime(2025, 2, 18, 14, 16, tzinfo=UTC)


class Room:
    """Store, Slack and deliverer on one clock; clicks are handled as they come."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = FixedClock(NOW)
        self.time = SteppingTime(self.clock)
        self.slack = LocalSlack(
            clock=self.clock, monotonic=self.time.monotonic, app_token=APP_TOKEN
        )
        self.notifier = SlackNotifier(
            self.slack.token, api_url=self.slack.api_url, clock=self.clock
        )
        self.said: list[str] = []
        self.handle: Callable[..., None] = handler(
            store, self.notifier, self.clock, self.said.append
        )

    def tell(self, key: str, **changes: Any) -> None:
        self.store.outbox.enqueue(sample_alert(key, **changes), self.clock.now())
        self.deliver()

    def deliver(self) -> int:
        self.clock.advance(timedelta(seconds=2))
        decorate = decorator(self.store.outbox, self.store.answers)
        waits: Any = {"sleep": self.time.sleep, "monotonic": self.time.monotonic}
        report = deliver(self.store.outbox, self.notifier, self.clock, decorate=decorate, **waits)
        return report.sent

    def press(self, index: int, name: str, user: str = "U0READER1") -> str:
        self.handle(click(self.slack.messages[index], name, user))
        return self.said[-1]

    def shown(self, index: int = 0) -> str:
        """The line of answers below a message."""
        for block in self.slack.messages[index]["blocks"]:
            if block.get("block_id") == "tidings_answers":
                return str(block["elements"][0]["text"])
        return ""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'tidings.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def room(store: SqlStore) -> Iterator[Room]:
    made = Room(store)
    with made.slack:
        yield made


def test_an_answer_is_stored_and_shown_in_its_message(room: Room) -> None:
    room.tell("a")
    assert room.press(0, "tidings_useful") == "click: useful"
    assert room.shown() == "Useful: 1"
    (answer,) = room.store.answers.rows()
    assert (answer.kind, answer.alert_key, answer.at) == (AnswerKind.USEFUL, "a", room.clock.now())
    assert answer.topic_ids == ("embassy-restoration",)
    assert answer.article_id == "A-0123456789ab"
    assert len(room.slack.messages) == 1


def test_another_persons_answer_is_counted_and_the_same_again_is_not(room: Room) -> None:
    room.tell("a")
    room.press(0, "tidings_useful")
    assert room.press(0, "tidings_useful") == "click: nothing new: it was said before"
    room.press(0, "tidings_not_relevant", "U0READER2")
    assert room.shown() == "Useful: 1  ·  Not relevant: 1"
    room.press(0, "tidings_not_relevant")
    assert room.shown() == "Not relevant: 2"


def test_a_muted_story_sends_no_more_until_it_is_unmuted(room: Room) -> None:
    room.tell("a")
    room.press(0, "tidings_mute")
    assert "no more messages" in room.shown()
    room.store.outbox.enqueue(sample_alert("step", kind=AlertKind.STEP), room.clock.now())
    assert room.deliver() == 0
    room.tell("b", story_ids=("S-2",))
    assert [m["metadata"]["event_payload"]["alert_key"] for m in room.slack.messages] == ["a", "b"]
    assert room.press(0, UNMUTE, "U0READER2") == "click: unmute story"
    assert room.shown() == ""
    assert room.deliver() == 1


def test_a_step_can_be_answered_and_mutes_the_whole_story(room: Room) -> None:
    room.tell("a")
    room.tell("step", kind=AlertKind.STEP)
    room.press(1, "tidings_mute")
    assert "no more messages" in room.shown(1)
    assert room.store.answers.muted() == {"S-1"}
    assert room.slack.messages[1]["thread_ts"] == room.slack.messages[0]["ts"]


def test_an_edit_keeps_buttons_and_answers(room: Room) -> None:
    room.tell("a")
    room.press(0, "tidings_useful")
    changes: dict[str, Any] = {"kind": AlertKind.EDIT, "headline": "Changed"}
    room.tell(edit_key("S-1", "#news-alerts"), **changes)
    (message,) = room.slack.messages
    assert "Changed" in repr(message["blocks"])
    assert room.shown() == "Useful: 1"
    room.press(0, "tidings_not_new", "U0READER2")
    (message,) = room.slack.messages
    assert "Changed" in repr(message["blocks"])
    assert room.shown() == "Useful: 1  ·  Not new: 1"


def test_an_answer_that_cannot_be_shown_counts_and_is_shown_by_the_next(room: Room) -> None:
    room.tell("a")
    room.slack.fail_next("chat.update", "status", status=503)
    assert room.press(0, "tidings_useful") == "click: useful"
    assert room.shown() == ""
    room.press(0, "tidings_not_new", "U0READER2")
    assert room.shown() == "Useful: 1  ·  Not new: 1"


def test_a_click_below_a_message_of_somebody_else_is_refused(room: Room) -> None:
    room.tell("a")
    foreign = {"ts": "1739888160.000100", "channel": room.slack.messages[0]["channel"]}
    room.handle(click(foreign, "tidings_mute"))
    room.tell("n", kind=AlertKind.NOTICE, story_ids=())
    room.press(1, "tidings_mute")
    assert set(room.said) == {"click: refused: the message is none of ours"}
    assert room.store.answers.rows() == []


def test_operators_messages_get_no_buttons(room: Room) -> None:
    room.tell("n", kind=AlertKind.NOTICE, story_ids=())
    assert "actions" not in repr(room.slack.messages[0]["blocks"])


# --- through Socket Mode --------------------------------------------------------------------


def test_clicks_arrive_over_the_socket_and_are_acknowledged_in_time(room: Room) -> None:
    assert room.slack.socket is not None
    room.tell("a")
    socket = SlackSocket(APP_TOKEN, room.handle, api_url=room.slack.api_url)
    socket.open()
    try:
        assert room.slack.socket.wait_connected()
        for payload in (None, "x", ["<!channel>"] * 1000):  # the client drops these
            room.slack.socket.push(payload)
        hostile = [{"type": "block_actions", "actions": [{}]}, {"actions": "x" * 100_000}]
        sent = [room.slack.socket.push(payload) for payload in hostile]
        sent.append(room.slack.socket.push({"a": "b"}, kind="events_api"))
        ts = room.slack.messages[0]["ts"]
        sent += [room.slack.press(ts, "tidings_useful") for _ in range(3)]
        seconds = [room.slack.socket.wait_acknowledged(envelope) for envelope in sent]
    finally:
        socket.close()
    assert max(s or 99.0 for s in seconds) < 3.0
    assert len(room.store.answers.rows()) == 1
    assert room.shown() == "Useful: 1"


def test_the_buttons_on_the_local_slacks_page_work(room: Room) -> None:
    assert room.slack.socket is not None
    room.tell("a")
    ts = room.slack.messages[0]["ts"]
    page = httpx.get(room.slack.url, trust_env=False).text
    assert f'<input type="hidden" name="ts" value="{ts}">' in page
    assert 'value="tidings_mute">Mute story</button>' in page

    def press(ts: str) -> int:
        form = {"ts": ts, "action_id": "tidings_useful"}
        answer = httpx.post(f"{room.slack.url}press", data=form, trust_env=False)
        return answer.status_code

    assert press(ts) == 409  # nobody listens
    socket = SlackSocket(APP_TOKEN, room.handle, api_url=room.slack.api_url)
    socket.open()
    try:
        assert room.slack.socket.wait_connected()
        assert (press("1.000001"), press(ts)) == (409, 303)
        assert room.slack.socket.wait_quiet()
    finally:
        socket.close()
    assert room.shown() == "Useful: 1"


def test_a_wrong_app_token_is_refused_with_what_to_do(room: Room) -> None:
    socket = SlackSocket("xapp-wrong-canary", room.handle, api_url=room.slack.api_url)
    try:
        with pytest.raises(DeliveryRefused, match="connections:write") as caught:
            socket.open()
    finally:
        socket.close()
    assert "canary" not in repr(caught.value) + str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_an_app_token_can_be_checked_without_listening(room: Room) -> None:
    assert "taken" in check_app_token(APP_TOKEN, api_url=room.slack.api_url)
    with pytest.raises(DeliveryRefused, match="invalid_auth") as caught:
        check_app_token("xapp-canary", api_url=room.slack.api_url)
    assert "canary" not in str(caught.value)


def test_a_slack_that_is_away_can_be_tried_again(room: Room) -> None:
    socket = SlackSocket(APP_TOKEN, room.handle, api_url="http://127.0.0.1:1/api/")
    try:
        with pytest.raises(DeliveryDeferred, match="no connection"):
            socket.open()
    finally:
        socket.close()


def test_listening_needs_no_app_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SLACK_", "TIDINGS_"))]:
        monkeypatch.delenv(name)
    with listening(load_settings()) as buttons:
        assert not buttons
    assert list(tmp_path.iterdir()) == []


def test_listening_handles_clicks_while_it_lasts(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert room.slack.socket is not None
    room.tell("a")
    monkeypatch.setenv("SLACK_BOT_TOKEN", room.slack.token)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("SLACK_API_URL", room.slack.api_url)
    monkeypatch.setenv("TIDINGS_DATABASE_URL", f"sqlite:///{tmp_path / 'tidings.db'}")
    said: list[str] = []
    with listening(load_settings(None), said.append) as buttons:
        assert buttons
        assert room.slack.socket.wait_connected()
        room.slack.press(room.slack.messages[0]["ts"], "tidings_mute")
        envelope = room.slack.press(room.slack.messages[0]["ts"], "tidings_not_new")
        assert room.slack.socket.wait_acknowledged(envelope) is not None
    assert said == ["listening to the buttons", "click: mute story", "click: not new"]
    assert room.store.answers.muted() == {"S-1"}

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitors.clock import FixedClock
from monitors.demo.localslack import TOKEN, LocalSlack
from monitors.testing import SteppingTime

NOW = datetime(2025, 2, 18, 14, 15, tzinfo=UTC)


class Caller:
    """Speaks to the local Slack as any HTTP client would."""

    def __init__(self, slack: LocalSlack, clock: FixedClock) -> None:
        self.slack = slack
        self.clock = clock

    def call(self, method: str, token: str | None = TOKEN, **body: Any) -> Any:
        return self.raw(method, token, json.dumps(body).encode(), "application/json")[1]

    def form(self, method: str, **body: Any) -> Any:
        payload = urllib.parse.urlencode(body).encode()
        return self.raw(method, None, payload, "application/x-www-form-urlencoded")[1]

    def raw(
        self, method: str, token: str | None, payload: bytes, content_type: str
    ) -> tuple[int, Any, Any]:
        headers = {"Content-Type": content_type}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.slack.api_url + method, payload, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error), error.headers

    def post(self, text: str = "hello", **body: Any) -> Any:
        self.clock.advance(timedelta(seconds=1))
        return self.call("chat.postMessage", **({"channel": "#news-alerts", "text": text} | body))

    def page(self) -> str:
        with urllib.request.urlopen(self.slack.url, timeout=5) as answer:  # noqa: S310
            return str(answer.read().decode())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def to(clock: FixedClock) -> Iterator[Caller]:
    time = SteppingTime(clock)
    with LocalSlack(clock=clock, monotonic=time.monotonic) as slack:
        yield Caller(slack, clock)


def test_tokens_and_channels_and_methods_must_be_known(to: Caller) -> None:
    assert to.call("auth.test")["team"] == "Local newsroom"
    assert to.call("auth.test", token=None)["error"] == "not_authed"
    assert to.call("auth.test", token="xoxb-other")["error"] == "invalid_auth"
    assert to.call("chat.explode")["error"] == "unknown_method"
    assert to.post(channel="#nowhere")["error"] == "channel_not_found"
    assert to.call("conversations.history", channel="C9")["error"] == "channel_not_found"


def test_a_form_is_understood_like_json(to: Caller) -> None:
    answer = to.form("chat.postMessage", token=TOKEN, channel="news-alerts", text="x",
                     blocks='[{"type": "divider"}]')  # fmt: skip
    assert answer["ok"]
    assert to.slack.messages[0]["blocks"] == [{"type": "divider"}]
    assert (
        to.form("chat.postMessage", token=TOKEN, channel="news-alerts", blocks="[")["error"]
        == "invalid_blocks_format"
    )


def test_what_is_no_json_is_refused(to: Caller) -> None:
    for payload in (b"{", b"[]", b'"x"'):
        answer = to.raw("chat.postMessage", TOKEN, payload, "application/json")[1]
        assert answer["error"] == "invalid_json"


def test_requests_are_recorded_without_the_token(to: Caller) -> None:
    to.post()
    to.form("auth.test", token=TOKEN)
    first, second = to.slack.requests
    assert (first.method, first.body["text"]) == ("chat.postMessage", "hello")
    assert second.body == {}
    assert TOKEN not in repr(to.slack.requests)


def test_one_message_a_second_a_channel(to: Caller) -> None:
    assert to.post()["ok"]
    payload = json.dumps({"channel": "#news-alerts", "text": "x"}).encode()
    status, answer, headers = to.raw("chat.postMessage", TOKEN, payload, "application/json")
    assert (status, answer["error"], headers["Retry-After"]) == (429, "ratelimited", "1")
    assert to.post()["ok"]
    assert len(to.slack.messages) == 2


def test_the_limit_can_be_switched_off(clock: FixedClock) -> None:
    with LocalSlack(clock=clock, rate_limit=False) as slack:
        caller = Caller(slack, clock)
        stamps = {
            caller.call("chat.postMessage", channel="news-alerts", text="x")["ts"]
            for _ in range(5)
        }
    assert len(stamps) == 5


def test_broken_blocks_are_refused_with_their_place(to: Caller) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    answer = to.post(blocks=[header])
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    ]
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
    assert to.post(blocks=[section] * 5)["error"] == "msg_blocks_too_long"
    assert to.post("x" * 40_001)["error"] == "msg_too_long"
    assert to.post("")["error"] == "no_text"
    assert to.post(metadata={"event_type": 5})["error"] == "invalid_metadata_format"
    assert to.slack.messages == []


def test_threads_have_parents_and_broadcasts(to: Caller) -> None:
    parent = to.post("parent")["ts"]
    shown = to.post("shown", thread_ts=parent, reply_broadcast=True)["ts"]
    hidden = to.post("hidden", thread_ts=parent)["ts"]
    history = to.call("conversations.history", channel="#news-alerts")["messages"]
    assert [message["ts"] for message in history] == [shown, parent]
    assert history[1]["reply_count"] == 2
    assert history[1]["latest_reply"] == hidden
    replies = to.call("conversations.replies", channel="#news-alerts", ts=parent)["messages"]
    assert [message["text"] for message in replies] == ["parent", "shown", "hidden"]
    assert to.post(thread_ts="1.000001")["error"] == "thread_not_found"
    gone = to.call("conversations.replies", channel="#news-alerts", ts="1.000001")
    assert gone["error"] == "thread_not_found"


def test_an_update_keeps_metadata_and_needs_id_and_message(to: Caller) -> None:
    metadata = {"event_type": "e", "event_payload": {"k": 1}}
    sent = to.post("before", metadata=metadata, blocks=[{"type": "divider"}])
    update = {"channel": sent["channel"], "ts": sent["ts"]}
    assert to.call("chat.update", **update, text="after")["ok"]
    (message,) = to.slack.messages
    assert (message["text"], message["metadata"]) == ("after", metadata)
    assert "blocks" not in message
    assert "edited" in message
    missing = to.call("chat.update", channel=sent["channel"], ts="1.000001", text="x")
    assert missing["error"] == "message_not_found"
    by_name = to.call("chat.update", channel="#news-alerts", ts=sent["ts"], text="x")
    assert by_name["error"] == "channel_not_found"


def test_metadata_is_shown_only_when_asked_for(to: Caller) -> None:
    to.post(metadata={"event_type": "e", "event_payload": {}})
    plain = to.call("conversations.history", channel="#news-alerts")["messages"][0]
    assert "metadata" not in plain
    full = to.call("conversations.history", channel="#news-alerts", include_all_metadata=True)
    assert full["messages"][0]["metadata"]["event_type"] == "e"


def test_history_comes_newest_first_in_pages(to: Caller) -> None:
    stamps = [to.post(f"m{index}")["ts"] for index in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = to.call("conversations.history", channel="news-alerts", limit=2, cursor=cursor)
        seen += [message["ts"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        assert page["has_more"] == bool(cursor)
        if not cursor:
            break
    assert seen == stamps[::-1]
    part = {"channel": "news-alerts", "oldest": stamps[1], "latest": stamps[3]}
    assert len(to.call("conversations.history", **part)["messages"]) == 1
    assert len(to.call("conversations.history", **part, inclusive=True)["messages"]) == 3
    assert to.call("conversations.history", **part, cursor="?")["error"] == "invalid_cursor"
    assert to.call("conversations.history", **part, limit=0)["error"] == "invalid_limit"


def test_channels_are_listed_in_pages(clock: FixedClock) -> None:
    with LocalSlack(["#a", "b", "#c"], clock=clock) as slack:
        caller = Caller(slack, clock)
        first = caller.call("conversations.list", limit=2)
        cursor = first["response_metadata"]["next_cursor"]
        second = caller.call("conversations.list", limit=2, cursor=cursor)
    names = [channel["name"] for page in (first, second) for channel in page["channels"]]
    assert names == ["a", "b", "c"]
    assert not second["response_metadata"]["next_cursor"]


def test_the_time_of_messages_is_the_clocks(to: Caller) -> None:
    assert float(to.post()["ts"]) == (NOW + timedelta(seconds=1)).timestamp()


def test_failures_come_in_the_order_of_the_script(to: Caller) -> None:
    to.slack.fail_next("chat.postMessage", "error", code="is_archived")
    to.slack.fail_next("chat.postMessage", "ratelimited", retry_after="3", times=2)
    assert to.post()["error"] == "is_archived"
    assert to.call("auth.test")["ok"]
    assert [to.post()["error"] for _ in range(2)] == ["ratelimited"] * 2
    assert to.post()["ok"]


def test_the_page_shows_threads_and_escapes_everything(to: Caller) -> None:
    evil = "<script>alert(1)</script>"
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": evil}]}
    link = {"type": "link", "url": 'https://a.example/"><script>', "text": evil}
    section = {"type": "rich_text_section", "elements": [link]}
    mrkdwn = {"type": "mrkdwn", "text": "*Stage:* &lt;script&gt;"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": evil}},
        {"type": "context", "elements": [mrkdwn]},
        {"type": "rich_text", "elements": [quote, section]},
    ]
    parent = to.post(evil, blocks=blocks)
    assert parent["ok"]
    to.post("a &lt;reply&gt;", thread_ts=parent["ts"], reply_broadcast=True)
    page = to.page()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>Stage:</b> &lt;script&gt;" in page
    assert "also sent to the channel" in page
    assert 'class="thread"' in page
    assert "a &lt;reply&gt;" in page


def test_other_addresses_are_not_found(to: Caller) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(to.slack.url + "etc", timeout=5)  # noqa: S310
    with caught.value as error:
        assert error.code == 404


def test_it_runs_by_itself() -> None:
    command = [sys.executable, "-m", "monitors.demo.localslack", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Look at ").strip()
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                assert "news-alerts" in answer.read().decode()
        finally:
            process.terminate()

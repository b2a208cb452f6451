"""What the local Slack remembers, and how it answers each method. No network here."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from monitors.alerts import rules
from monitors.alerts.escape import length
from monitors.clock import Clock

Answer = dict[str, Any]
BOT_USER = "U0TIDINGS"
_ALT_TEXT = 1000


class SlackFault(Exception):  # an answer, not an error of ours
    """An ``ok: false`` answer."""

    def __init__(self, code: str, messages: Iterable[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)


class SlowDown(Exception):  # an answer, not an error of ours
    """A 429 answer."""

    def __init__(self, retry_after: str | None) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Workspace:
    """Channels and messages.

    :param token: the only token that is known
    :param channels: names, with or without ``#``
    :param clock: dates the messages
    :param rate_limit: refuse a second message to a channel within a second
    :param monotonic: measures that second

    :ivar scopes: what the token may do, as Slack's header says it
    :ivar not_joined: names of channels that the bot is not in; it can post all the same
    :ivar archived: names of channels that are closed
    """

    def __init__(
        self,
        token: str,
        channels: Iterable[str],
        clock: Clock,
        *,
        rate_limit: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token
        self.rate_limit = rate_limit
        self.scopes = (
            "chat:write,channels:read,channels:history,groups:read,groups:history,files:write"
        )
        self.not_joined: set[str] = set()
        self.archived: set[str] = set()
        self.channels: dict[str, str] = {}
        self.messages: list[dict[str, Any]] = []
        self.files: dict[str, dict[str, Any]] = {}
        self.base_url = "http://localhost/"
        self._clock = clock
        self._monotonic = monotonic
        self._last_post: dict[str, float] = {}
        self._last_ts = 0
        self._lock = threading.RLock()
        for name in channels:
            self.add_channel(name)

    def add_channel(self, name: str) -> str:
        """Create a channel; returns its id."""
        channel_id = f"C0LOCAL{len(self.channels) + 1:04d}"
        self.channels[name.removeprefix("#")] = channel_id
        return channel_id

    def answer(self, method: str, token: str | None, body: Mapping[str, Any]) -> Answer:
        """Slack's answer to ``method``.

        :raises SlackFault: an ``ok: false`` answer
        :raises SlowDown: a 429
        """
        if not token:
            raise SlackFault("not_authed")
        if token != self.token:
            raise SlackFault("invalid_auth")
        call = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.list": self._list,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
        }.get(method)
        if call is None:
            raise SlackFault("unknown_method")
        with self._lock:
            return {"ok": True} | call(body)

    def snapshot(self) -> list[dict[str, Any]]:
        """A copy of all messages, oldest first."""
        with self._lock:
            return [dict(message) for message in self.messages]

    # --- methods ------------------------------------------------------------------------

    def _auth_test(self, body: Mapping[str, Any]) -> Answer:
        return {
            "url": "http://localhost/",
            "team": "Local newsroom",
            "user": "tidings",
            "team_id": "T0LOCAL",
            "user_id": BOT_USER,
            "bot_id": "B0TIDINGS",
        }

    def _post(self, body: Mapping[str, Any]) -> Answer:
        channel_id = self._channel(body)
        content = _content(body)
        thread_ts = body.get("thread_ts")
        parent = self._message(channel_id, str(thread_ts)) if thread_ts else None
        if thread_ts and parent is None:
            raise SlackFault("thread_not_found")
        self._pace(channel_id)
        message: dict[str, Any] = {
            "type": "message",
            "channel": channel_id,
            "user": BOT_USER,
            "bot_id": "B0TIDINGS",
            "ts": self._stamp(),
            **content,
        }
        if body.get("metadata"):
            message["metadata"] = _metadata(body["metadata"])
        if parent is not None:
            message["thread_ts"] = parent["ts"]
            if _true(body.get("reply_broadcast")):
                message["subtype"] = "thread_broadcast"
            parent["thread_ts"] = parent["ts"]
            parent["reply_count"] = parent.get("reply_count", 0) + 1
            parent["latest_reply"] = message["ts"]
        self.messages.append(message)
        shown = {key: value for key, value in message.items() if key != "channel"}
        return {"channel": channel_id, "ts": message["ts"], "message": shown}

    def _update(self, body: Mapping[str, Any]) -> Answer:
        channel = str(body.get("channel", ""))
        if channel not in self.channels.values():
            raise SlackFault("channel_not_found")
        message = self._message(channel, str(body.get("ts", "")))
        if message is None:
            raise SlackFault("message_not_found")
        content = _content(body)
        if "blocks" not in content:
            message.pop("blocks", None)  # a text without blocks replaces them
        message.update(content)
        if "metadata" in body:
            message["metadata"] = _metadata(body["metadata"])
        message["edited"] = {"user": BOT_USER, "ts": self._stamp()}
        return {"channel": channel, "ts": message["ts"], "text": message["text"]}

    def _history(self, body: Mapping[str, Any]) -> Answer:
        channel_id = self._channel(body)
        found = [
            message
            for message in self.messages
            if message["channel"] == channel_id
            and ("subtype" in message or message.get("thread_ts", message["ts"]) == message["ts"])
        ]
        return _page(list(reversed(found)), body)

    def _replies(self, body: Mapping[str, Any]) -> Answer:
        channel_id = self._channel(body)
        root = str(body.get("ts", ""))
        found = [
            message
            for message in self.messages
            if message["channel"] == channel_id
            and root in (message["ts"], message.get("thread_ts"))
        ]
        if not found:
            raise SlackFault("thread_not_found")
        return _page(found, body)

    def _list(self, body: Mapping[str, Any]) -> Answer:
        every = [
            {
                "id": channel_id,
                "name": name,
                "is_channel": True,
                "is_archived": name in self.archived,
                "is_member": name not in self.not_joined,
            }
            for name, channel_id in self.channels.items()
            if not (_true(body.get("exclude_archived")) and name in self.archived)
        ]
        start, limit = _cursor(body), _limit(body)
        return {
            "channels": every[start : start + limit],
            "response_metadata": _next(start + limit, len(every)),
        }

    # --- files --------------------------------------------------------------------------

    def _upload_url(self, body: Mapping[str, Any]) -> Answer:
        name, size = str(body.get("filename") or ""), int(_number(body.get("length"), 0))
        if not name or size <= 0 or len(str(body.get("alt_txt") or "")) > _ALT_TEXT:
            raise SlackFault("invalid_arguments")
        file_id = f"F0LOCAL{len(self.files) + 1:04d}"
        self.files[file_id] = {
            "id": file_id,
            "name": name,
            "size": size,
            "alt_txt": str(body.get("alt_txt") or ""),
            "content": None,
        }
        return {"upload_url": f"{self.base_url}upload/{file_id}", "file_id": file_id}

    def receive(self, file_id: str, content: bytes) -> bool:
        """Take the bytes of an upload; whether they are those that were announced."""
        with self._lock:
            file = self.files.get(file_id)
            if file is None or file["size"] != len(content):
                return False
            file["content"] = content
            return True

    def _complete(self, body: Mapping[str, Any]) -> Answer:
        wanted = _parsed(body.get("files"), "invalid_arguments")
        if not isinstance(wanted, list) or not wanted:
            raise SlackFault("invalid_arguments")
        for each in wanted:
            file = self.files.get(str(each.get("id")))
            if file is None or file["content"] is None:
                raise SlackFault("file_not_found")
            file["title"] = str(each.get("title") or file["name"])
        shown = [
            {key: value for key, value in self.files[str(each["id"])].items() if key != "content"}
            for each in wanted
        ]
        if body.get("channel_id"):
            self._share(body, shown)
        return {"files": shown}

    def _share(self, body: Mapping[str, Any], files: list[dict[str, Any]]) -> None:
        """Slack posts the files as a message of their own."""
        channel_id = str(body["channel_id"])
        if channel_id not in self.channels.values():
            raise SlackFault("channel_not_found")
        thread_ts = str(body.get("thread_ts") or "")
        parent = self._message(channel_id, thread_ts) if thread_ts else None
        message: dict[str, Any] = {
            "type": "message",
            "channel": channel_id,
            "user": BOT_USER,
            "ts": self._stamp(),
            "text": str(body.get("initial_comment") or ""),
            "files": files,
        }
        if parent is not None:
            message["thread_ts"] = parent["thread_ts"] = parent["ts"]
            parent["reply_count"] = parent.get("reply_count", 0) + 1
            parent["latest_reply"] = message["ts"]
        self.messages.append(message)

    # --- parts --------------------------------------------------------------------------

    def _channel(self, body: Mapping[str, Any]) -> str:
        channel = str(body.get("channel", ""))
        if channel in self.channels.values():
            return channel
        try:
            return self.channels[channel.removeprefix("#")]
        except KeyError:
            raise SlackFault("channel_not_found") from None

    def _message(self, channel_id: str, ts: str) -> dict[str, Any] | None:
        for message in self.messages:
            if message["channel"] == channel_id and message["ts"] == ts:
                return message
        return None

    def _pace(self, channel_id: str) -> None:
        now = self._monotonic()
        last = self._last_post.get(channel_id)
        if self.rate_limit and last is not None and now - last < 1.0:
            raise SlowDown("1")
        self._last_post[channel_id] = now

    def _stamp(self) -> str:
        self._last_ts = max(self._last_ts + 1, int(self._clock.now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    """Text and blocks of a request, refused where Slack would refuse them."""
    text = str(body.get("text") or "")
    blocks = _parsed(body.get("blocks"), "invalid_blocks_format")
    if not text and not blocks:
        raise SlackFault("no_text")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackFault("invalid_blocks_format")
    if length(text) > rules.MAX_TEXT:
        raise SlackFault("msg_too_long")
    if blocks and rules.characters(blocks) > rules.MAX_CHARACTERS:
        raise SlackFault("msg_blocks_too_long")
    found = rules.problems(blocks or [], text)
    if found:
        raise SlackFault("invalid_blocks", [f"[ERROR] {line}" for line in found])
    return {"text": text} | ({"blocks": blocks} if blocks else {})


def _metadata(value: object) -> Any:
    metadata = _parsed(value, "invalid_metadata_format")
    if metadata and not (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackFault("invalid_metadata_format")
    return metadata


def _parsed(value: object, code: str) -> Any:
    """A field that comes as JSON, or as JSON in a string."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackFault(code) from None


def _page(messages: list[dict[str, Any]], body: Mapping[str, Any]) -> Answer:
    oldest, latest = _number(body.get("oldest"), 0.0), _number(body.get("latest"), float("inf"))
    inclusive = _true(body.get("inclusive"))
    within = [
        message
        for message in messages
        if oldest < float(message["ts"]) < latest
        or (inclusive and float(message["ts"]) in (oldest, latest))
    ]
    hidden = {"channel"} if _true(body.get("include_all_metadata")) else {"channel", "metadata"}
    start, limit = _cursor(body), _limit(body)
    shown = [
        {key: value for key, value in message.items() if key not in hidden}
        for message in within[start : start + limit]
    ]
    return {
        "messages": shown,
        "has_more": start + limit < len(within),
        "response_metadata": _next(start + limit, len(within)),
    }


def _cursor(body: Mapping[str, Any]) -> int:
    cursor = body.get("cursor")
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(str(cursor), validate=True).decode().removeprefix("next:"))
    except ValueError:
        raise SlackFault("invalid_cursor") from None


def _next(start: int, total: int) -> dict[str, str]:
    return {
        "next_cursor": base64.b64encode(f"next:{start}".encode()).decode() if start < total else ""
    }


def _limit(body: Mapping[str, Any]) -> int:
    limit = int(_number(body.get("limit"), 100.0))
    if not 1 <= limit <= 999:
        raise SlackFault("invalid_limit")
    return limit


def _number(value: object, default: float) -> float:
    try:
        return float(str(value)) if value not in (None, "") else default
    except ValueError:
        raise SlackFault("invalid_arguments") from None


def _true(value: object) -> bool:
    return value in (True, 1, "1", "true", "True")

"""Slack, through its Web API. One call, one attempt: every retry belongs to the outbox."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from slack_sdk.web.file_upload_v2_result import FileUploadV2Result

from monitors.alerts.notify.slack_errors import (
    from_code,
    from_exception,
    from_status,
    wait_from,
)
from monitors.clock import Clock, SystemClock
from monitors.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
)
from monitors.model import Message, Picture, Receipt

SLACK_API_URL = "https://slack.com/api/"
EVENT_TYPE = "tidings_alert"
HISTORY_PAGES = 10
HISTORY_PAGE = 200
LIST_PAGES = 20
MAX_THREADS = 20

_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_TOKEN = re.compile(r"[!-~]+")
_CODE = re.compile(r"[a-z0-9_]{1,60}")

# The client logs what the other side answers, and what it answers may hold anything.
_QUIET = logging.getLogger(f"{__name__}.client")
_QUIET.setLevel(logging.CRITICAL)


class SlackNotifier:
    """Posts, edits and finds our messages.

    :param token: a bot token; kept out of every text
    :param api_url: where the Web API is, for other servers that speak it
    :param timeout: seconds to wait for an answer
    :param clock: only for a Retry-After that is a date
    :raises SettingsError: the token or the address cannot be right
    """

    def __init__(
        self,
        token: str,
        *,
        api_url: str = SLACK_API_URL,
        timeout: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        if not _TOKEN.fullmatch(token.strip()):
            raise SettingsError(
                "SLACK_BOT_TOKEN",
                "is empty or holds characters that no token has",
                "Copy the bot token (xoxb-…) again from the app's page.",
            )
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError(
                "SLACK_API_URL", "is no http or https address", f"Slack's own is {SLACK_API_URL}"
            )
        self._clock = clock or SystemClock()
        self.client = client_of(token, api_url, timeout)
        self._ids: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"SlackNotifier({urlsplit(self.client.base_url).hostname})"

    def check(self) -> str:
        """Who the token belongs to, as ``app @ workspace``.

        :raises DeliveryError: Slack cannot be reached or refuses the token
        """
        answer = self._call("Slack", self.client.auth_test)
        return f"{answer.get('user', '?')} @ {answer.get('team', '?')}"

    def send(self, message: Message) -> Receipt:
        """Post ``message``, or change the one that it edits.

        :raises DeliveryDeferred: definitely not sent, a retry can help
        :raises DeliveryRefused: definitely not sent, a retry cannot help
        :raises DeliveryUnknown: no answer; it may have been sent
        """
        subject = f"alert {message.alert_key} to {message.channel}"
        blocks = [dict(block) for block in message.blocks]
        if message.edits is not None:
            channel = self._channel_id(message.channel, subject)
            # Metadata is left out: Slack keeps that of the story's first message.
            answer = self._call(
                subject,
                self.client.chat_update,
                channel=channel,
                ts=message.edits,
                text=message.text,
                blocks=blocks,
                link_names=False,
                parse="none",
            )
        else:
            answer = self._call(
                subject,
                self.client.chat_postMessage,
                channel=message.channel,
                text=message.text,
                blocks=blocks or None,
                thread_ts=message.thread_ts,
                reply_broadcast=message.broadcast if message.thread_ts else None,
                metadata=_metadata(message.alert_key),
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
                parse="none",
                mrkdwn=False,
            )
        channel_id, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel_id, str) or not isinstance(ts, str):
            raise DeliveryUnknown(subject, "Slack's answer names no message")
        self._ids[message.channel] = channel_id
        return Receipt(channel_id, ts)

    def illustrate(self, receipt: Receipt, picture: Picture) -> None:
        """Upload ``picture`` into the message's thread. Needs the scope ``files:write``.

        :raises DeliveryError: it is not shown, or nobody can tell
        """
        self._call(
            f"picture {picture.name}",
            self.client.files_upload_v2,
            filename=picture.name,
            content=picture.png,
            title=picture.title,
            alt_txt=picture.alternative,
            channel=receipt.channel_id,
            thread_ts=receipt.ts,
        )

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        """Look whether a message with ``alert_key`` was posted since ``since``.

        The newest page is read whole, however our clock and Slack's differ; more pages
        follow until one reaches back to ``since``. Threads that were answered since then
        are read too.

        :raises DeliveryError: history could not be read, or is too long to be read
        """
        subject = f"history of {channel}"
        channel_id = self._channel_id(channel, subject)
        threads: list[str] = []
        for post in self._history(channel_id, subject, since):
            if _is_ours(post, alert_key):
                return Receipt(channel_id, str(post["ts"]))
            if _stamp(post.get("latest_reply")) >= since.timestamp():
                threads.append(str(post["ts"]))
        for thread in threads[:MAX_THREADS]:
            for post in self._replies(channel_id, thread, subject, since):
                if _is_ours(post, alert_key):
                    return Receipt(channel_id, str(post["ts"]))
        return None

    def _history(
        self, channel_id: str, subject: str, since: datetime
    ) -> Iterator[Mapping[str, Any]]:
        cursor: str | None = None
        for _ in range(HISTORY_PAGES):
            answer = self._call(
                subject,
                self.client.conversations_history,
                channel=channel_id,
                cursor=cursor,
                limit=HISTORY_PAGE,
                include_all_metadata=True,
            )
            posts = answer.get("messages") or []
            yield from posts
            cursor = next_cursor(answer)
            if not cursor or not posts or _stamp(posts[-1].get("ts")) < since.timestamp():
                return
        raise DeliveryDeferred(
            subject, f"more than {HISTORY_PAGES * HISTORY_PAGE} messages since {since:%d %b %H:%M}"
        )

    def _replies(
        self, channel_id: str, thread: str, subject: str, since: datetime
    ) -> Iterator[Mapping[str, Any]]:
        cursor: str | None = None
        for _ in range(HISTORY_PAGES):
            answer = self._call(
                subject,
                self.client.conversations_replies,
                channel=channel_id,
                ts=thread,
                cursor=cursor,
                limit=HISTORY_PAGE,
                oldest=f"{since.timestamp():.6f}",
                include_all_metadata=True,
            )
            yield from answer.get("messages") or []
            cursor = next_cursor(answer)
            if not cursor:
                return
        raise DeliveryDeferred(subject, "a thread is too long to be read")

    def _channel_id(self, channel: str, subject: str) -> str:
        """The id behind a channel's name; an edit and a history need it."""
        if _CHANNEL_ID.fullmatch(channel):
            return channel
        if channel in self._ids:
            return self._ids[channel]
        name = channel.removeprefix("#")
        cursor: str | None = None
        for _ in range(LIST_PAGES):
            answer = self._call(
                subject,
                self.client.conversations_list,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=HISTORY_PAGE,
                cursor=cursor,
            )
            for found in answer.get("channels") or []:
                self._ids[f"#{found.get('name')}"] = str(found.get("id"))
                if name in (found.get("name"), found.get("id")):
                    self._ids[channel] = str(found["id"])
                    return self._ids[channel]
            cursor = next_cursor(answer)
            if not cursor:
                break
        raise DeliveryRefused(
            subject, "channel_not_found", f"the app sees no channel {channel}",
            "Invite the app to the channel, or correct its name in watch.yaml.",
        )  # fmt: skip

    def _call(
        self, subject: str, method: Callable[..., SlackResponse], **arguments: Any
    ) -> Mapping[str, Any]:
        """What :meth:`response` holds."""
        data = self.response(subject, method, **arguments).data
        if isinstance(data, Mapping):
            return data
        raise DeliveryUnknown(subject, "the answer is not Slack's")

    def response(
        self, subject: str, method: Callable[..., SlackResponse], **arguments: Any
    ) -> SlackResponse:
        """Slack's answer with its headers, or the outcome as one of our errors.

        Causes are cut off: they hold the request with its headers.

        :param method: of :attr:`client`
        :raises DeliveryError: it is not there, or no good
        """
        problem: DeliveryError
        try:
            return method(**arguments)
        except SlackApiError as error:
            problem = self._outcome(subject, error.response)
        except Exception as error:
            problem = from_exception(subject, error)
        raise problem from None

    def _outcome(self, subject: str, response: SlackResponse) -> DeliveryError:
        headers = {key.lower(): value for key, value in response.headers.items()}
        wait = wait_from(headers.get("retry-after"), self._clock.now())
        data = response.data if isinstance(response.data, Mapping) else {}
        code = str(data.get("error", ""))
        if _CODE.fullmatch(code):
            return from_code(subject, code, response.status_code, wait)
        return from_status(subject, response.status_code, wait)


class _DirectClient(WebClient):
    """Reaches this machine without the proxy that the environment names for the net."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        opener = build_opener(ProxyHandler({}))
        with opener.open(req, timeout=self.timeout) as answer:
            return {
                "status": answer.status,
                "headers": answer.headers,
                "body": answer.read().decode("utf-8"),
            }

    def _upload_file(self, *, url: str, data: bytes, **_: Any) -> FileUploadV2Result:
        opener = build_opener(ProxyHandler({}))
        request = Request(url, data=data, method="POST")  # noqa: S310  this client is local
        with opener.open(request, timeout=self.timeout) as answer:
            return FileUploadV2Result(status=answer.status, body=answer.read().decode("utf-8"))


def client_of(token: str, api_url: str, timeout: float) -> WebClient:
    """Slack's client without its habits: it retries nothing and logs nothing."""
    local = urlsplit(api_url).hostname in {"localhost", "127.0.0.1", "::1"}
    return (_DirectClient if local else WebClient)(
        token=token,
        base_url=api_url,
        timeout=timeout,  # type: ignore[arg-type]  # urlopen takes fractions of a second
        retry_handlers=[],
        logger=_QUIET,
    )


def _metadata(alert_key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"alert_key": alert_key}}


def _is_ours(post: Mapping[str, Any], alert_key: str) -> bool:
    metadata = post.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return bool(metadata.get("event_type") == EVENT_TYPE and payload.get("alert_key") == alert_key)


def next_cursor(answer: Mapping[str, Any]) -> str | None:
    """Where the next page of a list begins; None where there is none."""
    return (answer.get("response_metadata") or {}).get("next_cursor") or None


def _stamp(ts: object) -> float:
    try:
        return float(str(ts))
    except ValueError:
        return 0.0

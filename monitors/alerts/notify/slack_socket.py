"""Slack's Socket Mode: clicks come through a connection that we open, with no public address."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from monitors.alerts.notify.slack import SLACK_API_URL, client_of
from monitors.errors import DeliveryDeferred, DeliveryError, DeliveryRefused

Handle = Callable[[Mapping[str, Any]], object]

_REMEDY = (
    "Make an app-level token (xapp-…) with the scope connections:write and put it into "
    "SLACK_APP_TOKEN; see docs/operating.md, Buttons"
)
_WAITING = 1000
_log = logging.getLogger(__name__)

# What the client logs may hold anything that the other side sends.
_QUIET = logging.getLogger(f"{__name__}.client")
_QUIET.setLevel(logging.CRITICAL + 1)


def check_app_token(app_token: str, *, api_url: str = SLACK_API_URL, timeout: float = 10.0) -> str:
    """Whether Slack takes the token; opens no connection.

    :raises DeliveryError: it does not, or cannot be reached
    """
    with _in_our_words():
        client_of("", api_url, timeout).apps_connections_open(app_token=app_token)
    return "SLACK_APP_TOKEN is taken, so messages have buttons"


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Errors of Slack's client as ours; causes are cut off, they may hold the token."""
    problem: DeliveryError
    try:
        yield
    except SlackApiError as error:
        code = str(error.response.get("error", ""))[:60]
        why = f"Slack refuses it ({code})"
        problem = DeliveryRefused("SLACK_APP_TOKEN", code, why, _REMEDY)
    except Exception as error:
        name = type(error).__name__
        problem = DeliveryDeferred("Slack's Socket Mode", f"no connection ({name})")
    else:
        return
    raise problem from None


class SlackSocket:
    """A connection over which Slack says who pressed which button.

    Every payload is acknowledged as it comes, since Slack waits for three seconds at most,
    and handled after that, one at a time. A lost connection is opened again by the client.

    :param handle: is given the payload of each click; what it raises is logged
    """

    def __init__(
        self,
        app_token: str,
        handle: Handle,
        *,
        api_url: str = SLACK_API_URL,
        timeout: float = 10.0,
    ) -> None:
        self._handle = handle
        self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue(_WAITING)
        self._worker = threading.Thread(target=self._work, name="clicks", daemon=True)
        self._client = SocketModeClient(
            app_token, logger=_QUIET, web_client=client_of("", api_url, timeout), concurrency=2
        )
        if urlsplit(api_url).hostname in {"localhost", "127.0.0.1", "::1"}:
            self._client.proxy = None  # the environment's is for the net
        self._client.socket_mode_request_listeners.append(self._received)

    def open(self) -> None:
        """Connect, and handle clicks from here on.

        :raises DeliveryRefused: Slack refuses the token
        :raises DeliveryDeferred: Slack cannot be reached now
        """
        with _in_our_words():
            self._client.connect()
        self._worker.start()

    def close(self) -> None:
        """Disconnect; what was acknowledged is handled before this returns."""
        self._client.close()
        if self._worker.is_alive():
            self._waiting.put(None)
            self._worker.join()

    @property
    def connected(self) -> bool:
        """Whether clicks can arrive now."""
        return bool(self._client.is_connected())

    def _received(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        if request.type != "interactive" or not isinstance(request.payload, Mapping):
            return
        try:
            self._waiting.put_nowait(request.payload)
        except queue.Full:
            _log.warning("more clicks than can be handled: one is dropped")

    def _work(self) -> None:
        while (payload := self._waiting.get()) is not None:
            try:
                self._handle(payload)
            except Exception as error:
                _log.warning("a click could not be handled (%s)", type(error).__name__)

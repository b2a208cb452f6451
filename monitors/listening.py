"""Listens to the buttons below messages, for as long as it is asked to.

Part of ``python -m flows`` and of ``tidings listen``. Without ``SLACK_APP_TOKEN`` there are no
buttons, and everything else works.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from monitors.alerts.answering import answer
from monitors.alerts.buttons import read_click
from monitors.alerts.notify.slack_socket import SlackSocket
from monitors.clock import Clock, SystemClock
from monitors.errors import DeliveryDeferred, StoreBusy, TidingsError
from monitors.opening import opened_store
from monitors.ports import Notifier, Store
from monitors.settings import Settings
from monitors.wiring import notifier_of

_TRIES = 3
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0
_log = logging.getLogger(__name__)

Said = Callable[[str], None]


@contextmanager
def listening(settings: Settings, said: Said = _log.info) -> Iterator[bool]:
    """Handle clicks in a thread while the block runs; does nothing without an app token.

    A Slack that cannot be reached is tried again. A token that Slack refuses is said once,
    and there are no buttons until it is mended.

    :param said: is given one line for each click and each trouble
    :returns: whether there are buttons
    """
    token = settings.slack_app_token
    if token is None or settings.slack_bot_token is None:
        yield False
        return
    done = threading.Event()
    arguments = (settings, token.get_secret_value(), done, said)
    thread = threading.Thread(target=_listen, args=arguments, name="buttons")
    thread.start()
    try:
        yield True
    finally:
        done.set()
        thread.join()


def handler(
    store: Store, notifier: Notifier, clock: Clock, said: Said, report_url: str = ""
) -> Callable[..., None]:
    """What is done with the payload of a click."""

    def handle(payload: Mapping[str, Any]) -> None:
        click = read_click(payload)
        if isinstance(click, str):
            said(f"a click was refused: {click}")
            return
        for attempt in range(_TRIES):
            try:
                done = answer(click, store.outbox, store.answers, notifier, clock, report_url)
                said(f"click: {done}")
                return
            except StoreBusy as error:
                if attempt + 1 == _TRIES:
                    said(f"a click could not be stored: {error}")
            except TidingsError as error:
                said(f"a click could not be stored: {error}")
                return

    return handle


def _listen(settings: Settings, token: str, done: threading.Event, said: Said) -> None:
    clock = SystemClock()
    try:
        with opened_store(settings) as store:
            notifier = notifier_of(settings, clock)
            handle = handler(store, notifier, clock, said, settings.report_url)
            _stay_connected(token, settings.slack_api_url, handle, done, said)
    except TidingsError as error:
        said(f"the buttons do not work: {error}")


def _stay_connected(
    token: str, api_url: str, handle: Callable[..., None], done: threading.Event, said: Said
) -> None:
    wait = _FIRST_WAIT
    while not done.is_set():
        socket = SlackSocket(token, handle, api_url=api_url)
        try:
            socket.open()
        except DeliveryDeferred as error:
            said(f"the buttons do not work for now: {error}")
            done.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
        else:
            said("listening to the buttons")
            done.wait()
        finally:
            socket.close()

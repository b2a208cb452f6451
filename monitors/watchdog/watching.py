"""Looks whether runs succeed, and tells the operators' channel what has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitors.alerts.compose import compose
from monitors.clock import Clock, SystemClock
from monitors.errors import ConfigError, DeliveryError, DeliveryUnknown, StoreError, TidingsError
from monitors.logs import unforeseen
from monitors.model import POSSIBLE_REPEAT, Alert, Delivery, DeliveryState
from monitors.opening import existing_store
from monitors.ports import Notifier
from monitors.settings import Settings
from monitors.watchdog.judging import Finding, Sight, judged
from monitors.watchdog.remembering import Notebook, opened
from monitors.watchlist import load_watchlist
from monitors.wiring import notifier_of

LOOK_BACK = 20
"""Reports of runs that are looked at."""

LOOKS = 3
"""Looks in an interval, for a watchdog that looks by itself."""

Said = Callable[[str], None]
_log = logging.getLogger(__name__)


def look(
    settings: Settings,
    every: timedelta,
    clock: Clock | None = None,
    notifier: Notifier | None = None,
) -> Finding | None:
    """Look once; send what is due.

    :param every: the interval at which runs are expected
    :returns: None where another watchdog looks just now
    :raises DeliveryError: a message is due and was not sent; the next look tries again
    :raises TidingsError: the watchdog's own file cannot be written
    """
    clock = clock or SystemClock()
    with opened(settings.watchdog_file) as notebook:
        if notebook is None:
            return None
        finding = judged(_see(settings, clock), notebook.known, every)
        notebook.keep(finding.known)
        if finding.alert is not None:
            if finding.known.channel:
                _tell(finding, finding.alert, notebook, notifier or notifier_of(settings, clock))
            else:
                # Whoever calls shows it, once.
                notebook.keep(replace(finding.known, told=finding.told))
        return finding


@contextmanager
def watching(settings: Settings, every: timedelta, said: Said = _log.info) -> Iterator[None]:
    """Look several times an interval, in a thread, while the block runs.

    :param said: is given a line where something changed, or could not be told
    """
    done = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(settings, every, done, said), name="watchdog", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(10)  # it may be waiting for Slack; nothing is lost where it is cut off


def _watch(settings: Settings, every: timedelta, done: threading.Event, said: Said) -> None:
    while not done.wait(every.total_seconds() / LOOKS):
        try:
            finding = look(settings, every)
        except TidingsError as error:
            said(f"watchdog: {error}")
        except Exception as error:
            unforeseen(_log, "the watchdog", error)
        else:
            if finding is not None and finding.alert is not None:
                said(f"watchdog: {finding.alert.headline}")


def _see(settings: Settings, clock: Clock) -> Sight:
    """What there is to see; what cannot be looked at is a problem that is told."""
    problems = []
    channel: str | None = None
    try:
        channel = load_watchlist(settings.watch).operators_channel or ""
    except ConfigError as error:
        problems.append(str(error))
    runs: list[dict[str, Any]] = []
    try:
        with existing_store(settings) as store:
            if store is not None and store.schema().current is not None:
                runs = store.runs.latest(LOOK_BACK)
    except StoreError as error:
        problems.append(str(error))
    return Sight(clock.now(), runs, channel, tuple(problems))


def _tell(finding: Finding, alert: Alert, notebook: Notebook, notifier: Notifier) -> None:
    """Send ``alert``, unless it is in the channel already, and remember that it was sent."""
    known = replace(finding.known, in_doubt=False, told=finding.told)
    if not _is_there(alert, finding, notifier):
        in_doubt = POSSIBLE_REPEAT if finding.known.in_doubt else None
        row = Delivery(0, alert, DeliveryState.SENDING, alert.created_at, error=in_doubt)
        try:
            notifier.send(compose(row))
        except DeliveryUnknown:
            notebook.keep(replace(finding.known, in_doubt=True))
            raise
    notebook.keep(known)


def _is_there(alert: Alert, finding: Finding, notifier: Notifier) -> bool:
    """Whether this look's message was posted: in doubt, or by the watchdog of another machine."""
    since = min(filter(None, (finding.since, finding.known.told, alert.created_at)))
    try:
        return notifier.find(alert.channel, alert.key, since) is not None
    except DeliveryError:
        return False

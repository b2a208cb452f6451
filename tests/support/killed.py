"""One run of the pipeline in a process of its own, which kills itself on the way."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

from monitors.alerts.notify import SlackNotifier
from monitors.errors import HttpStatusError
from monitors.store import open_store
from tests.support.newsroom import (
    BALLOT,
    MINUTES,
    NOW,
    SPORT,
    TENDER,
    WALKOUT,
    WALKOUT_TOO,
    Newsroom,
    html,
    url_of,
)

OUTBREAK = NOW + 12 * MINUTES
LATER = NOW + 35 * MINUTES


def newsroom(folder: Path, slack_url: str, token: str, now: datetime) -> Newsroom:
    """The same news in every process: what is listed depends on the time alone."""
    store = open_store(f"sqlite:///{folder / 'tidings.db'}")
    room = Newsroom(store, now=now)
    room.desk.notifier = SlackNotifier(token, api_url=slack_url, clock=room.clock)
    room.publish("courier", "rain", ("Rain in the north", "It rains in the north."), at=NOW)
    room.publish("wire", "older", (f"Earlier: {TENDER[0]}", TENDER[1]), at=NOW)
    room.publish("courier", "walkout", title=WALKOUT[0], paragraphs=(), at=OUTBREAK)
    room.pages.pages[url_of("courier", "walkout")] = html(*WALKOUT)
    room.publish("herald", "too", title=WALKOUT_TOO[0], at=OUTBREAK + MINUTES)
    room.pages.pages[url_of("herald", "too")] = html(*WALKOUT_TOO)
    room.publish("wire", "sport", SPORT, at=OUTBREAK)
    gone = url_of("wire", "theatre")
    room.publish("wire", "theatre", title="Theatre opens after repair", at=OUTBREAK)
    room.pages.pages[gone] = HttpStatusError(gone, 404)
    room.publish("wire", "ballot", BALLOT, at=LATER)
    room.desk.batch = 2
    return room


class Deadly:
    """Passes everything on to ``inner`` and kills this process at one call."""

    def __init__(self, inner: Any, name: str, number: int, when: str) -> None:
        self._inner, self._name, self._left, self._when = inner, name, number, when

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._name:
            return found
        if asyncio.iscoroutinefunction(found):
            return self._later(found)
        return self._now(found)

    def _now(self, call: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self._count("before")
            result = call(*args, **kwargs)
            self._die("after")
            return result

        return wrapped

    def _later(self, call: Any) -> Any:
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            self._count("before")
            result = await call(*args, **kwargs)
            self._die("after")
            return result

        return wrapped

    def _count(self, when: str) -> None:
        self._left -= 1
        self._die(when)

    def _die(self, when: str) -> None:
        if self._left == 0 and self._when == when:
            os.kill(os.getpid(), signal.SIGKILL)


class Parts:
    """A store of which one part is deadly."""

    def __init__(self, store: Any, part: str, deadly: Deadly) -> None:
        self._store, self._part, self._deadly = store, part, deadly

    def __getattr__(self, name: str) -> Any:
        return self._deadly if name == self._part else getattr(self._store, name)


def arm(room: Newsroom, call: str, number: int, when: str) -> None:
    """Make ``call`` of the room's desk deadly."""
    *path, name = call.split(".")
    if path[0] == "store":
        part = Deadly(getattr(room.desk.store, path[1]), name, number, when)
        room.desk.store = Parts(room.desk.store, path[1], part)  # type: ignore[assignment]
    else:
        setattr(room.desk, path[0], Deadly(getattr(room.desk, path[0]), name, number, when))


def run_and_die(
    folder: Path, slack_url: str, token: str, now: datetime, call: str, number: int, when: str
) -> None:
    """Run at ``now`` and end with SIGKILL at the ``number``-th ``call``.

    :param call: of the desk, such as ``store.decisions.record``
    :param when: ``before`` or ``after`` the call does its work
    """
    room = newsroom(folder, slack_url, token, now)
    arm(room, call, number, when)
    room.run()

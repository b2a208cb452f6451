"""kill -9 around every transaction, call and answer of telling.

A run: a process stores three decisions with their alerts (two stories, a new step of the
first, an edit of its first message), delivers them to a Slack in another process, and kills
itself at the point. Then another process does the same again, as the next run would, until
everything is sent. The Slack counts how often it holds each alert.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import event

from monitors.alerts.notify import SlackNotifier
from monitors.alerts.outbox import deliver
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.model import Alert, AlertKind, DeliveryState, SourceRef, Tier
from monitors.ports import Outcome
from monitors.store import SqlStore, open_store
from monitors.testing import SteppingTime, sample_alert

TOKEN = "xoxb-faults"  # noqa: S105
START = datetime(2025, 2, 18, 8, 0, tzinfo=UTC)
ALERTS_A_RUN = 3
_FORK = get_context("fork")


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process dies: at the ``most``-th call of one of ``calls`` at the latest.

    :param when: ``before`` or ``after`` the call, or at its ``commit``
    """

    calls: tuple[str, ...]
    when: str
    most: int = 3


SETTLING = ("outbox.sent", "outbox.looked", "outbox.defer")
POINTS: dict[str, tuple[Point, ...]] = {
    "before an alert is stored": (Point(("decisions.record",), "before"),),
    "alert stored, not committed": (Point(("decisions.record",), "commit"),),
    "after an alert was stored": (Point(("decisions.record",), "after"),),
    "claimed, not committed": (Point(("outbox.claim",), "commit"),),
    "claimed, nothing sent": (Point(("outbox.claim",), "after"),),
    "half of the request written": (Point(("wire.send",), "before"),),
    "request written, answer not read": (Point(("wire.answer",), "before"),),
    "answer read, not marked": (Point(("outbox.sent",), "before"),),
    "marked as sent, not committed": (Point(("outbox.sent",), "commit"),),
    "after it was marked": (Point(("outbox.sent",), "after"),),
    "in doubt: history read, nothing written": (
        Point(("wire.answer",), "before"),
        Point(("notifier.find",), "after", 1),
    ),
    "in doubt: settled, not committed": (
        Point(("wire.answer", "wire.send"), "before"),
        Point(SETTLING, "commit", 1),
    ),
}
AT_RANDOM = "at a random moment, from outside"
CONTROL = "answer read, not marked"
"""The point at which history decides; without it there must be repeats, or the count is blind."""


def play(
    url: str, point: str, runs: int, seed: int, first_run: int, *, history: bool = True
) -> dict[str, int]:
    """Kill ``runs`` times at ``point``, and count what the Slack holds at the end.

    :param url: a database with the schema
    :param history: whether the app may read the channel's history
    :returns: runs, kills, alerts, and those ``lost``, ``doubled`` or without their ``edit``
    """
    chance = random.Random(f"{seed} {point}")
    counts: Counter[str] = Counter({"runs": 0, "kills": 0, "alerts": 0, "lost": 0, "doubled": 0})
    with slack_apart(history) as (api_url, slack):
        store = _warmed(url, api_url, -1 - first_run)
        slack.send("count")
        slack.recv()
        for number in range(first_run, first_run + runs):
            now = START + timedelta(days=number)
            counts["kills"] += _disturb(store, api_url, number, now, point, chance)
            _in_child(lambda number=number, now=now: _settle(store, api_url, number, now))
            slack.send("count")
            held, edited = slack.recv()
            keys = [alert.key for alert in alerts(number, now) if alert.kind is not AlertKind.EDIT]
            counts["runs"] += 1
            counts["alerts"] += len(keys)
            counts["lost"] += sum(held[key] == 0 for key in keys)
            counts["doubled"] += sum(held[key] > 1 for key in keys)
            counts["edits lost"] += edited != 1
    return dict(counts)


def alerts(number: int, now: datetime) -> list[Alert]:
    """The alerts of a run: a story, another one, a step of the first, its edit."""
    first, other = f"S-{number}-1", f"S-{number}-2"
    more = SourceRef("Harbour Wire", f"https://wire.example/{number}", Tier.WIRE, "en", True)
    story = sample_alert(f"{number}-story", story_ids=(first,), created_at=now)
    return [
        story,
        sample_alert(f"{number}-other", story_ids=(other,), created_at=now),
        sample_alert(f"{number}-step", kind=AlertKind.STEP, story_ids=(first,), created_at=now),
        replace(story, key=f"{number}-edit", kind=AlertKind.EDIT, sources=(more,) * 2),
    ]


def _warmed(url: str, api_url: str, number: int) -> SqlStore:
    """A store without connections whose statements are compiled: children take it over.

    Compiling them anew in each takes several times as long as all that a child does.
    """
    store = open_store(url)
    assert _work(store, api_url, number, START + timedelta(days=number))
    store.close()
    return store


def _disturb(
    store: SqlStore, api_url: str, number: int, now: datetime, point: str, chance: random.Random
) -> int:
    """Run until killed, at every point of the row; returns how many processes were."""
    if point == AT_RANDOM:
        return _killed_outside(lambda: _work(store, api_url, number, now), chance.uniform(0, 0.08))
    killed = 0
    for step, where in enumerate(POINTS[point]):
        at = chance.randint(1, where.most)
        moment = now + step * timedelta(minutes=5)
        killed += _in_child(
            lambda where=where, at=at, moment=moment: _work(
                store, api_url, number, moment, now, where, at
            )
        )
    return killed


def _work(
    opened: SqlStore,
    api_url: str,
    number: int,
    moment: datetime,
    began: datetime | None = None,
    where: Point | None = None,
    at: int = 0,
) -> bool:
    """One run of one process; returns whether everything is sent."""
    store: Any = opened
    clock = FixedClock(moment)
    time = SteppingTime(clock)
    notifier: Any = SlackNotifier(TOKEN, api_url=api_url, clock=clock)
    if where is not None:
        store, notifier = arm(opened, notifier, where, at)
    for index, alert in enumerate(alerts(number, began or moment)):
        store.decisions.record(Outcome(f"A-{number}-{index}", alerts=((alert, moment),)))
    deliver(store.outbox, notifier, clock, sleep=time.sleep, monotonic=time.monotonic)
    counts = store.outbox.counts()
    return sum(counts.values()) == counts[DeliveryState.SENT]


def _settle(store: SqlStore, api_url: str, number: int, now: datetime) -> None:
    for later in range(1, 40):
        moment = now + timedelta(minutes=5 + 5 * later)
        if _work(store, api_url, number, moment, now):
            return
    raise AssertionError(f"run {number} does not settle")


# --- dying ------------------------------------------------------------------------------


class _Trap:
    """Kills this process at the ``left``-th call that is counted."""

    def __init__(self, point: Point, left: int) -> None:
        self.point, self.left, self.inside = point, left, False

    def wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        if name not in self.point.calls:
            return call

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.point.when == "before" and self.left == 0:
                die()
            self.inside = self.left == 0
            result = call(*args, **kwargs)
            self.inside = False
            if self.point.when == "after" and self.left == 0:
                die()
            return result

        return wrapped

    def committing(self, _: Any) -> None:
        if self.inside and self.point.when == "commit":
            die()


class _Part:
    """Passes everything on to ``inner``, through a trap."""

    def __init__(self, inner: Any, prefix: str, trap: _Trap) -> None:
        self._inner, self._prefix, self._trap = inner, prefix, trap

    def __getattr__(self, name: str) -> Any:
        return self._trap.wrap(f"{self._prefix}.{name}", getattr(self._inner, name))


class _Store:
    def __init__(self, store: SqlStore, trap: _Trap) -> None:
        self.decisions = _Part(store.decisions, "decisions", trap)
        self.outbox = _Part(store.outbox, "outbox", trap)


def arm(store: SqlStore, notifier: SlackNotifier, point: Point, at: int) -> tuple[Any, Any]:
    """Store and notifier that kill this process at ``point``."""
    trap = _Trap(point, at)
    event.listen(store._db.engine, "commit", trap.committing)
    event.listen(store._db._writing, "commit", trap.committing)
    whole = http.client.HTTPConnection.send
    answer = http.client.HTTPConnection.getresponse

    def send(self: http.client.HTTPConnection, data: Any) -> None:
        if "wire.send" in point.calls and isinstance(data, bytes) and b"alert_key" in data:
            trap.left -= 1
            if trap.left == 0:
                whole(self, data[: len(data) // 2])
                die()
        whole(self, data)

    http.client.HTTPConnection.send = send  # type: ignore[method-assign,assignment]
    http.client.HTTPConnection.getresponse = trap.wrap("wire.answer", answer)  # type: ignore[method-assign]
    return _Store(store, trap), _Part(notifier, "notifier", trap)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _in_child(work: Callable[[], object]) -> int:
    """Do ``work`` in a process of its own; 1 where that was killed, 0 where it came to its end.

    :raises AssertionError: it failed
    """
    return _ended(_forked(work))


def _killed_outside(work: Callable[[], object], after: float) -> int:
    child = _forked(work)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)  # a child that ended is not reaped yet, so the id is its own
    return _ended(child)


def _forked(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return child


def _ended(child: int) -> int:
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return 1
    if status != 0:
        raise AssertionError("a run failed")
    return 0


# --- the Slack, which outlives every process ---------------------------------------------


@contextmanager
def slack_apart(history: bool) -> Iterator[tuple[str, Connection]]:
    """A local Slack in a process of its own, so that this one has no threads and can fork."""
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_serve, args=(theirs, history))
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, history: bool) -> None:
    """Answer "count" with how often each alert is there and how many were edited, and forget."""
    with LocalSlack(token=TOKEN, rate_limit=False) as slack:
        if not history:
            slack.fail_next("conversations.history", "error", code="missing_scope", times=100_000)
        pipe.send(slack.api_url)
        while pipe.recv() == "count":
            posted = slack.messages
            held = Counter(m["metadata"]["event_payload"]["alert_key"] for m in posted)
            pipe.send((held, sum("edited" in message for message in posted)))
            slack.workspace.messages.clear()
            slack.requests.clear()

"""A Slack that fails by script: every way, then every alert counted.

Time is a clock that moves only in waits. Where answers are late it would lie, since the Slack
takes real time: there a clock runs twenty times as fast as the real one, and the client's ten
seconds are half a second.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from monitors.alerts.notify import SlackNotifier
from monitors.alerts.notify.slack_errors import REMEDIES
from monitors.alerts.outbox import deliver
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.model import DeliveryState
from monitors.store import open_store
from monitors.testing import SteppingTime, sample_alert

START = datetime(2025, 2, 18, 8, 0, tzinfo=UTC)
CHANNELS = tuple(f"#c{number}" for number in range(4))
ALERTS = 20
FAILURES = 5
FASTER = 20
TIMEOUT = 10 / FASTER
_LATER = format_datetime(START + timedelta(seconds=90), usegmt=True)


@dataclass(frozen=True, slots=True)
class Case:
    """One row: how Slack fails, and how long it must be left alone after that."""

    name: str
    failure: Mapping[str, Any]
    failures: int = FAILURES
    at_least: float = 0.0

    @property
    def late(self) -> bool:
        """Whether answers take time."""
        return "seconds" in self.failure


class FastTime:
    """A clock and waits that are ``FASTER`` than real."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * FASTER

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / FASTER)


@dataclass(slots=True)
class Count:
    """What came of a row."""

    alerts: int = 0
    failures: int = 0
    lost: int = 0
    doubled: int = 0
    requeued: int = 0
    too_early: int = 0
    states: list[str] = field(default_factory=list)


def _429(name: str, header: str | None, wait: float) -> Case:
    failure = {"kind": "ratelimited", "retry_after": header}
    return Case(f"429, Retry-After {name}", failure, at_least=wait)


def _both(name: str, **failure: Any) -> list[Case]:
    return [
        Case(f"{name}, not accepted", failure),
        Case(f"{name}, accepted", failure | {"accept": True}),
    ]


CASES: list[Case] = [
    _429("1", "1", 1),
    _429("30", "30", 30),
    _429("absent", None, 30),
    _429("garbage", "soon", 30),
    _429("a date", _LATER, 1),
    *_both("500", kind="status", status=500),
    *_both("502", kind="status", status=502),
    *_both("503", kind="status", status=503),
    *_both("connection reset", kind="reset"),
    *_both("no answer (time-out)", kind="timeout", seconds=14 / FASTER),
    *_both("200 that is not JSON", kind="garbage"),
    Case("an answer after 9 of 10 s", {"kind": "slow", "seconds": 9 / FASTER}),
    Case("an answer after 14 of 10 s", {"kind": "slow", "seconds": 14 / FASTER}),
    Case("404", {"kind": "status", "status": 404}),
]
DOUBTFUL = ("internal_error", "fatal_error", "service_unavailable")
PASSING = ("ratelimited", "rate_limited", "message_limit_exceeded",
           "request_timeout", "team_added_to_org", "a_code_of_tomorrow")  # fmt: skip
CODES: list[Case] = [
    Case(f"{code}{', accepted' if extra else ''}", {"kind": "error", "code": code, **extra}, 2)
    for code in sorted({*REMEDIES, *PASSING, *DOUBTFUL})
    for extra in ([{}, {"accept": True}] if code in DOUBTFUL else [{}])
]


def play(url: str, number: int, case: Case) -> Count:
    """Deliver through ``case`` until everything is sent, requeueing what died."""
    store = open_store(url)
    start = START + timedelta(days=number)
    clock: Any
    passing: Any
    if case.late:
        clock = passing = FastTime(start)
    else:
        clock = FixedClock(start)
        passing = SteppingTime(clock)
    keys = [f"{number}-{index}" for index in range(ALERTS)]
    count = Count(alerts=len(keys), failures=case.failures)
    failure = dict(case.failure)
    if failure.get("retry_after") == _LATER:
        until = clock.now() + timedelta(seconds=90)
        failure["retry_after"] = format_datetime(until, usegmt=True)
    with LocalSlack(CHANNELS, clock=clock, monotonic=passing.monotonic) as slack:
        for index, key in enumerate(keys):
            channel = CHANNELS[index % len(CHANNELS)]
            store.outbox.enqueue(sample_alert(key, channel=channel, story_ids=(key,)), clock.now())
        slack.fail_next("chat.postMessage", times=case.failures, **failure)
        asked_at: list[datetime] = []
        for _ in range(60):
            notifier = _Timed(slack, clock, asked_at)
            waits = {"sleep": passing.sleep, "monotonic": passing.monotonic}
            deliver(store.outbox, notifier, clock, **waits)
            dead = store.outbox.rows([DeliveryState.DEAD], 1000)
            count.requeued += store.outbox.requeue([row.id for row in dead], clock.now())
            states = {state.value for state, n in store.outbox.counts().items() if n}
            if states == {DeliveryState.SENT.value}:
                break
            passing.sleep(35.0)
        count.states = sorted(states)
        told = Counter(m["metadata"]["event_payload"]["alert_key"] for m in slack.messages)
        count.lost = sum(told[key] == 0 for key in keys)
        count.doubled = sum(told[key] > 1 for key in keys)
        gaps = [b - a for a, b in itertools.pairwise(asked_at)]
        early = timedelta(seconds=case.at_least)
        count.too_early = sum(gap < early for gap in gaps[: case.failures])
    store.close()
    return count


class _Timed(SlackNotifier):
    """Notes when Slack is asked to post."""

    def __init__(self, slack: LocalSlack, clock: FixedClock, asked_at: list[datetime]) -> None:
        super().__init__(slack.token, api_url=slack.api_url, timeout=TIMEOUT, clock=clock)
        self._now, self._asked_at = clock.now, asked_at

    def send(self, message: Any) -> Any:
        self._asked_at.append(self._now())
        return super().send(message)

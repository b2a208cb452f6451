"""Two deliverers on one outbox: no alert is claimed by both."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from benchmarks.faults.killing import START, _ended, _forked
from monitors.alerts.outbox import deliver
from monitors.clock import FixedClock
from monitors.model import Message, Receipt
from monitors.ports import Outcome
from monitors.store import open_store
from monitors.testing import sample_alert

DELIVERERS = 2
_BATCH = 500
_CHANNELS = 50


class _Ledger:
    """A notifier that writes each key into one file, in one write."""

    def __init__(self, path: Path, name: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._name = name
        self._sent = 0

    def send(self, message: Message) -> Receipt:
        self._sent += 1
        os.write(self._file, f"{self._name} {message.alert_key}\n".encode())
        return Receipt("C1", f"{self._sent}.{self._name:06d}")

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        raise AssertionError("nothing was in doubt")


def play(url: str, claims: int) -> dict[str, int]:
    """Claim ``claims`` alerts from two processes at once; returns what each got, and doubles."""
    store = open_store(url)
    for first in range(0, claims, _BATCH):
        batch = [
            sample_alert(f"twice-{n}", story_ids=(f"T-{n}",), channel=f"#c{n % _CHANNELS}")
            for n in range(first, min(first + _BATCH, claims))
        ]
        store.decisions.record(Outcome(f"T-{first}", alerts=tuple((a, START) for a in batch)))
    store.close()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "sent"

        def work(name: int) -> None:
            own = open_store(url)
            clock = FixedClock(START)
            deliver(own.outbox, _Ledger(ledger, name), clock, limit=claims, budget=1e9, spacing=0)

        children = [_forked(lambda name=name: work(name)) for name in range(DELIVERERS)]
        for child in children:
            _ended(child)
        lines = [line.split(" ") for line in ledger.read_text().splitlines()]
    told = Counter(key for _, key in lines)
    by = Counter(name for name, _ in lines)
    return {
        "alerts": claims,
        "by the first": by["0"],
        "by the second": by["1"],
        "lost": claims - len(told),
        "doubled": sum(n > 1 for n in told.values()),
    }

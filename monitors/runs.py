"""What a run did, in numbers that add up: stored, shown in the terminal and in Prefect."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from monitors.ledger import Ledger, ordered
from monitors.model import Fate


@dataclass
class RunReport:
    """The report of one run. Steps write their part as they finish.

    :param polled: sources asked
    :param failures: source name to one clear line
    :param listed: how entries stood when they were listed: new, revision (changed since), seen
    :param ledger: what became of every entry, by source
    :param unreadable: article URL (redacted) to cause
    :param reasons: decisions by :class:`~monitors.model.Reason`
    :param judge: borderline decisions put to the outside judge: asked, changed (the verdict is
        another than without it), no answer, not asked (over budget, or after failures)
    :param alerts: one row an alert verdict: topic, headline, reason, article, url
    :param changes: one row a source whose health changed: source, was, is, why
    :param gaps: names of sources whose answer shared nothing with the one before
    :param left: to whom deciding is left, where several workers are at work
    :param encoded_anew: reports that topics remember, encoded anew after a change of the model
    :param to_encode: and those that still are to be: nothing is decided before
    :param slowest: the sources that took longest to answer, their turns at their hosts
        included: name to seconds
    :param blackout: sources were asked, and nothing answers
    :param lessons: one line each: what was learnt from answers and came into force, or was
        taken back, since the run before
    :param delivered: outcomes of deliveries by name
    :param messages: one row a message that came to an end: outcome (delivered or dead), number
        in the outbox, kind, channel, headline, topics, article, why
    :param problems: one clear line each: what, where, what to do
    :param outdated: the watch list on disk is broken, and its last good version was used: why
    :param looked_back: one line a topic that looked back over stored articles
    :param seconds: wall seconds by step. Of those that work side by side, reading and
        understanding, the sum is more than passed
    :param partial: only some sources were asked, because a person named them
    :param failed: it did not come to its end
    :param ended: when it was over, in real time; ``finished`` may be another day
    """

    run_id: str
    started: datetime
    finished: datetime | None = None
    polled: int = 0
    not_modified: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    listed: Counter[str] = field(default_factory=Counter)
    ledger: Ledger = field(default_factory=Ledger)
    unreadable: dict[str, str] = field(default_factory=dict)
    articles: int = 0
    screened_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    judge: Counter[str] = field(default_factory=Counter)
    alerts: list[dict[str, str]] = field(default_factory=list)
    held: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    left: str = ""
    looked_back: list[str] = field(default_factory=list)
    encoded_anew: int = 0
    to_encode: int = 0
    slowest: dict[str, float] = field(default_factory=dict)
    blackout: bool = False
    outdated: str = ""
    lessons: list[str] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)
    messages: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    partial: bool = False
    failed: bool = False
    ended: datetime | None = None

    @property
    def fates(self) -> dict[str, int]:
        """What became of the entries of all sources, and how many still wait."""
        total = self.ledger.total
        waiting = {Fate.WAITING.value: total.waiting} if total.waiting else {}
        return ordered(total.fates) | waiting

    @property
    def matched(self) -> int:
        """Articles-and-topics that fitted, whatever came of it."""
        unmatched = {"off topic", "near miss", "opposite direction", "excluded", "unreadable"}
        return sum(n for reason, n in self.reasons.items() if reason not in unmatched)

    def headline(self) -> str:
        """One line for a run's name or state: "312 new, 4 matched, 1 alert"."""
        alerts = self.verdicts.get("alert", 0)
        parts = [
            f"{self.listed.get('new', 0)} new",
            f"{self.matched} matched",
            f"{alerts} alert{'' if alerts == 1 else 's'}",
        ]
        if self.blackout:
            return "no source answered, " + ", ".join(parts[:1])
        if self.failures:
            count = len(self.failures)
            parts.append(f"{count} source{'' if count == 1 else 's'} failed")
        if self.delivered.get("dead"):
            parts.append(f"{self.delivered['dead']} undeliverable")
        if self.to_encode:
            parts.append("deciding waits for the new model")
        if self.outdated:
            parts.append("watch list broken")
        return ", ".join(parts)

    def as_json(self) -> Mapping[str, Any]:
        """Plain values, for the store and ``--json``."""
        plain = asdict(self)
        plain["started"] = self.started.isoformat()
        plain["finished"] = self.finished.isoformat() if self.finished else None
        plain["ended"] = self.ended.isoformat() if self.ended else None
        plain["headline"] = self.headline()
        plain["ledger"] = self.ledger.as_json()
        for name in ("listed", "fates", "reasons", "verdicts", "judge", "delivered"):
            plain[name] = dict(getattr(self, name))
        return plain


@contextmanager
def timed(report: RunReport, step: str) -> Iterator[None]:
    """Add the wall seconds of the block to the report."""
    started = time.monotonic()
    try:
        yield
    finally:
        report.seconds[step] = report.seconds.get(step, 0.0) + time.monotonic() - started

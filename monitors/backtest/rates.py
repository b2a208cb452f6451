"""What a replay comes to: alerts a day, what lay near the line, and two versions compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.backtest.replaying import Row, kinds
from monitors.model import Reason, Sensitivity, Topic

NEAR = 5
"""Near misses that are shown on each side of the line."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One sensitivity: what it would have told.

    :param days: over how many days
    :param alert_line: the confidence from which a development alerts
    """

    sensitivity: Sensitivity
    days: float
    rows: tuple[Row, ...]
    alert_line: float

    @property
    def alerts(self) -> list[Row]:
        """What readers would have been told, oldest first."""
        return [row for row in self.rows if row.is_alert]

    @property
    def silent(self) -> list[Row]:
        """What was new and fit, but came with the silent first look at its source."""
        return [row for row in self.rows if row.decision.reason is Reason.BASELINE]

    @property
    def a_day(self) -> float:
        """Alerts a day, over all days."""
        return len(self.alerts) / self.days

    @property
    def busiest(self) -> int:
        """Alerts on the day (UTC) with most of them."""
        return max(Counter(r.decision.decided_at.date() for r in self.alerts).values(), default=0)

    @property
    def reasons(self) -> Counter[str]:
        """How many decisions have each reason."""
        return Counter(row.decision.reason.value for row in self.rows)

    def barely_told(self) -> list[Row]:
        """The alerts nearest to the line, the nearest first."""
        return sorted(self.alerts, key=_confidence)[:NEAR]

    def barely_not(self) -> list[Row]:
        """What came nearest to being told: not significant enough, or nearly on topic."""
        held = [r for r in self.rows if r.decision.reason is Reason.NOT_SIGNIFICANT]
        near = [r for r in self.rows if r.decision.reason is Reason.NEAR_MISS]
        held.sort(key=lambda row: -_confidence(row))
        near.sort(key=lambda row: -row.decision.score)
        return [*held[:NEAR], *near[:NEAR]]


@dataclass(frozen=True, slots=True)
class Version:
    """A topic as one watch list has it, and what it would have told.

    :param label: the watch list's file
    :param articles: how many stored articles were looked at
    :param screened: how many of them passed the topic's screen
    :param unread: how many of those were not read closely
    """

    label: str
    topic: Topic
    articles: int
    screened: int
    unread: int
    rates: Mapping[Sensitivity, Rate]

    @property
    def own(self) -> Rate:
        """At the sensitivity that the topic is written with."""
        return self.rates[self.topic.sensitivity]


@dataclass(frozen=True, slots=True)
class Against:
    """What one version tells and another does not."""

    gained: tuple[Row, ...]
    lost: tuple[Row, ...]
    kept: int


def against(new: Version | None, old: Version | None) -> Against:
    """Alerts of ``new`` compared with those of ``old``, by article."""
    ours = {row.article.id: row for row in new.own.alerts} if new else {}
    theirs = {row.article.id: row for row in old.own.alerts} if old else {}
    return Against(
        tuple(row for key, row in ours.items() if key not in theirs),
        tuple(row for key, row in theirs.items() if key not in ours),
        len(ours.keys() & theirs.keys()),
    )


def as_json(version: Version) -> dict[str, Any]:
    """A version in plain values."""
    own = version.own
    return {
        "file": version.label,
        "topic": version.topic.id,
        "sensitivity": version.topic.sensitivity.value,
        "days": round(own.days, 2),
        "alert_line": round(own.alert_line, 4),
        "articles": version.articles,
        "screened": version.screened,
        "not_read": version.unread,
        "rates": {name.value: _rate(rate) for name, rate in version.rates.items()},
        "reasons": dict(own.reasons),
        "alerts": rows_json(own.alerts),
        "barely_told": rows_json(own.barely_told()),
        "barely_not_told": rows_json(own.barely_not()),
    }


def rows_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows in plain values."""
    return [
        {
            "article": row.article.id,
            "url": row.article.url,
            "headline": row.article.title,
            "at": row.decision.decided_at,
            "verdict": row.decision.verdict.value,
            "reason": row.decision.reason.value,
            "why": row.decision.explanation,
            "match": round(row.decision.score, 4),
            "confidence": round(_confidence(row), 4),
            "story": row.decision.story_id,
            "held": row.hold.value if row.hold else None,
        }
        for row in rows
    ]


def _rate(rate: Rate) -> dict[str, Any]:
    stories, steps = kinds(rate.rows)
    return {
        "alerts": len(rate.alerts),
        "a_day": round(rate.a_day, 4),
        "busiest_day": rate.busiest,
        "stories": stories,
        "steps": steps,
        "held_back": rate.reasons[Reason.NOT_SIGNIFICANT.value],
        "over_budget": rate.reasons[Reason.OVER_BUDGET.value],
    }


def _confidence(row: Row) -> float:
    return float(row.decision.scores.get("confidence", 0.0))

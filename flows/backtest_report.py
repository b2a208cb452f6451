"""What a backtest found, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from prefect.artifacts import acreate_markdown_artifact

from flows.chart import chart
from flows.markdown import address, escape, table
from monitors.backtest import Version
from monitors.backtest.replaying import Row, kinds
from monitors.model import Reason
from monitors.ports.digests import Seen
from monitors.report.gather import bars_of

_UNFIT = (
    Reason.OFF_TOPIC, Reason.NEAR_MISS, Reason.OPPOSITE, Reason.EXCLUDED, Reason.UNREADABLE,
)  # fmt: skip

MOST = 50
"""Alerts that are shown; the rest is counted."""


async def publish_backtest(version: Version, key: str = "backtest") -> None:
    """Write what a topic would have told as an artifact; the key keeps its history."""
    await acreate_markdown_artifact(
        key=key, markdown=backtest_report(version), description=in_a_few_words(version)
    )


def in_a_few_words(version: Version) -> str:
    """For a run's name and the list of artifacts."""
    own = version.own
    alerts = len(own.alerts)
    return (
        f"{alerts} alert{'' if alerts == 1 else 's'} in {round(own.days)} days, "
        f"{own.a_day:.2f} a day"
    )


def backtest_report(version: Version) -> str:
    """The rates of each sensitivity, a day each as bars, the alerts, and what was near."""
    own, topic = version.own, version.topic
    what = (
        f"**{escape(topic.name)}** (`{escape(topic.id)}`), {version.label}: "
        f"{version.articles} articles of {round(own.days)} days and the week before; "
        f"{version.screened} near the topic. Nothing was sent or stored."
    )
    parts = [what]
    if version.unread:
        parts.append(
            f"{version.unread} of these were not read closely, those least near: "
            "`read_most` 0 reads all."
        )
    parts += ["## What each sensitivity would have told", _rates(version)]
    parts += _by_day(version)
    parts += _rows(f"Alerts at `{own.sensitivity.value}`, the newest first", own.alerts[::-1])
    parts += _rows(f"Only just told (the line is {own.alert_line:.2f})", own.barely_told())
    parts += _rows("Only just not told", own.barely_not())
    return "\n\n".join(parts)


def _rates(version: Version) -> str:
    heads = [
        "sensitivity", "alerts", "a day", "busiest day", "stories", "steps", "held back",
        "over budget",
    ]  # fmt: skip
    rows = [
        (
            f"**{name.value}** (as written)" if rate is version.own else name.value,
            len(rate.alerts),
            f"{rate.a_day:.2f}",
            rate.busiest,
            *kinds(rate.rows),
            rate.reasons["not significant"],
            rate.reasons["over budget"],
        )
        for name, rate in version.rates.items()
    ]
    return table(heads, rows)


def _by_day(version: Version) -> list[str]:
    """Articles that fitted, and those that would have been told."""
    rows = version.own.rows
    fitting = [row for row in rows if row.decision.reason not in _UNFIT]
    if not fitting:
        return []
    seen = [Seen(version.topic.id, row.decision.decided_at, row.is_alert) for row in fitting]
    until = max(one.at for one in seen)
    since = until - timedelta(days=version.own.days)
    return [
        "## Articles a day that fitted (pale) and were told",
        chart(bars_of(seen, since, until)),
    ]


def _rows(title: str, rows: Sequence[Row]) -> list[str]:
    if not rows:
        return [f"## {title}", "None."]
    lines = [f"- {_row(row)}" for row in rows[:MOST]]
    if len(rows) > MOST:
        lines.append(f"- and {len(rows) - MOST} more")
    return [f"## {title}", "\n".join(lines)]


def _row(row: Row) -> str:
    decision = row.decision
    confidence = decision.scores.get("confidence")
    weight = f", confidence {confidence:.2f}" if confidence is not None else ""
    held = f", held: {row.hold.value}" if row.hold else ""
    return (
        f"{decision.decided_at:%d %b %H:%M} **{escape(row.article.title)}** "
        f"({decision.reason.value}, match {decision.score:.2f}{weight}{held}; "
        f"{address(row.article.url)})"
    )

"""One topic at one sensitivity over all that it could concern, as runs would have decided.

The judge, the memory and the budgets are those of a run; what a run would have stored is
kept in memory. A run is taken to happen every quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from monitors.alerts.drafting import Ruling, draft
from monitors.decide.judge import Circumstances
from monitors.decide.memory import Memory
from monitors.decide.ration import ration
from monitors.decide.reading import Reading, TopicProfile
from monitors.decide.siblings import Company
from monitors.decide.whole import judge_whole
from monitors.desk import Desk
from monitors.model import (
    Alert,
    AlertKind,
    Article,
    Budget,
    Decision,
    Hold,
    Reason,
    Topic,
    Verdict,
)
from monitors.steps.decide import claimed
from monitors.steps.ration import OVER
from monitors.steps.understand import profiles

RUN_EVERY = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one article.

    :param alert: the message, where one was drafted
    :param hold: why it would not have been sent at once
    """

    article: Article
    decision: Decision
    alert: Alert | None = None
    hold: Hold | None = None

    @property
    def is_alert(self) -> bool:
        """Whether readers would have been told, at once or after quiet hours."""
        return self.decision.verdict is Verdict.ALERT


def replay(desk: Desk, topic: Topic, readings: Sequence[Reading], since: datetime) -> list[Row]:
    """Decide on ``readings`` in the order of their time.

    :param topic: of ``desk``'s watch list, but for its sensitivity
    :param since: what was seen before is remembered and tells nothing
    :returns: rows of what was seen from ``since`` on
    """
    known = profiles(desk)
    profile = replace(known[topic.id], topic=topic)
    siblings = Company(known.values()).without(topic.id)
    memory = Memory()
    rows: list[Row] = []
    for now, seen in _runs(readings):
        start = now - desk.window
        old = memory.mentions and memory.mentions[0].seen_at < start - timedelta(days=1)
        if old or len(memory) > desk.remembered + 100:
            kept = [m for m in memory.mentions if m.seen_at >= start]
            memory = Memory(kept[-desk.remembered :])
        fresh: list[Row] = []
        for reading in seen:
            earlier = [row for row in (*rows, *fresh) if row.is_alert]
            row = _decide(desk, profile, siblings, memory, reading, earlier, since, now)
            fresh.append(row)
        rows += _rationed(desk, topic, memory, fresh, rows, now)
    return [row for row in rows if row.article.first_seen >= since]


def _runs(readings: Sequence[Reading]) -> Iterator[tuple[datetime, list[Reading]]]:
    """What each run decides, with the time of the run."""

    def run(reading: Reading) -> datetime:
        number = (reading.article.first_seen - _EPOCH) // RUN_EVERY
        return _EPOCH + (number + 1) * RUN_EVERY

    for now, seen in groupby(sorted(readings, key=run), key=run):
        yield now, sorted(seen, key=claimed)


def _decide(
    desk: Desk,
    profile: TopicProfile,
    siblings: Sequence[TopicProfile],
    memory: Memory,
    reading: Reading,
    earlier: Sequence[Row],
    since: datetime,
    now: datetime,
) -> Row:
    silent = reading.article.baseline or reading.article.first_seen < since
    around = Circumstances(now=now, baseline=silent)
    made = judge_whole(reading, profile, siblings, memory, desk.calibration, around)
    if made.mention is not None:
        memory.add(made.mention)
    row = Row(reading.article, made.decision)
    if not row.is_alert:
        return row
    memory.retell(made.decision.development_id or "", told=True)
    opened = frozenset(r.alert.story_ids[0] for r in earlier if r.is_alert and r.alert)
    rulings = [Ruling(profile.topic, made)]
    [drafted] = draft(reading, rulings, opened, now, desk.watchlist.channel)
    return replace(row, alert=drafted.alert, hold=drafted.hold)


def _rationed(
    desk: Desk,
    topic: Topic,
    memory: Memory,
    fresh: Sequence[Row],
    rows: Sequence[Row],
    now: datetime,
) -> list[Row]:
    """Of what a run found, what the budgets let through; the rest is over budget."""
    weighed = [row for row in fresh if row.hold is Hold.WEIGHED]

    def left(budget: Budget) -> int:
        told = (row.alert.created_at for row in rows if row.is_alert and row.alert)
        return max(budget.count - sum(1 for at in told if at >= now - budget.per), 0)

    of_channel = desk.watchlist.channel(topic.channel).at_most
    passes = ration(
        [row.alert for row in weighed if row.alert],
        {topic.id: left(topic.at_most)} if topic.at_most else {},
        left(of_channel) if of_channel else None,
    )
    over = {row.article.id for row, passing in zip(weighed, passes, strict=True) if not passing}
    return [_over(row, memory) if row.article.id in over else _let(row) for row in fresh]


def _let(row: Row) -> Row:
    return replace(row, hold=None) if row.hold is Hold.WEIGHED else row


def _over(row: Row, memory: Memory) -> Row:
    memory.retell(row.decision.development_id or "", told=False)
    decision = replace(
        row.decision, verdict=Verdict.DIGEST, reason=Reason.OVER_BUDGET, explanation=OVER
    )
    return replace(row, decision=decision, hold=Hold.BUDGET)


def kinds(rows: Sequence[Row]) -> tuple[int, int]:
    """How many alerts open a story, and how many are a step of one."""
    told = [row.alert for row in rows if row.is_alert and row.alert]
    steps = sum(1 for alert in told if alert.kind is AlertKind.STEP)
    return len(told) - steps, steps

"""What a digest says: what was told, what was held back and why, what to label. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitors.health.words import to_do
from monitors.model import (
    Activity,
    Alert,
    AlertKind,
    Article,
    Decision,
    Delivery,
    Hold,
    Line,
    Section,
    Source,
    SourceState,
    Stage,
)

MOST_LINES = 8
"""Lines of one section; how many more there are is said."""

NEAR_MISSES = 5

_HELD_TITLES = {
    Hold.QUIET: "Held in quiet hours",
    Hold.CATCH_UP: "Found after a pause",
    Hold.BUDGET: "Held back: over budget",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision with the article that it is about, and the topic's name."""

    decision: Decision
    article: Article | None
    topic: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a channel's digest of a period tells.

    :param told: stories and steps that were let through, oldest first
    :param held: rows that this digest tells instead of messages of their own
    :param weak: the first of what was not significant enough
    :param weak_total: how many of those there are
    :param near: the articles that came nearest to a topic without fitting it
    :param failing: sources that are unwell
    """

    told: Sequence[Delivery] = ()
    held: Sequence[Delivery] = ()
    weak: Sequence[Judged] = ()
    weak_total: int = 0
    near: Sequence[Judged] = ()
    failing: Sequence[tuple[Source, SourceState]] = ()
    activity: tuple[Activity, ...] = ()


def of_period(channel: str, day: date, weekly: bool, found: Findings, now: datetime) -> Alert:
    """The digest of the period that ends on ``day``: one for each channel and day."""
    groups = ((hold, [row for row in found.held if row.hold is hold]) for hold in _HELD_TITLES)
    sections = (
        # Each was a message of its own, which says how it is explained.
        Section("Told", *_listed([replace(_delivery(row), article_id="") for row in found.told])),
        *(
            Section(_HELD_TITLES[hold], *_listed(_deliveries(_ranked(rows))))
            for hold, rows in groups
        ),
        Section(
            "Held back: not significant",
            tuple(_judged(j) for j in found.weak),
            max(found.weak_total - len(found.weak), 0),
        ),
        Section("Near misses: do any of these belong?", tuple(_judged(j) for j in found.near)),
        Section("Sources in trouble", *_listed([_failing(*pair) for pair in found.failing])),
    )
    filled = tuple(section for section in sections if section.lines)
    told = len(found.told)
    return Alert(
        key=_key("period", channel, day.isoformat()),
        kind=AlertKind.DIGEST,
        channel=channel,
        created_at=now,
        headline=f"{day:%A} {day.day} {day:%B}: {_counted(told, 'message')} told, "
        f"{len(found.held) + found.weak_total} held back",
        label="Weekly digest" if weekly else "Daily digest",
        body=() if filled else ("Nothing was told, and nothing was held back.",),
        sections=filled,
        activity=found.activity,
    )


def of_held(channel: str, rows: Sequence[Delivery], hold: Hold, now: datetime) -> Alert:
    """One digest instead of the messages that were held."""
    names = dict.fromkeys(name for row in rows for name in row.alert.topic_names)
    ids = dict.fromkeys(topic for row in rows for topic in row.alert.topic_ids)
    what = _counted(len(rows), "development")
    return Alert(
        key=_key(hold.value, channel, *(str(row.id) for row in rows)),
        kind=AlertKind.DIGEST,
        channel=channel,
        created_at=now,
        headline=f"{what} {'in quiet hours' if hold is Hold.QUIET else 'while Tidings was away'}",
        topic_ids=tuple(ids),
        topic_names=tuple(names),
        label="After quiet hours" if hold is Hold.QUIET else "Catching up",
        sections=(Section("", *_listed(_deliveries(_ranked(rows)), 2 * MOST_LINES)),),
    )


def _ranked(rows: Iterable[Delivery]) -> list[Delivery]:
    return sorted(rows, key=lambda row: (-row.alert.significance, row.id))


def _deliveries(rows: Iterable[Delivery]) -> list[Line]:
    return [_delivery(row) for row in rows]


def _delivery(row: Delivery) -> Line:
    alert = row.alert
    topics = ", ".join(alert.topic_names[:3])
    names = {ref.name for ref in alert.sources}
    notes = (
        topics,
        alert.sources[0].name if len(names) == 1 else _counted(len(names), "source"),
        "" if alert.stage is Stage.NONE else alert.stage.value,
        "new step" if alert.kind is AlertKind.STEP else "",
    )
    return Line(
        text=alert.headline,
        note=" · ".join(note for note in notes if note),
        url=alert.url,
        article_id=alert.article_id,
        topic_id=alert.topic_ids[0] if alert.topic_ids else "",
        story_id=next(iter(alert.story_ids), ""),
    )


def _judged(judged: Judged) -> Line:
    article, decision = judged.article, judged.decision
    match = f"match {decision.score:.2f}"
    weight = decision.scores.get("confidence")
    return Line(
        text=article.title if article and article.title else decision.passage,
        note=f"{judged.topic} · {match if weight is None else f'confidence {weight:.2f}'}",
        url=article.url if article else "",
        article_id=decision.article_id,
        topic_id=decision.topic_id,
        story_id=decision.story_id or "",
    )


def _failing(source: Source, state: SourceState) -> Line:
    at = state.succeeded_at
    since = f"last answer {at.day} {at:%b %H:%M} UTC" if at else "no answer yet"
    pulse = state.pulse
    why = state.last_error if state.failures else to_do(pulse.cause, source)
    note = f"{pulse.cause.value} ({since})" + (f": {why}" if why else "")
    return Line(text=f"{source.name} is {pulse.health.value}", note=note)


def _listed(lines: Sequence[Line], most: int = MOST_LINES) -> tuple[tuple[Line, ...], int]:
    return tuple(lines[:most]), max(len(lines) - most, 0)


def count_days(
    seen: Iterable[tuple[str, date, bool]], names: Mapping[str, str], last: date, days: int
) -> tuple[Activity, ...]:
    """How busy each topic was on each of the last ``days`` days.

    :param seen: topic id, local day, and whether it was told
    :param names: topics by id, in the order of the chart
    """
    told = {topic: [0] * days for topic in names}
    matched = {topic: [0] * days for topic in names}
    for topic, day, was_told in seen:
        at = days - 1 - (last - day).days
        if topic in names and 0 <= at < days:
            matched[topic][at] += 1
            told[topic][at] += was_told
    return tuple(
        Activity(topic, name, last, tuple(told[topic]), tuple(matched[topic]))
        for topic, name in names.items()
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(("digest", *parts)).encode()).hexdigest()[:40]

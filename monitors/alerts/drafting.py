"""From verdicts to alerts: what is told, where, in which thread, and not before when.

Pure. One message serves every topic of a channel that an article alerts on; the thread is
the story of the first of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitors.decide.judge import Judgement
from monitors.decide.reading import Reading
from monitors.model import Alert, AlertKind, Reason, SourceRef, Stage, Topic, Verdict


@dataclass(frozen=True, slots=True)
class Ruling:
    """A judgement together with the topic that it is for."""

    topic: Topic
    judgement: Judgement


def draft(
    reading: Reading, rulings: Sequence[Ruling], opened: frozenset[str], now: datetime
) -> tuple[tuple[Alert, datetime], ...]:
    """The alerts that one article's verdicts call for, each with its earliest sending time.

    :param opened: stories that have a thread already; a new step in one of them is a reply
    """
    alerting = [r for r in rulings if r.judgement.decision.verdict is Verdict.ALERT]
    channels = sorted({ruling.topic.channel for ruling in alerting})
    drafted = []
    for channel in channels:
        here = [ruling for ruling in alerting if ruling.topic.channel == channel]
        # A step of a known story leads: its thread is where readers look.
        here.sort(key=lambda r: r.judgement.decision.story_id not in opened)
        drafted.append((_alert(reading, channel, here, opened, now), _earliest(here, now)))
    return tuple(drafted)


def edited(
    parent: Alert, ref: SourceRef, stage: Stage, now: datetime, *, step: bool = False
) -> Alert | None:
    """The thread's first message with one more source or a later stage; None if unchanged.

    :param parent: the message as it stands now
    :param step: the article is a new step: its stage holds also where it leads back, such
        as from signed to planned; a mere retelling never does that
    """
    known = any(source.url == ref.url or source.name == ref.name for source in parent.sources)
    stage = stage if step and stage not in _WEAK else max(parent.stage, stage, key=_rank)
    if known and stage is parent.stage:
        return None
    return replace(
        parent,
        key=edit_key(parent.story_ids[0], parent.channel),
        kind=AlertKind.EDIT,
        created_at=now,
        sources=parent.sources if known else (*parent.sources, ref),
        stage=stage,
    )


_WEAK = (Stage.NONE, Stage.SPECULATED, Stage.RUMOURED)


def _rank(stage: Stage) -> int:
    return list(Stage).index(stage)


def edit_key(story_id: str, channel: str) -> str:
    """The key of a story's one edit: a later one takes the place of an earlier one."""
    return _key("edit", story_id, channel)


def source_ref(reading: Reading, *, independent: bool) -> SourceRef:
    """The article as a source line of a message."""
    article = reading.article
    return SourceRef(reading.source_name, article.url, reading.tier, article.language, independent)


def _alert(
    reading: Reading,
    channel: str,
    rulings: Sequence[Ruling],
    opened: frozenset[str],
    now: datetime,
) -> Alert:
    first = rulings[0].judgement
    decision = first.decision
    article = reading.article
    is_step = decision.story_id in opened
    developments = tuple(r.judgement.decision.development_id or "" for r in rulings)
    return Alert(
        key=_key("alert", channel, *sorted(developments)),
        kind=AlertKind.STEP if is_step else AlertKind.STORY,
        channel=channel,
        created_at=now,
        headline=article.title or reading.key_text[:120],
        topic_ids=tuple(r.topic.id for r in rulings),
        topic_names=tuple(r.topic.name for r in rulings),
        story_ids=tuple(r.judgement.decision.story_id or "" for r in rulings),
        development_ids=developments,
        article_id=article.id,
        url=article.url,
        quote=decision.passage,
        language=article.language,
        machine_translated=article.machine_translated,
        novelty=_novelty(first),
        against=decision.nearest_title if decision.reason is Reason.NEW_STEP else "",
        stage=reading.facts.stage,
        sources=(source_ref(reading, independent=True),),
        published=article.published,
    )


def _novelty(judgement: Judgement) -> str:
    """What is new, in words; the message says by itself whether it opens a story."""
    decision = judgement.decision
    if decision.reason is Reason.NEW_STEP:
        return "; ".join(decision.new_facts) or "a further step"
    return "nothing told before on this topic reports it"


def _earliest(rulings: Iterable[Ruling], now: datetime) -> datetime:
    """Not inside the quiet hours of every topic that it serves."""
    return min(quiet_until(ruling.topic, now) for ruling in rulings)


def quiet_until(topic: Topic, now: datetime) -> datetime:
    """``now``, or the end of the topic's quiet hours when they are on."""
    quiet = topic.quiet_hours
    if quiet is None:
        return now
    zone = ZoneInfo(topic.timezone)
    local = now.astimezone(zone)
    clock = local.time()
    over_midnight = quiet.start > quiet.end
    inside = (
        clock >= quiet.start or clock < quiet.end
        if over_midnight
        else quiet.start <= clock < quiet.end
    )
    if not inside:
        return now
    day = local.date()
    if over_midnight and clock >= quiet.start:
        day += timedelta(days=1)
    # Built from wall time, so that a clock change during the night ends it when it should.
    end = datetime.combine(day, quiet.end, tzinfo=zone)
    return end.astimezone(now.tzinfo)


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]

"""From verdicts to alerts: what is told, where, in which thread, and whether it is held.

Pure. One message serves every topic of a channel that an article alerts on; the thread is
the story of the first of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitors.alerts.timing import hold_of
from monitors.decide.judge import Judgement
from monitors.decide.reading import Reading
from monitors.model import (
    ACTS,
    Alert,
    AlertKind,
    Channel,
    Hold,
    Reason,
    SourceRef,
    Stage,
    Topic,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A judgement together with the topic that it is for."""

    topic: Topic
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert, and why it is held instead of sent."""

    alert: Alert
    hold: Hold | None = None


def draft(
    reading: Reading,
    rulings: Sequence[Ruling],
    opened: frozenset[str],
    now: datetime,
    channels: Callable[[str], Channel] = Channel,
    *,
    away: bool = False,
    before: Mapping[str, Sequence[SourceRef]] | None = None,
) -> tuple[Draft, ...]:
    """The alerts that one article's verdicts call for, one a channel.

    :param opened: stories that have a thread already; a new step in one of them is a reply
    :param channels: what holds for a channel, by its name
    :param away: Tidings was away for long: everything is held for one digest
    :param before: of a development that was held back until now: who had reported it
    """
    alerting = [r for r in rulings if r.judgement.decision.verdict is Verdict.ALERT]
    drafted = []
    for name in sorted({ruling.topic.channel for ruling in alerting}):
        here = [ruling for ruling in alerting if ruling.topic.channel == name]
        # A step of a known story leads: its thread is where readers look.
        here.sort(key=lambda r: r.judgement.decision.story_id not in opened)
        alert = _alert(reading, name, here, opened, now, before or {})
        topics = [ruling.topic for ruling in here]
        drafted.append(Draft(alert, hold_of(alert, topics, channels(name), now, away=away)))
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
        mentions=(),
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
    before: Mapping[str, Sequence[SourceRef]],
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
        unreadable=(article.unreadable or "") if not article.text_available else "",
        novelty=_novelty(first),
        against=first.until_now if decision.reason is Reason.NEW_STEP else "",
        stage=reading.facts.stage,
        sources=_sources(reading, before.get(decision.development_id or "", ())),
        published=article.published,
        significance=max(r.judgement.decision.scores.get("significance", 0.0) for r in rulings),
        mentions=_mentions(rulings, reading.facts.stage),
    )


def _sources(reading: Reading, before: Sequence[SourceRef]) -> tuple[SourceRef, ...]:
    """Whoever reports it, each outlet once, this one first."""
    own = source_ref(reading, independent=True)
    refs = {own.name: own}
    for ref in before:
        refs.setdefault(ref.name, ref)
    return tuple(refs.values())


def _novelty(judgement: Judgement) -> str:
    """What is new, in words; the message says by itself whether it opens a story."""
    decision = judgement.decision
    if decision.reason is Reason.NEW_STEP:
        return "; ".join(decision.new_facts) or "a further step"
    return "nothing told before on this topic reports it"


def _mentions(rulings: Iterable[Ruling], stage: Stage) -> tuple[str, ...]:
    """Whom the topics ask to be mentioned: only on a decision or an act."""
    if stage not in ACTS:
        return ()
    return tuple(dict.fromkeys(who for ruling in rulings for who in ruling.topic.mention))


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]

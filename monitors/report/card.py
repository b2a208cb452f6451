"""The quality card: how good the last days were, by what readers answered. Pure.

The unit is a message. Where several people answered it, each has the same share of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from math import sqrt

from monitors.model import (
    AlertKind,
    Answer,
    AnswerKind,
    Decision,
    Delivery,
    Hold,
    Reason,
    Topic,
    Verdict,
    label_key,
)

JUDGED = (AnswerKind.USEFUL, AnswerKind.NOT_NEW, AnswerKind.NOT_RELEVANT)
SUPPRESSED = (Reason.NEAR_MISS, Reason.NOT_SIGNIFICANT, Reason.REPEAT, Reason.OVER_BUDGET)
"""Why something was not told, where a person may see it otherwise."""

_ON_PURPOSE = (Hold.BUDGET, Hold.QUIET, Hold.CATCH_UP)
SAMPLES = 8
_Z = 1.959964
"""The normal deviate of a 95% interval."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of answered messages with its 95% interval, all from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """The messages of a topic, or of all.

    :param told: messages sent
    :param answered: those that somebody judged
    :param useful: messages, in shares where people differ; so are the next two
    :param precision: share of the answered ones that was useful; None without answers
    :param duplicates: share that was not new
    """

    topic_id: str
    name: str
    told: int = 0
    answered: int = 0
    useful: float = 0.0
    not_new: float = 0.0
    not_relevant: float = 0.0
    precision: Rate | None = None
    duplicates: Rate | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """From first seen to sent.

    :param messages: how many it is known of
    :param held: further ones, that were held back on purpose and do not count
    """

    messages: int
    held: int
    median: timedelta | None = None
    slow: timedelta | None = None
    """nine of ten were faster"""


@dataclass(frozen=True, slots=True)
class Missed:
    """What was not told, as far as somebody labelled it.

    :param labelled: decisions that told nobody and were labelled
    :param wanted: those of them that were useful to whoever labelled them
    :param rate: their share; None without labels
    """

    labelled: int = 0
    wanted: int = 0
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class QualityCard:
    """How good a period was.

    :param total: over all topics, each message once
    :param samples: decisions that told nobody and were not labelled yet, for a person to look
        at
    :param missed: those that were labelled
    :param lessons: what was learnt from answers and came into force, or was taken back
    """

    since: datetime
    until: datetime
    topics: tuple[Tally, ...]
    total: Tally
    delay: Delay
    samples: tuple[Decision, ...] = ()
    missed: Missed = Missed()
    lessons: tuple[str, ...] = ()


def quality_card(
    topics: Sequence[Topic],
    deliveries: Iterable[Delivery],
    answers: Iterable[Answer],
    first_seen: Mapping[str, datetime],
    suppressed: Iterable[Decision],
    since: datetime,
    until: datetime,
    lessons: Sequence[str] = (),
) -> QualityCard:
    """The card of what was sent from ``since`` to ``until``.

    :param answers: of buttons and labels; those that no longer count are left out here
    :param first_seen: article id to when it was first seen; unknown ones give no delay
    :param suppressed: decisions of the period; samples are drawn from those that fit
    """
    sent = [
        delivery
        for delivery in deliveries
        if delivery.alert.kind in (AlertKind.STORY, AlertKind.STEP)
        and delivery.sent_at is not None
        and since <= delivery.sent_at <= until
    ]
    standing = [answer for answer in answers if answer.undone_at is None]
    judged = _judged(standing, sent)
    quiet = [d for d in suppressed if d.verdict is not Verdict.ALERT and d.decided_at <= until]
    labels = {a.alert_key: a.kind for a in standing if a.kind in JUDGED}
    labelled = {
        key: labels[key] for d in quiet if (key := label_key(d.article_id, d.topic_id)) in labels
    }
    return QualityCard(
        since=since,
        until=until,
        topics=tuple(
            _tally(
                topic.id, topic.name, [d for d in sent if topic.id in d.alert.topic_ids], judged
            )
            for topic in topics
        ),
        total=_tally("", "All topics", sent, judged),
        delay=_delay(sent, first_seen),
        samples=tuple(
            samples(d for d in quiet if label_key(d.article_id, d.topic_id) not in labelled)
        ),
        missed=_missed(list(labelled.values())),
        lessons=tuple(lessons),
    )


def wilson(share: float, n: int) -> Rate:
    """A share of ``n`` with Wilson's score interval (Wilson 1927), which is fair to small ``n``.

    :raises ValueError: ``n`` is not positive
    """
    if n < 1:
        raise ValueError("a share of nothing has no interval")
    square = _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return Rate(share, max(0.0, middle - half), min(1.0, middle + half))


def samples(decisions: Iterable[Decision], most: int = SAMPLES) -> list[Decision]:
    """Decisions that told nobody, by turns of reason and topic, the best matches first."""
    groups: defaultdict[tuple[int, str], list[Decision]] = defaultdict(list)
    for decision in decisions:
        if decision.verdict is not Verdict.ALERT and decision.reason in SUPPRESSED:
            groups[SUPPRESSED.index(decision.reason), decision.topic_id].append(decision)
    ranked = [
        sorted(groups[key], key=lambda d: (-d.score, d.article_id)) for key in sorted(groups)
    ]
    by_turns = [decision for turn in zip_longest(*ranked) for decision in turn if decision]
    return by_turns[:most]


def _judged(answers: Iterable[Answer], sent: Iterable[Delivery]) -> dict[str, list[AnswerKind]]:
    """What was said of each message: with its buttons, or of its article as a label."""
    keys: dict[str, str] = {}
    for alert in (delivery.alert for delivery in sent):
        keys[alert.key] = alert.key
        keys |= {label_key(alert.article_id, topic): alert.key for topic in alert.topic_ids}
    found: defaultdict[str, list[AnswerKind]] = defaultdict(list)
    for answer in answers:
        if answer.kind in JUDGED and answer.alert_key in keys:
            found[keys[answer.alert_key]].append(answer.kind)
    return found


def _missed(labels: Sequence[AnswerKind]) -> Missed:
    wanted = sum(kind is AnswerKind.USEFUL for kind in labels)
    rate = wilson(wanted / len(labels), len(labels)) if labels else None
    return Missed(len(labels), wanted, rate)


def _tally(
    topic_id: str,
    name: str,
    sent: Sequence[Delivery],
    judged: Mapping[str, Sequence[AnswerKind]],
) -> Tally:
    shares = dict.fromkeys(JUDGED, 0.0)
    answered = 0
    for delivery in sent:
        kinds = judged.get(delivery.alert.key, ())
        answered += bool(kinds)
        for kind in kinds:
            shares[kind] += 1 / len(kinds)
    useful, not_new, not_relevant = (min(shares[kind], float(answered)) for kind in JUDGED)
    return Tally(
        topic_id=topic_id,
        name=name,
        told=len(sent),
        answered=answered,
        useful=useful,
        not_new=not_new,
        not_relevant=not_relevant,
        precision=wilson(useful / answered, answered) if answered else None,
        duplicates=wilson(not_new / answered, answered) if answered else None,
    )


def _delay(sent: Sequence[Delivery], first_seen: Mapping[str, datetime]) -> Delay:
    held = sum(delivery.hold in _ON_PURPOSE for delivery in sent)
    waited = sorted(
        max(delivery.sent_at - first_seen[delivery.alert.article_id], timedelta(0))
        for delivery in sent
        if delivery.hold not in _ON_PURPOSE
        and delivery.sent_at
        and delivery.alert.article_id in first_seen
    )
    if not waited:
        return Delay(0, held)
    return Delay(len(waited), held, _quantile(waited, 0.5), _quantile(waited, 0.9))


def _quantile(ranked: Sequence[timedelta], q: float) -> timedelta:
    """Linear between neighbours."""
    place = q * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)

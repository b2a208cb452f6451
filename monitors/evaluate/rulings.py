"""Judges every alert against the labels: correct, duplicate or false.

The rules, for one topic, in the order of the stream:

- A development is **told** by an alert on an article that reports it (role ``first`` or
  ``repeat``). Only significant developments can be told.
- An alert that tells at least one development not told before is **correct**, once,
  however many it tells; each of them counts for recall. It is **late** as well where one
  of them stands in that article as ``repeat``.
- Otherwise, where the article reports significant developments, all were told before:
  **duplicate**, also where it reports an insignificant one besides.
- An article that reports only insignificant developments: **false**, however often.
- An article with ``background`` labels only tells nothing: **duplicate** where all of
  them were told before, else **false**.
- No label in the topic: **false**; counted apart where the article has no label at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitors.errors import StreamError
from monitors.evaluate.records import DecisionRecord
from monitors.model import Verdict
from monitors.streams import Label, LabelledStream, Role


class Ruling(StrEnum):
    """What an alert turned out to be."""

    CORRECT = "correct"
    DUPLICATE = "duplicate"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class JudgedAlert:
    """One alert and what it was.

    :param about: developments it told (correct) or told again (duplicate)
    :param off_topic: the article has no label in any topic
    """

    decision: DecisionRecord
    ruling: Ruling
    about: tuple[str, ...] = ()
    late: bool = False
    off_topic: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """All alerts, judged, and the developments that should have been told.

    :param wanted: significant developments that some article reports, by topic
    :param delays: for each development told: minutes from its first article to the alert
    """

    alerts: tuple[JudgedAlert, ...]
    wanted: Mapping[str, tuple[str, ...]]
    delays: Mapping[str, float]


def judge(stream: LabelledStream, decisions: Iterable[DecisionRecord]) -> Judged:
    """Judge all alerts in the order of the stream, whatever the order of ``decisions``.

    A development that no article of the stream reports cannot be told, so it is not wanted.

    :raises StreamError: a decision names an unknown article or topic, or two decisions
        are on the same article and topic
    """
    verdicts = by_pair(stream, decisions)
    first_seen = first_reports(stream)
    wanted = {
        topic.id: tuple(d for d in first_seen if stream.developments[d].topic == topic.id)
        for topic in stream.topics
    }
    alerts: list[JudgedAlert] = []
    delays: dict[str, float] = {}
    for article in stream.articles:
        labels = stream.labels.get(article.id, {})
        for topic in stream.topics:
            decision = verdicts.get((article.id, topic.id))
            if decision is None or decision.verdict is not Verdict.ALERT:
                continue
            alert = _judge_one(decision, labels.get(topic.id, ()), stream, set(delays), labels)
            alerts.append(alert)
            if alert.ruling is Ruling.CORRECT:
                for development in alert.about:
                    wait = article.published - first_seen[development][1]
                    delays[development] = wait.total_seconds() / 60
    return Judged(tuple(alerts), wanted, delays)


def first_reports(stream: LabelledStream) -> dict[str, tuple[str, datetime]]:
    """Significant development to the id and time of the first article that reports it."""
    found: dict[str, tuple[str, datetime]] = {}
    for article in stream.articles:
        for labels in stream.labels.get(article.id, {}).values():
            for development in _reported(labels):
                if stream.developments[development].significant:
                    found.setdefault(development, (article.id, article.published))
    return found


def by_pair(
    stream: LabelledStream, decisions: Iterable[DecisionRecord]
) -> dict[tuple[str, str], DecisionRecord]:
    """Decisions by article and topic id, after checking that they fit ``stream``.

    :raises StreamError: an unknown article or topic, or two decisions on one pair
    """
    articles = {article.id for article in stream.articles}
    topics = {topic.id for topic in stream.topics}
    found: dict[tuple[str, str], DecisionRecord] = {}
    for decision in decisions:
        pair = (decision.article, decision.topic)
        subject = f"decision on {decision.article} and {decision.topic}"
        if decision.article not in articles or decision.topic not in topics:
            what = "topic" if decision.article in articles else "article"
            raise StreamError(
                subject,
                f"stream {stream.name} has no such {what}",
                "Score decisions on the stream that they were made on",
            )
        if pair in found:
            raise StreamError(
                subject,
                "there are two decisions on this article and topic",
                "Keep the one that readers saw",
            )
        found[pair] = decision
    return found


def _judge_one(
    decision: DecisionRecord,
    labels: tuple[Label, ...],
    stream: LabelledStream,
    told: set[str],
    all_labels: Mapping[str, tuple[Label, ...]],
) -> JudgedAlert:
    reported = _reported(labels)
    if reported:
        about = tuple(d for d in reported if stream.developments[d].significant)
        new = tuple(d for d in about if d not in told)
        if new:
            late = any(x.development in new and x.role is Role.REPEAT for x in labels)
            return JudgedAlert(decision, Ruling.CORRECT, new, late=late)
    else:
        about = tuple(dict.fromkeys(label.development for label in labels))
    if about and told.issuperset(about):
        return JudgedAlert(decision, Ruling.DUPLICATE, about)
    return JudgedAlert(decision, Ruling.FALSE, off_topic=not all_labels)


def _reported(labels: tuple[Label, ...]) -> tuple[str, ...]:
    """Developments that are reported, not only mentioned, each once."""
    return tuple(dict.fromkeys(x.development for x in labels if x.role is not Role.BACKGROUND))

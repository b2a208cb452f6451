"""Scores of a run over a labelled stream, for each topic and over all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from monitors.evaluate.bcubed import BCubed, bcubed
from monitors.evaluate.intervals import Estimate, estimate, units_of
from monitors.evaluate.records import DecisionRecord
from monitors.evaluate.rulings import Judged, Ruling, judge
from monitors.model import Verdict
from monitors.streams import LabelledStream, Role


@dataclass(frozen=True, slots=True)
class Scores:
    """How well readers were served.

    :param alerts: correct, duplicate and false ones together
    :param late: correct alerts on an article that only repeats the development
    :param false_off_topic: false alerts on articles without any label
    :param wanted: significant developments that the stream reports
    :param told: those of them that got an alert
    :param missed: those that got none
    :param delay_median: minutes from a development's first article to its alert
    :param story_quality: BCubed over alerted and updated pairs
    """

    alerts: int
    correct: int
    late: int
    duplicates: int
    false: int
    false_off_topic: int
    wanted: int
    told: int
    missed: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    duplicate_rate: Estimate
    delay_median: Estimate
    delay_p90: Estimate
    story_quality: BCubed


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All scores of one run over one stream.

    :param topics: by topic id, in the stream's order
    """

    stream: str
    articles: int
    decisions: int
    resamples: int
    seed: int
    overall: Scores
    topics: Mapping[str, Scores]


def evaluate(
    stream: LabelledStream,
    decisions: Iterable[DecisionRecord],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Score ``decisions`` against the labels of ``stream``.

    A pair of article and topic without a decision counts as verdict ``none``. The rules
    for alerts are in :mod:`monitors.evaluate.rulings`, those for intervals in
    :mod:`monitors.evaluate.intervals`. Overall figures pool all topics.

    :param resamples: how many bootstrap resamples; 0 leaves intervals out
    :raises StreamError: the decisions do not fit the stream
    """
    made = list(decisions)
    judged = judge(stream, made)

    def scores(topics: Collection[str]) -> Scores:
        pairs = story_pairs(stream, (d for d in made if d.topic in topics))
        return _scores(judged, topics, bcubed(pairs), resamples, seed)

    topic_ids = [topic.id for topic in stream.topics]
    return Evaluation(
        stream=stream.name,
        articles=len(stream.articles),
        decisions=len(made),
        resamples=resamples,
        seed=seed,
        overall=scores(topic_ids),
        topics={topic_id: scores([topic_id]) for topic_id in topic_ids},
    )


def story_pairs(
    stream: LabelledStream, decisions: Iterable[DecisionRecord]
) -> list[tuple[tuple[str, ...], str]]:
    """What BCubed compares: (the system's development, the labelled one) a decision.

    Alerts and updates count, on articles that report a development of the topic,
    significant or not; the first of several labels that are no background is taken. A
    decision that names no development is a cluster of its own.
    """
    pairs: list[tuple[tuple[str, ...], str]] = []
    for decision in decisions:
        if decision.verdict not in (Verdict.ALERT, Verdict.UPDATE):
            continue
        labels = stream.labels.get(decision.article, {}).get(decision.topic, ())
        reported = [x.development for x in labels if x.role is not Role.BACKGROUND]
        if not reported:
            continue
        cluster: tuple[str, ...] = (decision.topic, "alone", decision.article)
        if decision.development is not None:
            cluster = (decision.topic, decision.development)
        pairs.append((cluster, reported[0]))
    return pairs


def _scores(
    judged: Judged, topics: Collection[str], quality: BCubed, resamples: int, seed: int
) -> Scores:
    alerts = [alert for alert in judged.alerts if alert.decision.topic in topics]
    wanted = [development for topic in topics for development in judged.wanted[topic]]
    told = sum(development in judged.delays for development in wanted)
    rulings = [alert.ruling for alert in alerts]
    return Scores(
        alerts=len(alerts),
        correct=rulings.count(Ruling.CORRECT),
        late=sum(alert.late for alert in alerts),
        duplicates=rulings.count(Ruling.DUPLICATE),
        false=rulings.count(Ruling.FALSE),
        false_off_topic=sum(alert.off_topic for alert in alerts),
        wanted=len(wanted),
        told=told,
        missed=len(wanted) - told,
        story_quality=quality,
        **estimate(units_of(judged, topics), resamples, seed),
    )

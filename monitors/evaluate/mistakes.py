"""The list of what went wrong, for people who want to know why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitors.evaluate.records import DecisionRecord
from monitors.evaluate.rulings import Ruling, by_pair, first_reports, judge
from monitors.streams import LabelledStream


@dataclass(frozen=True, slots=True)
class Mistake:
    """One alert that should not have been, or one that should have been.

    :param kind: ``false``, ``duplicate`` or ``missed``
    :param article: the article alerted, or the first one to report what was missed
    :param verdict: what was decided on ``article``; ``undecided`` without a decision
    :param nearest: headline of the nearest earlier article, or its id where it is none of
        the stream
    :param developments: summaries of the developments told again, or missed
    """

    kind: str
    topic: str
    article: str
    title: str
    published: datetime
    verdict: str
    reason: str
    nearest: str
    passage: str
    developments: tuple[str, ...]


def errors(stream: LabelledStream, decisions: Iterable[DecisionRecord]) -> list[Mistake]:
    """Every false, duplicate and missed alert, in the order of the stream.

    :raises StreamError: the decisions do not fit the stream
    """
    made = list(decisions)
    judged = judge(stream, made)
    verdicts = by_pair(stream, made)
    firsts = first_reports(stream)
    titles = {article.id: article.title for article in stream.articles}
    unwanted = [
        (alert.decision.article, alert.decision.topic, alert.ruling.value, alert.about)
        for alert in judged.alerts
        if alert.ruling is not Ruling.CORRECT
    ]
    missed = [
        (firsts[development][0], topic, "missed", (development,))
        for topic, wanted in judged.wanted.items()
        for development in wanted
        if development not in judged.delays
    ]
    order = {article.id: number for number, article in enumerate(stream.articles)}
    found: list[Mistake] = []
    for article_id, topic, kind, about in sorted(
        [*unwanted, *missed], key=lambda mistake: order[mistake[0]]
    ):
        decision = verdicts.get((article_id, topic))
        nearest = (decision.nearest or "") if decision else ""
        found.append(
            Mistake(
                kind=kind,
                topic=topic,
                article=article_id,
                title=titles[article_id],
                published=stream.articles[order[article_id]].published,
                verdict=decision.verdict.value if decision else "undecided",
                reason=decision.reason if decision else "",
                nearest=titles.get(nearest, nearest),
                passage=decision.passage if decision else "",
                developments=tuple(stream.developments[d].summary for d in about),
            )
        )
    return found

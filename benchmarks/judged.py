"""What an outside judge would be worth: streams decided with one who answers as their labels do.

It sees what a judge sees, and is asked only what is borderline; so the figures are the most
that a judge can give who makes no mistake. Part of ``make quality``.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.replaying import Models, replayed
from monitors.evaluate import evaluate
from monitors.model import Counsel, Ground, Opinion, Question
from monitors.streams import LabelledStream, Role

ANSWERS = {
    Counsel.TELL: Ground.NEW,
    Counsel.HOLD: Ground.ROUTINE,
    Counsel.OFF_TOPIC: Ground.OTHER_SUBJECT,
}


class LabelJudge:
    """Answers as the labels of a stream do.

    :ivar asked: how many questions
    """

    name = "the labels"

    def __init__(self, stream: LabelledStream) -> None:
        self.asked = 0
        self._stream = stream
        self._ids: dict[str, list[str]] = {}
        for row in stream.articles:
            self._ids.setdefault(row.title, []).append(row.id)
        self._topics = {topic.name: topic.id for topic in stream.topics}

    def review(self, question: Question) -> Opinion:
        """Tell what is significant and in none of the headlines told before."""
        self.asked += 1
        topic = self._topics[question.topic]
        mine = self._reported(question.title, topic)
        told = {each for title in question.told for each in self._reported(title, topic)}
        significant = {each for each in mine if self._stream.developments[each].significant}
        counsel = Counsel.OFF_TOPIC
        if mine:
            counsel = Counsel.TELL if significant - told else Counsel.HOLD
        return Opinion(counsel, ANSWERS[counsel], self.name)

    def _reported(self, title: str, topic: str) -> set[str]:
        """The developments of a topic that articles under this title report."""
        return {
            label.development
            for article in self._ids.get(title, ())
            for label in self._stream.labels.get(article, {}).get(topic, ())
            if label.role is not Role.BACKGROUND
        }


@dataclass(frozen=True)
class Judged:
    """A stream without and with the judge.

    :param asked: questions an article
    """

    stream: str
    alone: float
    asked: float
    precision: float
    recall: float
    f1: float


def judged(stream: LabelledStream, encoders: Models, alone: float) -> Judged:
    """Decide on a stream with the judge.

    :param alone: its F1 without
    """
    judge = LabelJudge(stream)
    scores = evaluate(stream, replayed(stream, encoders, judge), resamples=2).overall
    found = (scores.precision.value, scores.recall.value, scores.f1.value)
    figures = [value or 0.0 for value in found]
    return Judged(stream.name, alone, judge.asked / len(stream.articles), *figures)


def table(rows: list[Judged]) -> list[str]:
    """The rows, and their means."""
    lines = [
        "| stream | F1 alone | questions an article | precision | recall | F1 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.stream} | {row.alone:.2f} | {row.asked:.2f} | {row.precision:.2f} | "
        f"{row.recall:.2f} | {row.f1:.2f} |"
        for row in rows
    ]
    means = [
        sum(getattr(row, name) for row in rows) / len(rows)
        for name in ("alone", "asked", "precision", "recall", "f1")
    ]
    return [*lines, f"| mean | {' | '.join(f'{mean:.2f}' for mean in means)} |"]

"""The same streams with their topics put in other ways: shorter, or in another language.

A topic must work as an operator would first write it, a name and a sentence, and in the
operator's language over news in others. Each row of the table decides on one stream twice,
with the topics of ``topics.yaml`` and with the other wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.replaying import Models, replayed
from monitors.evaluate import evaluate
from monitors.learning.wordings import shortened
from monitors.model import Topic
from monitors.streams import LabelledStream, load_stream, topics_of

RUSSIAN = "topics.ru.yaml"
FEWEST = 20
"""A half of a stream with fewer articles is not scored: its F1 would say nothing."""


@dataclass(frozen=True)
class Row:
    """One stream, or a half of it, with two wordings of its topics.

    :param f1: with the first wording, and with the second
    """

    stream: str
    articles: int
    wanted: int
    wordings: tuple[str, str]
    f1: tuple[float, float]


def compare(folder: Path, models: Models, full: float) -> Iterator[Row]:
    """The rows of one stream.

    :param full: F1 of the whole stream with its topics as they are, which is known already
    """
    stream = load_stream(folder)
    f1 = _scorer(models)
    short = _with(stream, tuple(map(shortened, stream.topics)))
    yield _row(stream, ("full", "name and one sentence"), (full, f1(short)))
    if not (folder / RUSSIAN).exists():
        return
    russian = topics_of(folder, RUSSIAN)
    names = ("English", "Russian")
    yield _row(stream, names, (full, f1(_with(stream, russian))))
    for language, order in (("en", names), ("ru", names[::-1])):
        half = only(stream, language)
        if len(half.articles) < FEWEST:
            continue
        scores = {"English": f1(half), "Russian": f1(_with(half, russian))}
        name = f"{stream.name}, {'English' if language == 'en' else 'Russian'} articles only"
        yield _row(half, order, (scores[order[0]], scores[order[1]]), name)


def only(stream: LabelledStream, language: str) -> LabelledStream:
    """The articles in one language; what only others report is then not wanted."""
    kept = tuple(article for article in stream.articles if article.language == language)
    return replace(stream, articles=kept)


def table(rows: list[Row]) -> list[str]:
    """As Markdown."""
    lines = [
        "| stream | articles | to tell | topics | F1 | other topics | F1 | difference |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        one, other = row.f1
        cells = (row.stream, row.articles, row.wanted, row.wordings[0], f"{one:.2f}")
        cells += (row.wordings[1], f"{other:.2f}", f"{other - one:+.2f}")
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return [*lines, "", *_means(rows)]


def _means(rows: list[Row]) -> list[str]:
    """The mean difference of each pair of wordings, over whole streams and over halves."""
    groups: dict[str, list[float]] = {}
    for row in rows:
        kind = f"{row.wordings[1]} instead of {row.wordings[0]}"
        half = row.stream.partition(", ")[2]
        groups.setdefault(f"{kind}{f', {half}' if half else ''}", []).append(row.f1[1] - row.f1[0])
    found = (f"{kind}: {sum(d) / len(d):+.2f}" for kind, d in groups.items())
    return ["Mean difference: " + "; ".join(found) + "."]


def _scorer(models: Models) -> Callable[[LabelledStream], float]:
    def f1(stream: LabelledStream) -> float:
        return evaluate(stream, replayed(stream, models), resamples=0).overall.f1.value or 0.0

    return f1


def _with(stream: LabelledStream, topics: tuple[Topic, ...]) -> LabelledStream:
    return replace(stream, topics=topics)


def _row(
    stream: LabelledStream,
    wordings: tuple[str, str],
    f1: tuple[float, float],
    name: str = "",
) -> Row:
    wanted = evaluate(stream, (), resamples=0).overall.wanted
    return Row(name or stream.name, len(stream.articles), wanted, wordings, f1)

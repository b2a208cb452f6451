"""The traps of the labelled streams, and how many of their cases come out right.

Each stream names in ``traps.json`` the articles that hold each trap. A case is one article.
It comes out right where every alert on it is correct, and where it is the article that tells
each significant development that it is the first to report. For an article that is off
topic, or only repeats, that means: no alert that is false or a duplicate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from monitors.evaluate.records import DecisionRecord
from monitors.evaluate.rulings import Ruling, first_reports, judge
from monitors.streams import LabelledStream

TRAPS = (
    "imposes against lifts",
    "extends against eases",
    "first against second of a series",
    "talks here against moved there",
    "agreed against denied",
    "planned against held",
    "order given against withdrawn",
    "changed against unchanged",
    "another country or company",
    "words in another sense",
    "caption with the right people",
    "recap at length",
    "opinion piece",
    "speculation and odds",
    "repeated talking point",
    "wire copy under another headline",
    "translation within hours",
    "correction that changes nothing",
    "correction that changes the fact",
    "roundup whose fifth item is new",
    "firsts of two topics",
)


@dataclass(frozen=True)
class Sprung:
    """How a trap came out on one stream.

    :param right: ids of the articles that came out right
    :param wrong: id of each other article, with what went wrong: ``missed``, ``false`` or
        ``duplicate``
    """

    trap: str
    stream: str
    right: tuple[str, ...] = ()
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return len(self.right) + len(self.wrong)


def cases_of(folder: Path) -> dict[str, list[str]]:
    """Trap to the ids of the articles that hold it."""
    found: dict[str, list[str]] = json.loads((folder / "traps.json").read_text("utf-8"))
    return found


def sprung(
    stream: LabelledStream, folder: Path, records: Iterable[DecisionRecord]
) -> list[Sprung]:
    """How each trap of a stream came out."""
    wrong = mistakes(stream, records)
    return [
        Sprung(
            trap,
            stream.name,
            tuple(article for article in articles if article not in wrong),
            {article: wrong[article] for article in articles if article in wrong},
        )
        for trap, articles in cases_of(folder).items()
    ]


def mistakes(stream: LabelledStream, records: Iterable[DecisionRecord]) -> dict[str, str]:
    """Article id to what went wrong on it; articles on which nothing did are absent."""
    judged = judge(stream, records)
    found: dict[str, list[str]] = {}
    told_by: dict[str, set[str]] = {}
    for alert in judged.alerts:
        article = alert.decision.article
        if alert.ruling is Ruling.CORRECT:
            told_by.setdefault(article, set()).update(alert.about)
        else:
            found.setdefault(article, []).append(alert.ruling.value)
    for development, (article, _) in first_reports(stream).items():
        if development not in told_by.get(article, ()):
            found.setdefault(article, []).append("missed")
    return {article: " and ".join(dict.fromkeys(kinds)) for article, kinds in found.items()}


def table(results: Iterable[Sprung]) -> list[str]:
    """One row a trap over all streams, as Markdown."""
    rows = list(results)
    lines = ["| trap | cases | right | share | wrong |", "|---|---|---|---|---|"]
    for trap in TRAPS:
        mine = [row for row in rows if row.trap == trap]
        cases, right = sum(row.cases for row in mine), sum(len(row.right) for row in mine)
        wrong = ", ".join(f"{a} ({kind})" for row in mine for a, kind in row.wrong.items())
        share = f"{right / cases:.2f}" if cases else "-"
        lines.append(f"| {trap} | {cases} | {right} | {share} | {wrong or '-'} |")
    return lines

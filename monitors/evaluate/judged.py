"""What the operator's judge is worth: a stream decided on without it and with it.

A judge is believed in what it is asked, so one that is too small does harm: a model that
says "tell" to everything lets in all that was held back by a little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitors.evaluate.scoring import Evaluation, Scores

SAME = 0.01
"""A difference of F1 that says nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One stream, decided on twice.

    :param name: of the judge
    :param counts: how often it was asked, changed a verdict, and gave no answer
    """

    name: str
    alone: Evaluation
    judged: Evaluation
    counts: Mapping[str, int]

    @property
    def difference(self) -> float:
        """What F1 gains by the judge; 0 where it is not defined."""
        before, after = self.alone.overall.f1.value, self.judged.overall.f1.value
        return 0.0 if before is None or after is None else after - before

    @property
    def advice(self) -> str:
        """What follows for the operator, in one sentence."""
        counts = Counter(self.counts)
        if not counts["asked"]:
            return "Nothing was borderline here, so it was not asked: take a larger stream."
        if counts["no answer"] == counts["asked"]:
            return "It gave no answer at all. Check JUDGE_URL, JUDGE_MODEL and JUDGE_TIMEOUT."
        if self.difference > SAME:
            return "With it, alerts are better on this stream."
        if self.difference < -SAME:
            return (
                "With it, alerts are worse on this stream. "
                "Leave JUDGE_URL empty, or name a better model."
            )
        return "On this stream it makes no difference."


def render_judged(found: Judged) -> Group:
    """A table of two lines, and what follows."""
    asked = ", ".join(f"{name} {count}" for name, count in found.counts.items() if count)
    table = Table(
        title=Text(f"With the judge {found.name}: {asked or 'asked 0'}"),
        title_justify="left",
        box=SIMPLE,
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("Decided")
    for column in ("P", "R", "F1", "Dup", "False", "Missed"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_row("alone", *_cells(found.alone.overall))
    table.add_row("with the judge", *_cells(found.judged.overall))
    return Group(table, Text(found.advice))


def _cells(scores: Scores) -> tuple[str, ...]:
    rates = (scores.precision.value, scores.recall.value, scores.f1.value)
    shown = ["none" if value is None else f"{value:.2f}" for value in rates]
    return (*shown, str(scores.duplicates), str(scores.false), str(scores.missed))

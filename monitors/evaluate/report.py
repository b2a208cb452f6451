"""Scores for the terminal and for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitors.evaluate.intervals import Estimate
from monitors.evaluate.mistakes import Mistake
from monitors.evaluate.scoring import Evaluation, Scores


def render(evaluation: Evaluation) -> Group:
    """Two tables: the measures over all topics with intervals, and a line a topic."""
    return Group(_overall(evaluation), _by_topic(evaluation))


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything as plain values, rounded to 6 digits; None where not defined."""
    rounded: dict[str, Any] = _rounded(asdict(evaluation))
    return rounded


def render_errors(mistakes: Iterable[Mistake]) -> Table:
    """A row a mistake."""
    table = Table(title="What went wrong", title_justify="left", show_lines=True)
    for column in ("Mistake", "Topic", "Article", "Decided", "Nearest"):
        table.add_column(column, overflow="fold")
    for mistake in mistakes:
        about = "; ".join(mistake.developments)
        article = f"{mistake.title}\n{mistake.article}, {mistake.published:%d %b %H:%M}"
        table.add_row(
            # Text: headlines may hold what would otherwise be read as markup.
            mistake.kind,
            Text(mistake.topic),
            Text(f"{article}\n{about}" if about else article),
            Text(": ".join(part for part in (mistake.verdict, mistake.reason) if part)),
            Text(mistake.nearest),
        )
    return table


def _overall(evaluation: Evaluation) -> Table:
    scores = evaluation.overall
    quality = scores.story_quality
    table = Table(
        title=f"{evaluation.stream}: {evaluation.articles} articles, "
        f"{scores.wanted} developments to tell",
        title_justify="left",
    )
    table.add_column("Over all topics")
    table.add_column("Value", justify="right")
    table.add_column("95% interval", justify="right")
    table.add_column("Counts")
    told = f"{scores.told} of {scores.wanted} told, {scores.missed} missed"
    correct = f"{scores.correct} of {scores.alerts} alerts correct, {scores.late} of them late"
    false = f"{scores.false} false, {scores.false_off_topic} of them off topic"
    table.add_row("precision", *_cells(scores.precision), correct)
    table.add_row("recall", *_cells(scores.recall), told)
    table.add_row("F1", *_cells(scores.f1), false)
    table.add_row("duplicate rate", *_cells(scores.duplicate_rate), f"{scores.duplicates} alerts")
    table.add_row("median delay", *_cells(scores.delay_median, "min"), "from the first article")
    table.add_row("90% delay", *_cells(scores.delay_p90, "min"), "")
    table.add_row("BCubed precision", _figure(quality.precision), "", f"{quality.items} pairs")
    table.add_row("BCubed recall", _figure(quality.recall), "", "")
    table.add_row("BCubed F1", _figure(quality.f1), "", "")
    return table


def _by_topic(evaluation: Evaluation) -> Table:
    # Narrow enough for a terminal of 80 columns.
    table = Table(
        title="By topic",
        title_justify="left",
        box=SIMPLE,
        collapse_padding=True,
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("Topic", overflow="fold", min_width=12)
    for column in ("Sent", "OK", "Late", "Dup", "False", "Missed", "P", "R", "F1", "B3"):
        table.add_column(column, justify="right", no_wrap=True)
    for topic, scores in evaluation.topics.items():
        table.add_row(Text(topic), *_row(scores))
    table.add_section()
    table.add_row("all", *_row(evaluation.overall))
    return table


def _row(scores: Scores) -> list[str]:
    counts = (
        scores.alerts,
        scores.correct,
        scores.late,
        scores.duplicates,
        scores.false,
        scores.missed,
    )
    rates = (scores.precision.value, scores.recall.value, scores.f1.value, scores.story_quality.f1)
    return [*map(str, counts), *map(_figure, rates)]


def _cells(estimate: Estimate, unit: str = "") -> tuple[str, str]:
    if estimate.low is None or estimate.high is None:
        return _figure(estimate.value, unit), ""
    # The unit stands once, after the value.
    digits = 0 if unit else 2
    low, high = f"{estimate.low:.{digits}f}", f"{estimate.high:.{digits}f}"
    return _figure(estimate.value, unit), f"{low} to {high}"


def _figure(value: float | None, unit: str = "") -> str:
    if value is None:
        return "none"
    return f"{value:.0f} {unit}" if unit else f"{value:.2f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value

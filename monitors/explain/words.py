"""An article's way through the steps, in rows of a name and a text. Pure.

The terminal and the report show the same rows. Texts from the net are in them as they are
stored; whoever shows them makes them harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitors.decide.names import BEST, LESSON, MOVED, NEARNESS, WRITTEN
from monitors.decide.written import beside, written
from monitors.explain.path import Lines
from monitors.model import Decision, Topic

Row = tuple[str, str]
"""A name and what is said; a row without a name goes on with the one before."""

WEIGHED = ("same", "story", "novelty", "significance", "confidence", "sources")
"""Scores of a decision that are no part of its match."""

NO_PARTS = {*WEIGHED, BEST, WRITTEN, LESSON, NEARNESS, MOVED}
"""Scores that are shown apart from the parts of the match."""

_PASSAGE = 300


def entry_row(source: str, first_seen: datetime, *, baseline: bool = False) -> Row:
    """Who listed an article, and when it was first seen."""
    first = ", with its source's first answer" if baseline else ""
    return "entry", f"listed by {source}, first seen {first_seen:%d %b %Y %H:%M} UTC{first}"


def text_row(available: bool, unreadable: str | None) -> Row:
    """Whether there was a text to judge."""
    if available:
        return "fetch", "its text is there"
    return "fetch", f"text not available ({unreadable}): judged by title and summary"


def decision_rows(
    decision: Decision,
    topic: Topic | None = None,
    lines: Lines | None = None,
    told_before: int | None = None,
) -> list[Row]:
    """What was weighed for a topic, and against what.

    :param topic: as it is watched now; None where it is not any more
    :param lines: the topic's lines now, where they are known
    :param told_before: messages that its budget had counted; None: the budget is left out
    """
    rows = [("why", decision.explanation)]
    if decision.opinion:
        said = decision.opinion
        rows.append(("judge", f"{said.counsel.value}: {said.ground.value} ({said.judge})"))
    rows += _match(decision, topic, lines)
    rows.append(("rests on", f"“{decision.passage[:_PASSAGE]}”"))
    if decision.nearest:
        rows.append(("nearest", f"{decision.nearest_title} ({decision.nearest}){_same(decision)}"))
    if decision.new_facts:
        rows.append(("new", "; ".join(decision.new_facts)))
    if "confidence" in decision.scores:
        rows.append(("weighed", _weighed(decision, topic, lines)))
    if topic is not None and topic.at_most is not None and told_before is not None:
        rows.append(("budget", f"{told_before} told before it, of {_budget(topic)}"))
    if decision.story_id:
        rows.append(("story", f"{decision.story_id}, development {decision.development_id}"))
    return rows


def _match(decision: Decision, topic: Topic | None, lines: Lines | None) -> list[Row]:
    line = _line(topic, lines.match) if lines else ""
    parts = {name: value for name, value in decision.scores.items() if name not in NO_PARTS}
    score = f"{decision.score:.2f}" if lines is None else beside(decision.score, lines.match)
    rows = [("match", f"{score}{line}")]
    if parts:
        rows.append(("", _numbers(parts)))
    if WRITTEN in decision.scores:
        rows.append(("learnt", _learnt(decision, lines)))
    return rows


def _learnt(decision: Decision, lines: Lines | None) -> str:
    """What the match would be without what readers' answers taught, and what came nearest."""
    written, score = decision.scores[WRITTEN], decision.score
    mattered = lines is not None and (written >= lines.match) is not (score >= lines.match)
    return (
        f"as the topic is written, the match would be {written:.2f}"
        f"{': this decided' if mattered else ''}; nearest of what was learnt is lesson "
        f"{decision.scores[LESSON]:.0f}, like it with {decision.scores[NEARNESS]:.2f}"
    )


def _weighed(decision: Decision, topic: Topic | None, lines: Lines | None) -> str:
    product = {name: decision.scores[name] for name in ("novelty", "significance")}
    line = _line(topic, lines.alert) if lines else ""
    confidence = decision.scores["confidence"]
    shown = f"{confidence:.2f}" if lines is None else beside(confidence, lines.alert)
    score, sources = decision.scores.get(BEST), decision.scores.get("sources", 1.0)
    best = f"match {decision.score:.2f}" if score is None else f"best match {score:.2f}"
    together = "" if sources < 2 else f", reported by {sources:.0f} independent sources,"
    return (
        f"{best} × {_numbers(product, ' × ')}{together} = confidence "
        f"{shown}{line}{_moved(decision)}"
    )


def _moved(decision: Decision) -> str:
    """By how much the line was moved when it was decided, and whether that mattered."""
    shift = decision.scores.get(MOVED)
    return "" if shift is None else f"; answers had moved the line by {shift:+.2f}"


def _same(decision: Decision) -> str:
    same = decision.scores.get("same")
    return "" if same is None else f", the same matter with {same:.2f}"


def _line(topic: Topic | None, line: float) -> str:
    """The line that holds now; the decision may be older than the topic's sensitivity."""
    return (
        "" if topic is None else f" (the line of {topic.sensitivity.value} is now {written(line)})"
    )


def _numbers(scores: Mapping[str, float], between: str = ", ") -> str:
    return between.join(f"{name} {value:.2f}" for name, value in scores.items())


def _budget(topic: Topic) -> str:
    if topic.at_most is None:
        return "any number"
    hours = topic.at_most.per.total_seconds() / 3600
    period = f"{hours / 24:g} days" if hours % 24 == 0 and hours > 24 else f"{hours:g} hours"
    return f"{topic.at_most.count} in {period}"

"""Choose the lines by deciding on whole streams, never on one that was learnt from."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from monitors.decide.calibration import Calibration
from monitors.decide.judge import Circumstances
from monitors.decide.memory import Memory
from monitors.decide.whole import judge_whole
from monitors.evaluate import DecisionRecord, Scores, evaluate
from monitors.learning.denser import MEASURED, denser
from monitors.learning.examples import World
from monitors.learning.regressions import Data, learn, surest
from monitors.model import Verdict

MATCH_LINES = (0.2, 0.3, 0.4)
SAME_LINES = (0.6, 0.7, 0.8)
ALERT_LINES = (0.45, 0.475, 0.5, 0.525, 0.55, 0.575, 0.6, 0.625, 0.65)
"""Lines to choose from; all come out by F1 over all streams together, that of the alert line
taken with those of the lines up to .05 beside it: where the curve is flat, its middle is less of
an accident than its highest point."""

Say = Callable[[str], None]


def measure_held_out(
    data: Data,
    worlds: list[World],
    make: Callable[[dict[str, Any]], Calibration],
    say: Say,
) -> tuple[dict[str, Any], dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Choose the lines on streams that the regressions were not fitted on.

    Each stream is decided on with regressions learnt from all others; the lines with the
    best F1 over all streams together, and around them, win.

    :returns: the lines, what they give for each stream, and what for all of them together
        where the same news come in less time
    """
    fitted = {world.stream.name: learn(data.without(world.stream.name)) for world in worlds}
    story_line = surest(data.stories)
    best: tuple[float, dict[str, Any]] = (-1.0, {})
    for match_line, same_line in itertools.product(MATCH_LINES, SAME_LINES):
        scores = []
        for alert_line in ALERT_LINES:
            lines = _lines(match_line, same_line, alert_line, story_line)
            totals = [
                decide_all(world, make(fitted[world.stream.name] | {"lines": lines}))
                for world in worlds
            ]
            precision, recall, score = _pooled(totals)
            scores.append(score)
            say(
                f"lines {match_line} {same_line} {alert_line}: P {precision:.2f} "
                f"R {recall:.2f} F1 {score:.3f}"
            )
        for alert_line, score in zip(ALERT_LINES, smoothed(scores), strict=True):
            if score > best[0]:
                best = (score, _lines(match_line, same_line, alert_line, story_line))
    chosen = {name: make(numbers | {"lines": best[1]}) for name, numbers in fitted.items()}
    held_out = {}
    for world in worlds:
        figures = decide_all(world, chosen[world.stream.name], resamples=200)
        held_out[world.stream.name] = _figures(figures)
        say(f"held out {world.stream.name}: {held_out[world.stream.name]}")
    dense = {}
    for factor in MEASURED:
        totals = [decide_all(denser(world, factor), chosen[world.stream.name]) for world in worlds]
        dense[str(factor)] = _together(totals)
        say(f"{factor} times as dense: {dense[str(factor)]}")
    return best[1], held_out, dense


def smoothed(scores: list[float]) -> list[float]:
    """The mean of each score and of the two to either side."""
    beside = (scores[max(0, place - 2) : place + 3] for place in range(len(scores)))
    return [sum(few) / len(few) for few in beside]


def _figures(scores: Scores) -> dict[str, float]:
    """What a stream gave, for the file."""
    return {
        "to tell": scores.wanted,
        "alerts": scores.alerts,
        "precision": round(scores.precision.value or 0.0, 3),
        "recall": round(scores.recall.value or 0.0, 3),
        "F1": round(scores.f1.value or 0.0, 3),
        "duplicates": scores.duplicates,
        "false": scores.false,
        "false, off topic": scores.false_off_topic,
        "missed": scores.missed,
        "BCubed F1": round(scores.story_quality.f1 or 0.0, 3),
    }


def decide_all(world: World, calibration: Calibration, resamples: int = 2) -> Scores:
    """The scores of deciding on a whole stream, in memory."""
    memories = {topic_id: Memory() for topic_id in world.profiles}
    records = []
    for reading, stream_id in world.readings:
        around = Circumstances(now=reading.article.first_seen)
        for topic_id in reading.screened:
            shape = world.profiles[topic_id]
            siblings = [other for name, other in world.profiles.items() if name != topic_id]
            made = judge_whole(reading, shape, siblings, memories[topic_id], calibration, around)
            if made.mention:
                memories[topic_id].add(made.mention)
            if made.decision.verdict is Verdict.ALERT:
                _tell(memories[topic_id], made.decision.development_id)
            records.append(
                DecisionRecord(
                    stream_id,
                    topic_id,
                    made.decision.verdict,
                    development=made.decision.development_id,
                )
            )
    return evaluate(world.stream, records, resamples=resamples).overall


def _tell(memory: Memory, development: str | None) -> None:
    """A development that was held back and is told now is told in all its mentions."""
    for place, mention in enumerate(memory.mentions):
        if mention.development_id == development and not mention.told:
            memory.mentions[place] = replace(mention, told=True)


def _together(totals: list[Scores]) -> dict[str, float]:
    precision, recall, score = _pooled(totals)
    return {
        "alerts": sum(s.alerts for s in totals),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "F1": round(score, 3),
        "duplicates": sum(s.duplicates for s in totals),
    }


def _pooled(totals: list[Scores]) -> tuple[float, float, float]:
    precision = sum(s.correct for s in totals) / max(sum(s.alerts for s in totals), 1)
    recall = sum(s.told for s in totals) / max(sum(s.wanted for s in totals), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _lines(match: float, same: float, alert: float, story: float) -> dict[str, Any]:
    """Lines for every sensitivity: strict and broad lie a third to either side."""
    return {
        "match": {
            "strict": round(match * 1.33, 2),
            "balanced": match,
            "broad": round(match * 0.67, 2),
        },
        "alert": {
            "strict": round(alert * 1.33, 2),
            "balanced": alert,
            "broad": round(alert * 0.67, 2),
        },
        "same": same,
        "story": story,
        "near miss": round(match / 2, 2),
    }

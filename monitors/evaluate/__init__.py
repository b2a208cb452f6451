"""Scores decisions on a labelled stream: who was told once, in time, and rightly.

``records`` holds what is scored, ``rulings`` judges every alert, ``bcubed`` compares
stories, ``intervals`` measures and resamples, ``scoring`` puts them together, ``report``
shows them to people and machines, ``judged`` compares deciding with and without a judge.
"""

from monitors.evaluate.bcubed import BCubed
from monitors.evaluate.intervals import Estimate
from monitors.evaluate.judged import Judged, render_judged
from monitors.evaluate.mistakes import Mistake, errors
from monitors.evaluate.records import (
    DecisionRecord,
    read_decisions,
    record_of,
    write_decisions,
)
from monitors.evaluate.report import as_json, render, render_errors
from monitors.evaluate.scoring import Evaluation, Scores, evaluate

__all__ = [
    "BCubed",
    "DecisionRecord",
    "Estimate",
    "Evaluation",
    "Judged",
    "Mistake",
    "Scores",
    "as_json",
    "errors",
    "evaluate",
    "read_decisions",
    "record_of",
    "render",
    "render_errors",
    "render_judged",
    "write_decisions",
]

"""Ask the outside judge about a borderline decision, within what the operator allows."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from monitors.desk import Desk
from monitors.errors import JudgeError
from monitors.logs import unforeseen
from monitors.model import Opinion, Question
from monitors.runs import RunReport

log = logging.getLogger(__name__)

PATIENCE = 3
"""After so many failures in a row a run asks no more: each may cost a whole timeout."""


@dataclass
class Patience:
    """What a run has had from its judge.

    :param failures: questions in a row to which no answer came
    """

    failures: int = 0


def ask(desk: Desk, question: Question, patience: Patience, report: RunReport) -> Opinion | None:
    """The judge's opinion; None where there is no judge, no allowance or no answer.

    Asking is counted in the database before it is done, so that a run that is killed does
    not forget what it spent. Days are those of real time, in UTC.

    :raises StoreError: the count cannot be kept
    """
    if desk.judge is None:
        return None
    now = desk.wall.now()
    allowed = {
        f"judge, run {report.run_id}": desk.judge_calls_a_run,
        f"judge, day {now:%Y-%m-%d}": desk.judge_calls_a_day,
    }
    if patience.failures >= PATIENCE or not desk.store.runs.spend(allowed, now):
        report.judge["not asked"] += 1
        return None
    report.judge["asked"] += 1
    try:
        opinion = desk.judge.review(question)
    except JudgeError as error:
        _failed(report, patience, str(error))
        return None
    except Exception as error:
        # An aid must not stop the decision that it aids.
        unforeseen(log, "asking the judge", error)
        line = f"the judge: unexpected {type(error).__name__}. See the log of this run"
        _failed(report, patience, line)
        return None
    patience.failures = 0
    return opinion


def _failed(report: RunReport, patience: Patience, line: str) -> None:
    report.judge["no answer"] += 1
    patience.failures += 1
    if patience.failures == PATIENCE:
        line += f". After {PATIENCE} failures in a row it is not asked again in this run"
    if line not in report.problems:
        report.problems.append(line)

"""Re-embed: after a change of the model that compares reports, encode anew what is remembered.

An article is compared with what was told before by vectors of one model. So a run that finds
a memory of another model encodes it anew before it decides, newest of what was told first,
and decides nothing until all of it is done: no alert is lost by that, and none is repeated.
Progress is what the database holds, so a run that was killed or ran out of time is continued
by the next. :mod:`monitors.reembedding` does the slow part ahead of the change.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from monitors.desk import Desk
from monitors.model import Vector
from monitors.ports import Fence, Foreign
from monitors.runs import RunReport
from monitors.steps.understand import vectors_to_compare


def foreign(desk: Desk) -> dict[str, list[Foreign]]:
    """What topics of the watch list remember, by another encoder than the desk compares by.

    :returns: topic id to its reports: those that a run compares with, no others
    """
    ids = [topic.id for topic in desk.watchlist.topics]
    since = desk.clock.now() - desk.window
    return desk.store.decisions.foreign(ids, since, desk.comparer.model_id, desk.remembered)


def reembed(desk: Desk, report: RunReport, fence: Fence | None = None) -> bool:
    """Encode anew what topics remember, batch by batch, while ``desk.reembedding`` lasts.

    :param fence: the lease without which nothing is changed
    :returns: whether all that topics remember is by the desk's encoder now: only then may
        be decided
    """
    started = time.monotonic()
    todo = foreign(desk)
    if not todo:
        return True
    report.to_encode = sum(map(len, todo.values()))
    for topic_id, rows in todo.items():
        for start in range(0, len(rows), desk.batch):
            if time.monotonic() - started >= desk.reembedding:
                break
            some = rows[start : start + desk.batch]
            vectors, model = _vectors(desk, some), desk.comparer.model_id
            desk.store.decisions.encode_anew(topic_id, model, vectors, fence)
            report.encoded_anew += len(some)
            report.to_encode -= len(some)
    report.seconds["re-embed"] = time.monotonic() - started
    if report.to_encode:
        report.problems.append(_waits(desk, report))
    return not report.to_encode


def _vectors(desk: Desk, rows: Sequence[Foreign]) -> Mapping[str, Vector]:
    vectors = vectors_to_compare(desk, [row.key_text for row in rows])
    return {row.article_id: vector for row, vector in zip(rows, vectors, strict=True)}


def _waits(desk: Desk, report: RunReport) -> str:
    done, total = report.encoded_anew, report.encoded_anew + report.to_encode
    return (
        f"deciding waits: of {total} remembered reports {done} were encoded anew for "
        f"{desk.comparer.model_id}. The next run goes on; tidings reembed does it now"
    )

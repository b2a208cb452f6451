"""A pass over all topics: what answers teach is proposed, replayed, and comes into force or not.

One lesson after the other is replayed on top of what is in force, examples first: they keep
what counterexamples beside them might lose.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitors.decide.calibration import Calibration
from monitors.decide.lessons import Lines, proposals, succeeded, withdrawn
from monitors.decide.trial import weigh
from monitors.desk import Desk
from monitors.errors import RunSkipped, TidingsError
from monitors.leases import holder_of, take
from monitors.lessons.gathering import Gathered, gathered
from monitors.lessons.trying import Replays
from monitors.logs import unforeseen
from monitors.model import AnswerKind, Lesson, LessonReason, LessonState, Topic
from monitors.ports import Store

log = logging.getLogger(__name__)

SECONDS = 300.0
"""A pass starts no further replay after this; what is left waits for the next pass."""

ANSWERED_WITHIN = timedelta(days=90)
"""What was answered earlier teaches nothing more; lessons that rest on it stay."""

LEASE = "learn"

Progress = Callable[[str, int, int], None]


@dataclass
class Pass:
    """What a pass did.

    :ivar changed: lessons that came into another state, as they are now
    :ivar waiting: how many still wait for their replay
    :ivar problems: topics on which it failed, one line each
    """

    changed: list[Lesson] = field(default_factory=list)
    waiting: int = 0
    problems: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many lessons came into each state, and how many wait."""
        found = Counter(lesson.state.value for lesson in self.changed)
        return {**found, "waiting": self.waiting} if self.waiting else dict(found)


def propose(
    store: Store, topics: Iterable[Topic], calibration: Calibration, now: datetime
) -> list[Lesson]:
    """Store what answers teach, and let fall what they no longer say. Replays nothing.

    :returns: all that waits for its replay, oldest first
    :raises StoreError: the database cannot be read or written
    """
    waiting: list[Lesson] = []
    for topic in topics:
        said = gathered(store, topic.id, now - ANSWERED_WITHIN)
        known = store.lessons.rows(topic.id)
        _withdraw(store, known, said, now)
        known = store.lessons.rows(topic.id)
        lines = Lines(calibration.alert_lines[topic.sensitivity], calibration.same_line)
        store.lessons.propose(proposals(topic.id, said.articles, known, lines, now))
        waiting += reversed(store.lessons.rows(topic.id, [LessonState.PROPOSED]))
    return waiting


def teach(
    desk: Desk,
    topic_ids: Collection[str] = (),
    seconds: float = SECONDS,
    progress: Progress = lambda step, done, of: None,
) -> Pass:
    """Propose, replay, and bring into force what passes.

    :param desk: its watch list may hold what is in force already
    :param topic_ids: only these; all where none is named
    :param seconds: no replay starts after so many
    :raises RunSkipped: another such pass is at work
    :raises StoreError: the database cannot be read or written
    """
    holder = holder_of(f"L-{uuid.uuid4().hex[:12]}")
    if take(desk.store.runs, LEASE, holder, desk.wall.now()) is not None:
        raise RunSkipped(
            "learning from answers", "another pass is still at work", "Nothing is lost: try later"
        )
    done, deadline = Pass(), time.monotonic() + seconds
    topics = [t for t in desk.watchlist.topics if not topic_ids or t.id in topic_ids]
    try:
        for count, topic in enumerate(topics):
            progress("learn", count, len(topics))
            try:
                _teach_topic(desk, topic, holder, deadline, done)
            except TidingsError:
                raise
            except Exception as error:
                unforeseen(log, f"learning from answers on {topic.id}", error)
                done.problems.append(
                    f"topic `{topic.id}`: learning from answers failed unexpectedly "
                    f"({type(error).__name__})"
                )
        progress("learn", len(topics), len(topics))
    finally:
        desk.store.runs.release(LEASE, holder)
    return done


def _teach_topic(desk: Desk, topic: Topic, holder: str, deadline: float, done: Pass) -> None:
    store, now = desk.store, desk.clock.now()
    waiting = propose(store, [topic], desk.calibration, now)
    said = gathered(store, topic.id, now - ANSWERED_WITHIN)
    active = list(reversed(store.lessons.rows(topic.id, [LessonState.ACTIVE])))
    if not waiting and not _outdated(active, said):
        return
    replays = Replays(desk, topic, now)
    if not replays.days:
        _wait(store, waiting, now)
        done.waiting += len(waiting)
        return
    opinions = {one.article_id: one.opinion for one in said.articles if one.opinion}
    written = replays.told(())
    before = replays.told(active) if active else written
    active, before = _recheck(store, replays, active, before, written, opinions, now, done)
    for count, lesson in enumerate(waiting):
        # Renews the lease: a pass may take longer than it lasts.
        busy = take(store.runs, LEASE, holder, desk.wall.now()) is not None
        if busy or time.monotonic() > deadline:
            done.waiting += len(waiting) - count
            return
        leaving = succeeded(active, lesson)
        staying = [other for other in active if other not in leaving]
        after = replays.told([*staying, lesson])
        trial, reason = weigh(written, before, after, opinions, replays.days, now)
        passed = reason is LessonReason.PASSED
        state = LessonState.ACTIVE if passed else LessonState.REFUSED
        made = replace(lesson, state=state, reason=reason, changed_at=now, trial=trial)
        steps = [(lesson, made)]
        if passed:
            steps += [(old, _undone(old, LessonReason.REPLACED, now)) for old in leaving]
        if not store.lessons.change(steps):
            log.warning("lesson %d was changed by somebody else meanwhile", lesson.id)
            return
        done.changed += [new for _, new in steps]
        if passed:
            active, before = [*staying, made], after


def _outdated(active: Iterable[Lesson], said: Gathered) -> bool:
    """Whether something was called useful since a lesson in force was last replayed."""
    useful = [one.at for one in said.articles if one.opinion is AnswerKind.USEFUL]
    return any(x.trial is not None and at > x.trial.at for x in active for at in useful)


def _recheck(
    store: Store,
    replays: Replays,
    active: list[Lesson],
    before: dict[str, str],
    written: dict[str, str],
    opinions: dict[str, AnswerKind],
    now: datetime,
    done: Pass,
) -> tuple[list[Lesson], dict[str, str]]:
    """Take back lessons, the newest first, that lose what was called useful meanwhile.

    One that was taken away with others and loses nothing by itself is put back.

    :returns: what stays in force, and what is told with it
    """
    useful = {a for a, opinion in opinions.items() if opinion is AnswerKind.USEFUL}
    wanted = useful & written.keys()
    kept, told, taken = active, before, []
    for lesson in reversed(active):
        if not wanted - told.keys():
            break
        taken.append(lesson)
        kept = [other for other in kept if other != lesson]
        told = replays.told(kept)
    for lesson in taken[:-1]:
        again = replays.told([*kept, lesson])
        if not wanted - again.keys():
            kept, told = [*kept, lesson], again
            taken.remove(lesson)
    trial, _ = weigh(written, told, before, opinions, replays.days, now)
    refused, why = LessonState.REFUSED, LessonReason.LOSES_USEFUL
    for lesson in taken:
        made = replace(lesson, state=refused, reason=why, changed_at=now, trial=trial)
        if store.lessons.change([(lesson, made)]):
            done.changed.append(made)
    return kept, told


def _withdraw(store: Store, known: Iterable[Lesson], said: Gathered, now: datetime) -> None:
    known = list(known)
    numbers = {number for lesson in known for number in lesson.answers}
    for lesson in withdrawn(known, said.standing(numbers)):
        store.lessons.change([(lesson, _undone(lesson, LessonReason.WITHDRAWN, now))])


def _wait(store: Store, waiting: Iterable[Lesson], now: datetime) -> None:
    nothing = LessonReason.NOTHING_STORED
    for lesson in waiting:
        if lesson.reason is not nothing:
            store.lessons.change([(lesson, replace(lesson, reason=nothing, changed_at=now))])


def _undone(lesson: Lesson, reason: LessonReason, now: datetime) -> Lesson:
    return replace(lesson, state=LessonState.UNDONE, reason=reason, changed_at=now)

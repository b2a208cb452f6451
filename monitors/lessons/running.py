"""A pass from the settings alone: for ``maintain``, the maintain flow and ``tidings learn``."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from monitors.calibration import load_calibration
from monitors.clock import Clock, SystemClock
from monitors.errors import TidingsError
from monitors.lessons.teaching import SECONDS, Pass, Progress, propose, teach
from monitors.model import AnswerKind, LessonState
from monitors.opening import opened_store, watchlist_of
from monitors.ports import Store
from monitors.settings import Settings
from monitors.wiring import open_desk


async def learn(
    settings: Settings,
    topic_ids: Collection[str] = (),
    seconds: float = SECONDS,
    clock: Clock | None = None,
    progress: Progress = lambda step, done, of: None,
) -> Pass:
    """One pass over the watch list's topics. Loads the models only where something waits.

    :param topic_ids: only these; all where none is named
    :raises ConfigError: watch list or settings are wrong
    :raises StoreError: the database cannot be opened
    :raises RunSkipped: another pass is at work
    """
    clock = clock or SystemClock()
    watchlist = watchlist_of(settings).watchlist
    calibration = load_calibration(settings.reader_model, settings.calibrations)
    topics = [t for t in watchlist.topics if not topic_ids or t.id in topic_ids]
    with opened_store(settings) as store:
        waiting = propose(store, topics, calibration, clock.now())
        if not waiting and not _to_check(store):
            return Pass()
    async with open_desk(settings, clock=clock, watchlist=watchlist) as desk:
        return await asyncio.to_thread(teach, desk, topic_ids, seconds, progress)


async def learn_if_possible(settings: Settings) -> Pass:
    """:func:`learn`, for callers with other work to do: what stops it is a problem of the pass."""
    try:
        return await learn(settings)
    except TidingsError as error:
        return Pass(problems=[str(error)])


def _to_check(store: Store) -> bool:
    """Whether lessons are in force that something called useful since may speak against."""
    active = store.lessons.rows(states=[LessonState.ACTIVE])
    tried = [lesson.trial.at for lesson in active if lesson.trial]
    newest = next((a for a in store.answers.rows(limit=500) if a.kind is AnswerKind.USEFUL), None)
    return newest is not None and any(newest.at > at for at in tried)

"""Everything a run needs, in one place: the ports' adapters and the watch list.

A desk is put together by :func:`monitors.wiring.open_desk` from settings, by the demo from
local servers, and by a test from fakes. The steps take nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitors.alerts.delivered import OnUnknown
from monitors.clock import Clock, SystemClock
from monitors.decide.calibration import Calibration
from monitors.decide.reading import TopicProfile
from monitors.model import Source, Vector, Watchlist
from monitors.ports import Encoder, Extractor, Fetcher, Judge, Notifier, SourceReader, Store
from monitors.shards import WHOLE, Shard


@dataclass
class Desk:
    """Adapters, watch list and limits.

    :param screen: the fast encoder, over every passage
    :param reader: the careful encoder, over what passes the screen
    :param matcher: the encoder that was adapted to news, over titles and leads
    :param judge: reviews borderline decisions, where the operator names one
    :param judge_calls_a_run: most questions to it in a run
    :param judge_calls_a_day: and in a day, of real time in UTC
    :param batch: entries or articles that are handled before results are stored
    :param window: how far back a topic's memory reaches
    :param remembered: and how many reports it holds at most, the newest
    :param shard: the part of the sources that this worker asks
    :param roll_call: seconds for which other workers are waited for that were not heard of
        in this round, before this one decides
    :param dice: numbers from 0 to 1, for jitter
    :param wall: real time, for the lease; ``clock`` may be set to another day
    :param message_spacing: seconds between two messages to one channel
    :param buttons: whether messages get buttons, because somebody listens to them
    :param on_unknown: what is done where nobody can tell whether a message was sent
    :param report_url: where the report is served; messages link to the pages of stories there
    :param report_dir: the folder of it
    :param reembedding: seconds of a run in which what topics remember is encoded anew, after a
        change of the model; below the 14 minutes of a run, so that deciding has its time
    :param look_back: how far a new topic looks back over stored articles; zero: not at all
    :param outdated: one line on an edit of the watch list that is broken, and so not in force
    :param away: Tidings was away for long: what this run finds is told as one digest
    """

    watchlist: Watchlist
    clock: Clock
    store: Store
    fetcher: Fetcher
    readers: Mapping[str, SourceReader]
    extractor: Extractor
    screen: Encoder
    reader: Encoder
    matcher: Encoder
    calibration: Calibration
    notifier: Notifier
    judge: Judge | None = None
    judge_calls_a_run: int = 20
    judge_calls_a_day: int = 200
    batch: int = 64
    window: timedelta = timedelta(days=90)
    remembered: int = 2000
    message_spacing: float = 1.0
    on_unknown: OnUnknown = "resend"
    shard: Shard = WHOLE
    roll_call: float = 20.0
    dice: Callable[[], float] = random.random
    away: bool = False
    outdated: str = ""
    reembedding: float = 480.0
    look_back: timedelta = timedelta(days=30)
    buttons: bool = False
    report_url: str = ""
    report_dir: Path | None = None
    wall: Clock = field(default_factory=SystemClock)
    profiles: dict[str, TopicProfile] = field(default_factory=dict)
    """filled by the understand step, once for each topic definition"""
    screens: dict[str, tuple[Vector, float, float]] = field(default_factory=dict)
    """likewise: a topic by the fast encoder; mean and spread of the general news against it"""

    @property
    def comparer(self) -> Encoder:
        """The encoder by whose vectors reports are compared: an adapted one, if there is one."""
        learnt = self.calibration.fit
        return self.matcher if learnt is not None and len(learnt.usual) else self.reader

    def source(self, source_id: str) -> Source:
        """The source with this id; one that left the watch list is given its bare id."""
        for source in self.watchlist.sources:
            if source.id == source_id:
                return source
        return Source(source_id, source_id, "feed", "")

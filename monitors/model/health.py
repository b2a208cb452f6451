"""How a source is: its state, the reason for it, and what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Health(StrEnum):
    """The state of a source. Closed."""

    UNKNOWN = "unknown"
    """new, or judged by too few polls"""
    HEALTHY = "healthy"
    QUIET = "quiet"
    """answers, but has had nothing new for much longer than it usually has"""
    EMPTY = "empty"
    """answers without entries"""
    DEGRADED = "degraded"
    """works only in part: some of what it publishes may be missed"""
    BLOCKED = "blocked"
    """refuses us: 401, 402, 403, 451, robots.txt or a bot wall"""
    DEAD = "dead"
    """has given nothing for a day"""
    GONE = "gone"
    """says that it will not come back: 410"""


class Cause(StrEnum):
    """Why a source is in its state. Closed."""

    NONE = "no answer yet"
    WELL = "works"
    SILENT = "nothing new for much longer than usual"
    NO_ENTRIES = "answers without entries"
    NO_ANSWER = "does not answer"
    BAD_STATUS = "answers with an error"
    NOT_FOUND = "is not at its address (404)"
    NOT_OF_ITS_KIND = "answers with something that is no source of its kind"
    NOT_FETCHED = "is not fetched: its address or file cannot be used"
    UNSTEADY = "fails in more than half of its polls"
    SLOW = "answers slowly"
    ROLLING = "lists only what is new: entries may be lost between two polls"
    NO_TEXT = "no text comes out of its pages"
    NO_MATCH = "nothing it lists comes near any topic"
    REFUSED = "refuses us"
    WALL = "shows a bot wall"
    PAGES_REFUSED = "its pages refuse us"
    REMOVED = "says that it is gone (410)"


class Mark(StrEnum):
    """How one poll went, in one letter."""

    ENTRIES = "o"
    UNCHANGED = "="
    EMPTY = "e"
    GAP = "g"
    """entries, none of which were in the answer before"""
    SLOW = "s"
    NO_ANSWER = "t"
    BAD_STATUS = "f"
    NOT_FOUND = "n"
    NOT_OF_ITS_KIND = "u"
    NOT_FETCHED = "a"
    REFUSED = "b"
    WALL = "w"
    REMOVED = "x"

    @property
    def failed(self) -> bool:
        """Whether the poll gave nothing."""
        return self not in _GOOD


_GOOD = frozenset({Mark.ENTRIES, Mark.UNCHANGED, Mark.EMPTY, Mark.GAP, Mark.SLOW})


class Tempo(StrEnum):
    """Why a source is asked as often as it is. Closed."""

    WRITTEN = "as written in the watch list"
    USUAL = "as often as every source"
    FASTER = "its list turns over quickly"
    GAP = "entries may have been lost between two polls"
    SLOWER = "nothing new for a week"


class Trouble(StrEnum):
    """What kind of failure a poll met."""

    NO_ANSWER = "no answer"
    STATUS = "status"
    KIND = "not of its kind"
    WALL = "bot wall"
    ROBOTS = "robots.txt"
    OURS = "not fetched"
    """our guard, a reader or a database refused"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is remembered of a source's health.

    :param since: when the state began
    :param marks: the last polls as letters of :class:`Mark`, the newest last
    :param window: entries in the last answer that listed any
    :param every: how often it is asked, and in ``tempo`` why
    :param watched_since: the first answer
    :param rate: decaying count of new entries; see :func:`monitors.health.pace.per_day`
    :param silence: the longest time without a new entry that is usual, decaying
    :param arrivals: answers that brought something new
    :param gaps: answers without overlap so far, and in ``gap_at`` the last of them
    :param back_at: the last answer after a long pause: what it listed is caught up on
    :param bare: articles in a row without their text
    :param refused: pages in a row that refused us
    :param unmatched: articles in a row that came near no topic
    """

    health: Health = Health.UNKNOWN
    cause: Cause = Cause.NONE
    since: datetime | None = None
    marks: str = ""
    window: int = 0
    every: timedelta | None = None
    tempo: Tempo = Tempo.USUAL
    watched_since: datetime | None = None
    rate: float = 0.0
    silence: timedelta | None = None
    arrivals: int = 0
    gaps: int = 0
    gap_at: datetime | None = None
    back_at: datetime | None = None
    bare: int = 0
    refused: int = 0
    unmatched: int = 0

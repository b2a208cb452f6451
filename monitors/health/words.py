"""Health in words for people: what is wrong, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitors.health.pace import per_day
from monitors.model import Cause, Pulse, Source, SourceState, Tempo

_TO_DO = {
    Cause.SILENT: "See whether it has moved or was given up; nothing else is wrong",
    Cause.NO_ENTRIES: "See whether its address still lists articles",
    Cause.NO_ANSWER: "Check its address and this machine's network",
    Cause.BAD_STATUS: "Wait; where it stays, find another address of it",
    Cause.NOT_FOUND: "It has moved: find its new address",
    Cause.NOT_OF_ITS_KIND: "`kind` or `url` is wrong, or it has moved",
    Cause.NOT_FETCHED: "Its last problem says why",
    Cause.UNSTEADY: "Its last problem says how; a longer `every` may be kinder to it",
    Cause.SLOW: "Nothing, unless it gets worse: it is asked all the same",
    Cause.NO_TEXT: "Articles are judged by title and summary: find a feed with full texts",
    Cause.NO_MATCH: "See whether it is the right source for your topics",
    Cause.REFUSED: "Use another public address of it, such as its feed or sitemap",
    Cause.WALL: "Use another public address of it, such as its feed or sitemap",
    Cause.PAGES_REFUSED: "Articles are judged by title and summary: find a feed with full texts",
    Cause.REMOVED: "Take it out of the watch list, or find its new address",
}


def to_do(cause: Cause, source: Source) -> str:
    """What an operator can do about it; empty where there is nothing."""
    if cause is Cause.ROLLING:
        if source.adaptive:
            return "It is asked more often by itself; run Tidings more often than every 15 min"
        return f"Ask it more often than every {span(source.every)}, or leave `every` out"
    return _TO_DO.get(cause, "")


def gap_in_words(source: Source, state: SourceState, pulse: Pulse) -> str:
    """What a gap means, and what is done about it.

    :param state: before the answer
    :param pulse: after it
    """
    since = f" since {moment(state.succeeded_at)}" if state.succeeded_at else ""
    lost = f"nothing of its last answer is in this one: entries may have come and gone{since}"
    if pulse.tempo is Tempo.WRITTEN:
        return f"{lost}. Lower its `every` (now {span(source.every)}), or leave it out"
    return f"{lost}. It is asked every {span(pulse.every or source.every)} from now on"


def cadence(pulse: Pulse, now: datetime) -> str:
    """How much a source publishes: ``24 a day``, ``2 a week``."""
    rate = per_day(pulse, now)
    if rate is None:
        return "-"
    if rate >= 1.5:
        return f"{rate:.0f} a day"
    return f"{rate * 7:.0f} a week" if rate * 7 >= 0.5 else "almost nothing"


def span(duration: timedelta) -> str:
    """A duration in one or two units: ``15 min``, ``1 h 30 min``, ``3 d``."""
    minutes = round(duration.total_seconds() / 60)
    if minutes < 1:
        return f"{duration.total_seconds():.0f} s"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def moment(at: datetime) -> str:
    """A time as people read it, in UTC."""
    return f"{at.day} {at:%b %H:%M}"

"""From what happened to a pulse: polls as marks, pages as counts of what failed in a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from monitors.health.pace import Listing, counted, has_gap, paced, returned
from monitors.model import Mark, Poll, PollState, Pulse, Source, Trouble

REMEMBERED = 12
"""Polls whose marks are kept."""

SLOW_AFTER = timedelta(seconds=10)
"""A source that needs longer for its answer is slow."""

_REFUSING = frozenset({401, 402, 403, 451})
_WALL = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:robot|human)|verify (?:that )?you are|"
    r"checking your browser|ddos.guard|captcha|access denied|bot (?:check|protection)|"
    r"security check|проверка (?:браузера|безопасности)|вы не робот",
    re.IGNORECASE,
)
"""Titles of pages that walls show instead of a feed."""

_BY_TROUBLE = {
    Trouble.NO_ANSWER: Mark.NO_ANSWER,
    Trouble.KIND: Mark.NOT_OF_ITS_KIND,
    Trouble.WALL: Mark.WALL,
    Trouble.ROBOTS: Mark.REFUSED,
    Trouble.OURS: Mark.NOT_FETCHED,
}
_BY_STATUS = {404: Mark.NOT_FOUND, 410: Mark.REMOVED, **dict.fromkeys(_REFUSING, Mark.REFUSED)}


@dataclass(frozen=True, slots=True)
class Pages:
    """What came of a source's entries in one run, where their pages were tried.

    :param texts: articles whose text was had
    :param bare: articles judged by title and summary alone
    :param refused: pages that refused us
    :param unscreened: articles that came near no topic, in ``screened`` those that did
    """

    texts: int = 0
    bare: int = 0
    refused: int = 0
    unscreened: int = 0
    screened: int = 0


def after_poll(
    pulse: Pulse, source: Source, poll: Poll, listing: Listing, took: timedelta
) -> Pulse:
    """``pulse`` after a poll.

    :param took: how long the answer took
    """
    mark = mark_of(pulse, poll, listing, took)
    seen = replace(pulse, marks=(pulse.marks + mark.value)[-REMEMBERED:])
    if mark.failed:
        return seen if pulse.every else replace(seen, every=source.every)
    gap = has_gap(pulse, listing)
    seen = counted(paced(seen, source, listing), listing)
    seen = returned(seen, source, listing.at, listing.last_answer_at)
    return replace(
        seen,
        window=listing.listed or pulse.window,
        gaps=pulse.gaps + gap,
        gap_at=listing.at if gap else pulse.gap_at,
    )


def mark_of(pulse: Pulse, poll: Poll, listing: Listing, took: timedelta) -> Mark:
    """How the poll went."""
    if poll.state is PollState.FAILED:
        if poll.trouble is Trouble.STATUS or poll.trouble is None:
            return _BY_STATUS.get(poll.status or 0, Mark.BAD_STATUS)
        if poll.trouble is Trouble.KIND and _WALL.search(poll.error or ""):
            return Mark.WALL
        return _BY_TROUBLE[poll.trouble]
    if has_gap(pulse, listing):
        return Mark.GAP
    if poll.state is PollState.EMPTY:
        return Mark.EMPTY
    if took >= SLOW_AFTER:
        return Mark.SLOW
    if poll.state is PollState.NOT_MODIFIED:
        return Mark.EMPTY if _was_empty(pulse) else Mark.UNCHANGED
    return Mark.ENTRIES


def _was_empty(pulse: Pulse) -> bool:
    """Whether the last answer had no entries: "not modified" then says the same again."""
    answers = [mark for mark in map(Mark, pulse.marks) if not mark.failed]
    return bool(answers) and answers[-1] is Mark.EMPTY


def after_pages(pulse: Pulse, pages: Pages) -> Pulse:
    """``pulse`` after a run's pages: one good one ends a row of bad ones."""
    return replace(
        pulse,
        bare=0 if pages.texts else pulse.bare + pages.bare,
        refused=0 if pages.texts else pulse.refused + pages.refused,
        unmatched=0 if pages.screened else pulse.unmatched + pages.unscreened,
    )

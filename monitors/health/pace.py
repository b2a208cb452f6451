"""How often a source is asked, and how much it usually publishes.

An interval that the operator wrote is kept. Otherwise it starts as every source's and adapts
to how quickly the source's list turns over: an answer that shares nothing with the one before
halves it, and it is set so that about a quarter of the list is new at each poll, between
:data:`FASTEST` and the usual. A source without news for a week is asked every hour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors.model import Pulse, Source, Tempo

FASTEST = timedelta(minutes=5)
DORMANT = timedelta(hours=1)
DORMANT_AFTER = timedelta(days=7)

FRESH_SHARE = 0.25
"""Of a list that should be new at a poll: then three polls may fail before entries are lost."""

_MEMORY = timedelta(days=7)
"""Time constant of the rate: what was published so long ago weighs 1/e of today's."""

_SILENCE_HALVES = timedelta(days=35)
"""A usual silence is forgotten by half in five weeks, so that a weekend is remembered."""

_UNWATCHED = timedelta(hours=6)
"""After a longer pause of ours a silence says nothing about the source."""


LONG_PAUSE = timedelta(hours=12)
"""Longer than backoff lets a source rest by itself. What is listed after such a pause has
piled up, and is told as one digest."""

PAUSE_INTERVALS = 4
"""A source that is asked rarely is away only after so many of its intervals."""


def returned(pulse: Pulse, source: Source, at: datetime, last_answer_at: datetime | None) -> Pulse:
    """``pulse`` after an answer: it remembers one that ended a long pause, ours or theirs.

    A first answer ends none: what it lists is the baseline.
    """
    pause = max(LONG_PAUSE, PAUSE_INTERVALS * source.every)
    if last_answer_at is None or at - last_answer_at <= pause:
        return pulse
    return replace(pulse, back_at=at)


@dataclass(frozen=True, slots=True)
class Listing:
    """What one answer listed.

    :param listed: distinct entries
    :param known: those of them that were listed before
    :param new: those that were not
    :param last_entry_at: when the source last had something new, before this answer
    :param last_answer_at: when it answered before this
    """

    at: datetime
    listed: int
    known: int
    new: int
    last_entry_at: datetime | None = None
    last_answer_at: datetime | None = None


def has_gap(pulse: Pulse, listing: Listing) -> bool:
    """Whether entries may have come and gone between the answer before and this one."""
    return pulse.window > 0 and listing.listed > 0 and listing.known == 0


def paced(pulse: Pulse, source: Source, listing: Listing) -> Pulse:
    """``pulse`` with the interval that suits ``source`` after this answer.

    :param pulse: before the answer
    """
    if not source.adaptive:
        return replace(pulse, every=source.every, tempo=Tempo.WRITTEN)
    usual = source.every
    fastest = min(FASTEST, usual)
    now = pulse.every or usual
    if has_gap(pulse, listing):
        return replace(pulse, every=max(min(now, usual) / 2, fastest), tempo=Tempo.GAP)
    quiet_since = listing.last_entry_at or listing.last_answer_at
    if listing.new == 0 and quiet_since and listing.at - quiet_since > DORMANT_AFTER:
        return replace(pulse, every=max(usual, DORMANT), tempo=Tempo.SLOWER)
    wanted = max(_turnover(listing, usual), fastest)
    # Back towards the usual by a quarter at a time: a calm hour is no calm day.
    every = wanted if wanted < now else max(min(now * 1.25, wanted, usual), fastest)
    return replace(pulse, every=every, tempo=Tempo.FASTER if every < usual else Tempo.USUAL)


def _turnover(listing: Listing, usual: timedelta) -> timedelta:
    """The time in which :data:`FRESH_SHARE` of the list is replaced, at most ``usual``."""
    if not listing.new or not listing.known or listing.last_answer_at is None:
        return usual
    passed = listing.at - listing.last_answer_at
    return min(passed * (FRESH_SHARE * listing.listed / listing.new), usual)


def counted(pulse: Pulse, listing: Listing) -> Pulse:
    """``pulse`` with what the answer says of how much and how evenly the source publishes."""
    first = pulse.watched_since is None
    passed = listing.at - listing.last_answer_at if listing.last_answer_at else timedelta(0)
    rate = pulse.rate * math.exp(-max(passed, timedelta(0)) / _MEMORY)
    silence = pulse.silence
    if silence is not None and passed > timedelta(0):
        silence = silence * 0.5 ** (passed / _SILENCE_HALVES)
    if first:  # what the first answer lists is old
        return replace(pulse, watched_since=listing.at)
    if not listing.new:
        return replace(pulse, rate=rate, silence=silence)
    if listing.last_entry_at is not None and passed <= _UNWATCHED:
        silence = max(listing.at - listing.last_entry_at, silence or timedelta(0))
    return replace(pulse, rate=rate + listing.new, silence=silence, arrivals=pulse.arrivals + 1)


def per_day(pulse: Pulse, now: datetime) -> float | None:
    """New entries a day; None while the source was watched for less than a day.

    The decaying count is that of a week at a steady rate; for one that was watched for less
    it is corrected for what it cannot have seen.
    """
    if pulse.watched_since is None or now - pulse.watched_since < timedelta(days=1):
        return None
    seen = 1.0 - math.exp(-((now - pulse.watched_since) / _MEMORY))
    return pulse.rate / (_MEMORY / timedelta(days=1)) / seen

"""How often a feed wants to be asked: RSS 2.0's ``ttl``, ``skipHours`` and ``skipDays``.

Looked for in the channel's head with plain patterns, in time that grows with its length only.
See https://www.rssboard.org/rss-specification and skipHours and skipDays there.
"""

from __future__ import annotations

import re
from datetime import timedelta

from monitors.model import Pace

_HEAD = 1 << 16
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_TTL = re.compile(rb"<ttl>\s{0,20}(\d{1,6})\s{0,20}</ttl>", re.IGNORECASE)
_ITEM = re.compile(rb"<(?:item|entry)[\s>]", re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s{0,20}(\d{1,2})\s{0,20}</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s{0,20}([a-z]{6,9})\s{0,20}</day>", re.IGNORECASE)


def pace_of(body: bytes) -> Pace:
    """What the feed in ``body`` says; nothing where it says nothing, or is none."""
    head = body[:_HEAD].replace(b"\0", b"")  # UTF-16 becomes readable enough
    item = _ITEM.search(head)
    channel = head[: item.start()] if item else head
    ttl = _TTL.search(channel)
    # RSS 2.0 counts hours from 0 to 23; RSS 0.91 counted from 1 to 24.
    hours = {int(hour) % 24 for hour in _HOUR.findall(channel) if int(hour) <= 24}
    days = {_DAYS.index(day.lower()) for day in _DAY.findall(channel) if day.lower() in _DAYS}
    return Pace(
        timedelta(minutes=int(ttl[1])) if ttl else None,
        tuple(sorted(hours)),
        tuple(sorted(days)),
    )

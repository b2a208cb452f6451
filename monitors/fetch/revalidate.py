"""Whether a server's validators (ETag, Last-Modified) can be trusted.

A server that answers "not modified" although its content changed makes us miss news without
an error. So each source is asked in full once a day; where its content then differs under the
same validators, they are not sent for a week, and the operator reads why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitors.model import Entry, Poll, PollState, Source, SourceState, WebMemory

FULL_EVERY = timedelta(days=1)
DISTRUST_FOR = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(days=1)


def trusted(source: Source, state: SourceState, now: datetime) -> SourceState:
    """``state`` with just those validators that are to be sent now."""
    web = state.web
    in_full = (
        web.url != source.url  # they belong to another address
        or web.full_at is None
        or not timedelta(0) <= now - web.full_at < FULL_EVERY
        or (web.distrusted_until is not None and now < web.distrusted_until)
    )
    if in_full:
        return replace(state, etag=None, last_modified=None)
    return replace(state, last_modified=_plausible(state.last_modified, now))


def learned(source: Source, state: SourceState, poll: Poll) -> tuple[WebMemory, list[str]]:
    """What ``poll`` teaches about the server's validators.

    :param state: as it was before the poll
    :returns: the new memory, and what the operator should read
    """
    web = state.web if state.web.url == source.url else WebMemory(source.url)
    if poll.pace is not None:
        web = replace(web, pace=poll.pace)
    if poll.state not in (PollState.OK, PollState.EMPTY):
        return web, []
    listed = _key(poll.entries)
    changed = web.listed_key is not None and web.listed_key != listed
    told: list[str] = []
    if changed and _same_validators(state, poll):
        if web.distrusted_until is None or web.distrusted_until <= poll.at:
            name = "ETag" if poll.etag else "Last-Modified"
            told.append(
                f"its {name} stayed the same while its content changed, so 'not modified' cannot "
                f"be believed: it is asked in full for {DISTRUST_FOR.days} days. "
                "Tell the publisher"
            )
        web = replace(web, distrusted_until=poll.at + DISTRUST_FOR)
    return replace(web, full_at=poll.at, listed_key=listed), told


def _same_validators(state: SourceState, poll: Poll) -> bool:
    if poll.etag or state.etag:
        return poll.etag == state.etag
    return poll.last_modified is not None and poll.last_modified == state.last_modified


def _plausible(last_modified: str | None, now: datetime) -> str | None:
    """``last_modified`` unless it is no date, or lies ahead: then nothing is ever newer."""
    try:
        moment = parsedate_to_datetime(last_modified or "")
        ahead = moment.tzinfo is not None and moment - now > _CLOCKS_DIFFER
    except (ValueError, TypeError, OverflowError):
        return None
    return None if ahead else last_modified


def _key(entries: Iterable[Entry]) -> str:
    """Digest of what was listed; the order, and what else is on the page, do not count."""
    listed = sorted({f"{entry.url}\n{entry.title}" for entry in entries})
    return hashlib.sha256("\n\n".join(listed).encode("utf-8", "surrogatepass")).hexdigest()

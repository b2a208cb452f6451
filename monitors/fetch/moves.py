"""Permanent redirects of sources: followed at once, remembered only after confirmation.

A captive portal or a mistake of an afternoon answers 301, too. So the new address is asked
directly only after it was seen several times over several days; it is forgotten as soon as
it fails, and after a month, when the old address is asked again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitors.model import Poll, PollState, Source, WebMemory
from monitors.redact import redact

TIMES = 5
OVER = timedelta(days=3)
_APART = timedelta(hours=1)
_BELIEVED_FOR = timedelta(days=30)


def current_address(source: Source, web: WebMemory, now: datetime) -> Source:
    """``source`` at the address where it is to be asked now."""
    if web.url == source.url and web.moved_to and _confirmed(web, now):
        return replace(source, url=web.moved_to)
    return source


def moved(
    source: Source, asked: Source, web: WebMemory, poll: Poll
) -> tuple[WebMemory, list[str]]:
    """``web`` with what ``poll`` says about the source's address.

    :param source: as in the watch list
    :param asked: as it was asked, see :func:`current_address`
    :returns: the new memory, and what the operator should read
    """
    if asked.url != source.url:
        return _at_new_address(web, poll)
    if poll.state is PollState.FAILED:
        return web, []
    if poll.moved_to is None:
        return _forgotten(web), []
    if poll.moved_to != web.moved_to or web.moved_since is None or web.moved_last is None:
        first = replace(web, moved_to=poll.moved_to, moved_since=poll.at)
        return replace(first, moved_last=poll.at, moved_times=1), []
    if poll.at - web.moved_last < _APART:
        return web, []
    before = _confirmed(web, poll.at)
    web = replace(web, moved_last=poll.at, moved_times=web.moved_times + 1)
    if before or not _confirmed(web, poll.at):
        return web, []
    line = (
        f"it has moved for good to {redact(poll.moved_to)} and is asked there from now on. "
        "Name that address in the watch list"
    )
    return web, [line]


def _at_new_address(web: WebMemory, poll: Poll) -> tuple[WebMemory, list[str]]:
    if poll.state is not PollState.FAILED:
        return web, []
    return _forgotten(web), ["its new address failed: the one in the watch list is asked again"]


def _confirmed(web: WebMemory, now: datetime) -> bool:
    if web.moved_since is None or web.moved_last is None:
        return False
    seen_for = web.moved_last - web.moved_since
    return (
        web.moved_times >= TIMES
        and seen_for >= OVER
        and timedelta(0) <= now - web.moved_last < _BELIEVED_FOR
    )


def _forgotten(web: WebMemory) -> WebMemory:
    return replace(web, moved_to=None, moved_since=None, moved_last=None, moved_times=0)

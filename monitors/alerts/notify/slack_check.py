"""What Slack says of the app before anything is sent: scopes, and channels it is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from monitors.alerts.notify.slack import LIST_PAGES, SlackNotifier, next_cursor
from monitors.errors import DeliveryError

NEEDED = ("chat:write", "channels:read", "groups:read")
"""Without these, messages cannot be sent, or not be edited."""

USEFUL = {
    "channels:history": "a message whose answer was lost is sent again, as a possible repeat",
    "groups:history": "the same, in private channels",
    "files:write": "digests come without a chart",
}
"""Scopes that can be missing, and what comes of that."""

_WHERE = "Under OAuth & Permissions add it to the Bot Token Scopes, then install the app again"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is right, wrong, or should be known.

    :param channel: the channel that it is about
    :param likely: the channel that is meant in all likelihood, where there is none of its name
    """

    good: bool
    text: str
    remedy: str = ""
    channel: str = ""
    likely: str = ""


def examine(slack: SlackNotifier, channels: Iterable[str]) -> list[Finding]:
    """Look at everything that a message needs, without posting one.

    :param channels: names with ``#``, or ids
    :raises DeliveryError: Slack cannot be reached or refuses the token
    """
    answer = slack.response("Slack", slack.client.auth_test)
    data = answer.data if isinstance(answer.data, Mapping) else {}
    found = [Finding(True, f"{data.get('user', '?')} @ {data.get('team', '?')}")]
    headers = {str(key).lower(): str(value) for key, value in answer.headers.items()}
    found += _scopes(headers.get("x-oauth-scopes"), str(data.get("user", "tidings")))
    try:
        seen = list(_channels(slack))
    except DeliveryError as error:
        reason = f"channels cannot be looked at: {error.problem}"
        return [*found, Finding(False, reason, error.remedy)]
    return [*found, *(_channel(name, seen, str(data.get("user", "tidings"))) for name in channels)]


def _scopes(header: str | None, app: str) -> list[Finding]:
    if header is None:
        return [Finding(True, f"which scopes {app} has cannot be seen here")]
    have = {scope.strip() for scope in header.split(",") if scope.strip()}
    found = [
        Finding(False, f"{app} has no scope {scope}", _WHERE)
        for scope in NEEDED
        if scope not in have
    ]
    without = [scope for scope in USEFUL if scope not in have]
    found += [Finding(True, f"without the scope {s}, {USEFUL[s]}", _WHERE) for s in without]
    return found or [Finding(True, f"scopes: {', '.join((*NEEDED, *USEFUL))}")]


def _channels(slack: SlackNotifier) -> Iterator[Mapping[str, Any]]:
    cursor: str | None = None
    for _ in range(LIST_PAGES):
        answer = slack.response(
            "Slack",
            slack.client.conversations_list,
            types="public_channel,private_channel",
            exclude_archived=False,
            limit=200,
            cursor=cursor,
        ).data
        if not isinstance(answer, Mapping):
            return
        yield from answer.get("channels") or []
        cursor = next_cursor(answer)
        if not cursor:
            return


def _channel(name: str, seen: list[Mapping[str, Any]], app: str) -> Finding:
    named = name.removeprefix("#")
    channel = next((c for c in seen if named in (c.get("name"), c.get("id"))), None)
    if channel is None:
        open_ones = [f"#{c.get('name')}" for c in seen if not c.get("is_archived")]
        likely = process.extractOne(name, open_ones, scorer=fuzz.ratio, score_cutoff=70)
        remedy = f"create it, or, where it is private: /invite @{app} there"
        remedy = f"Did you mean {likely[0]}? Else {remedy}" if likely else remedy.capitalize()
        text = f"{app} sees no channel {name}"
        return Finding(False, text, remedy, name, likely[0] if likely else "")
    if channel.get("is_archived"):
        return Finding(False, f"{name} is archived", "Unarchive it, or name another", name)
    if channel.get("is_member") is False:
        return Finding(False, f"{app} is not in {name}", f"There: /invite @{app}", name)
    return Finding(True, f"{app} is in {name}", channel=name)

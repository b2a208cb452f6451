"""Single values of a watch list: durations, budgets, times, zones, channels, mentions, URLs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from anyascii import anyascii
from rapidfuzz import fuzz, process
from ruamel.yaml.nodes import ScalarNode, SequenceNode

from monitors.model import Budget, DigestPlan, QuietHours, Stage
from monitors.watchlist.nodes import Reader, suggest

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PERIODS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
_SHORTEST = timedelta(seconds=30)
_LONGEST = timedelta(days=30)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Also for editors, through the JSON Schema: what they have in common with JavaScript.
DURATION = re.compile(r"(\d{1,6})\s*([smhdw])(?:in|ins|ec|ours?|ays?)?")
BUDGET = re.compile(r"(\d{1,4})\s*(?:/|per|a)\s*([a-z]+)")
QUIET_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
LANGUAGE = re.compile(r"[a-z]{2}")
MENTION = re.compile(r"@here|@channel|[UWS][A-Z0-9]{7,}")
CHANNEL = re.compile(r"#[^\s#A-Z.,:;!?'\"<>(){}\[\]]{1,80}|[CGD][A-Z0-9]{7,}")

_E = TypeVar("_E", bound=StrEnum)


def slug(text: str) -> str:
    """``text`` in lower-case ASCII letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")


def choice(reader: Reader, kind: type[_E]) -> _E | None:
    """One of an enumeration's values."""
    text = one_of(reader, [member.value for member in kind])
    return None if text is None else kind(text)


def one_of(reader: Reader, allowed: Sequence[str]) -> str | None:
    """One of ``allowed``."""
    text = reader.text()
    if text is None or text in allowed:
        return text
    reader.note(f"{reader.what} may not be {text!r}", suggest(text, allowed))
    return None


def duration(reader: Reader) -> timedelta | None:
    """``15m``, ``2h``, ``1d``: between 30 seconds and 30 days."""
    text = reader.text()
    if text is None:
        return None
    match = DURATION.fullmatch(text)
    span = timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else None
    if span is None:
        reader.note(f"{text!r} is no duration", "Write a number and s, m, h or d, e.g. 15m")
    elif not _SHORTEST <= span <= _LONGEST:
        reader.note(f"{text!r} is out of bounds", "Choose between 30s and 30d")
        return None
    return span


def budget(reader: Reader) -> Budget | None:
    """``3/day``, ``10/week``, ``1/hour``."""
    text = reader.text()
    if text is None:
        return None
    match = BUDGET.fullmatch(text)
    if not match or int(match[1]) < 1:
        reader.note(f"{text!r} is no alert budget", "Write e.g. 3/day, 10/week or 1/hour")
        return None
    if match[2] not in PERIODS:
        reader.note(f"{match[2]!r} is no period of a budget", suggest(match[2], list(PERIODS)))
        return None
    return Budget(int(match[1]), PERIODS[match[2]])


def quiet_hours(reader: Reader) -> QuietHours | None:
    """``22:00-07:00``; may pass midnight."""
    text = reader.text()
    if text is None:
        return None
    match = QUIET_HOURS.fullmatch(text)
    try:
        if match:
            start = time(int(match[1]), int(match[2]))
            end = time(int(match[3]), int(match[4]))
            if start != end:
                return QuietHours(start, end)
    except ValueError:
        pass
    reader.note(f"{text!r} are no quiet hours", 'Write two local times, e.g. "22:00-07:00"')
    return None


def digest(reader: Reader) -> DigestPlan | None:
    """``daily 08:00``, ``monday 08:00``; ``off`` and mistakes are None."""
    text = reader.text()
    if text is None or text.lower() == "off":
        return None
    match = re.fullmatch(r"([A-Za-z]+)\s+(\d{1,2}):(\d\d)", text)
    if match is None:
        reader.note(f"{text!r} is no digest", "Write e.g. daily 08:00, monday 08:00 or off")
        return None
    day = match[1].lower()
    if day not in ("daily", *WEEKDAYS):
        remedy = suggest(day, ["daily", *WEEKDAYS])
        reader.note(f"{match[1]!r} is no day of a digest", remedy)
        return None
    try:
        at = time(int(match[2]), int(match[3]))
    except ValueError:
        reader.note(f"{match[2]}:{match[3]} is no time of day", "Write a local time, e.g. 08:00")
        return None
    return DigestPlan(at, None if day == "daily" else WEEKDAYS.index(day))


def stages(reader: Reader) -> frozenset[Stage] | None:
    """A list of stages."""
    if isinstance(reader.node, ScalarNode):
        reader = reader.of(SequenceNode("", [reader.node], reader.node.start_mark), reader.what)
    known = [stage.value for stage in Stage if stage is not Stage.NONE]
    found = [one_of(item, known) for item in reader.items()]
    return frozenset(Stage(text) for text in found if text is not None)


def mentions(reader: Reader) -> tuple[str, ...] | None:
    """``@here``, ``@channel``, ids of users (``U…``) and user groups (``S…``); one or a list."""
    if isinstance(reader.node, ScalarNode):
        texts: tuple[str, ...] = tuple(text for text in [reader.text()] if text)
    else:
        texts = reader.texts()
    for text in texts:
        if not MENTION.fullmatch(text):
            reader.note(
                f"{text!r} can not be mentioned",
                'Write "@here", "@channel", or an id from Slack such as U0123456789 (a person) '
                "or S0123456789 (a user group)",
            )
    return tuple(text.removeprefix("@") for text in texts)


def zone(reader: Reader) -> str | None:
    """An IANA time zone."""
    text = reader.text()
    if text is None:
        return None
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        found = process.extractOne(text, _zones(), scorer=fuzz.WRatio, score_cutoff=70)
        remedy = f"Did you mean `{found[0]}`?" if found else "Write e.g. Europe/London or UTC"
        reader.note(f"{text!r} is no time zone", remedy)
        return None
    return text


def channel(reader: Reader) -> str | None:
    """A Slack channel: its name with #, or its id."""
    text = reader.text()
    return None if text is None else channel_name(reader, text)


def channel_name(reader: Reader, text: str) -> str | None:
    """``text`` where it is a channel; noted and None where it is none."""
    if CHANNEL.fullmatch(text):
        return text
    name = re.sub(r"[^\w-]+", "-", text.lstrip("#").lower()).strip("-") or "news-alerts"
    reader.note(f"{text!r} is no channel name", f'Write it as "#{name[:80]}", with the quotes')
    return None


def language(reader: Reader) -> str | None:
    """An ISO 639-1 code."""
    text = reader.text()
    if text is None or LANGUAGE.fullmatch(text):
        return text
    remedy = "Write the two letters of ISO 639-1, e.g. en, ru or de"
    reader.note(f"{text!r} is no language code", remedy)
    return None


def pattern(reader: Reader) -> str | None:
    """A regular expression."""
    text = reader.text()
    if text is None:
        return None
    try:
        re.compile(text)
    except re.error as error:
        reader.note(f"{text!r} is no regular expression: {error}", "Write e.g. /news/\\d+")
        return None
    return text


def url(reader: Reader) -> str | None:
    """An absolute http(s) address. Error texts show neither password nor query."""
    text = reader.text()
    if text is None:
        return None
    remedy = "Write an address such as https://example.org/feed.xml"
    try:
        parts = urlsplit(text)
        host, scheme, _ = parts.hostname or "", parts.scheme.lower(), parts.port
    except ValueError:
        reader.note(f"{reader.what} is no address", remedy)
        return None
    if " " in text:
        reader.note(f"{reader.what} has a space in it", "Write it as %20, or leave it out")
    elif scheme not in ("http", "https"):
        bare = re.match(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/[^?@]*)?", text)
        reader.note(
            f"{reader.what} does not begin with http:// or https://",
            f"Did you mean https://{bare[0]} ?" if bare else remedy,
        )
    elif not re.fullmatch(r"[\w.:-]+", host) or host.startswith((".", "-")) or ".." in host:
        reader.note(f"{reader.what} has no valid host", remedy)
    else:
        return text
    return None


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())

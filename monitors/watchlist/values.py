"""Single values of a watch list: durations, budgets, times, zones, channels, mentions, URLs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from anyascii import anyascii
from ruamel.yaml.nodes import ScalarNode, SequenceNode

from monitors.model import Budget, DigestPlan, QuietHours, Stage
from monitors.watchlist.nodes import Reader, likely_of, suggest

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
OFFSET = re.compile(
    r"(?:UTC|GMT)?\s*(?P<sign>[+-]?)(?P<hours>\d\d?)(?::?(?P<minutes>[0-5]\d))?", re.IGNORECASE
)
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
    likely = likely_of(text, allowed)
    mended = reader.instead(likely) if likely else reader.example()
    reader.note(f"{reader.what} may not be {text!r}", suggest(text, allowed), mended)
    return None


def duration(reader: Reader) -> timedelta | None:
    """``15m``, ``2h``, ``1d``: between 30 seconds and 30 days."""
    text = reader.text()
    if text is None:
        return None
    match = DURATION.fullmatch(text)
    span = timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else None
    if span is None:
        number = re.fullmatch(r"(\d{1,4})\s*(?:([smhdw])[a-z]*)?", text)
        mended = reader.instead(number[1] + (number[2] or "m")) if number else reader.example()
        remedy = "Write a number and s, m, h or d, e.g. 15m"
        reader.note(f"{text!r} is no duration", remedy, mended)
    elif not _SHORTEST <= span <= _LONGEST:
        mended = reader.instead("30s" if span < _SHORTEST else "30d")
        reader.note(f"{text!r} is out of bounds", "Choose between 30s and 30d", mended)
        return None
    return span


def budget(reader: Reader) -> Budget | None:
    """``3/day``, ``10/week``, ``1/hour``."""
    text = reader.text()
    if text is None:
        return None
    match = BUDGET.fullmatch(text)
    if not match or int(match[1]) < 1:
        remedy = "Write e.g. 3/day, 10/week or 1/hour"
        reader.note(f"{text!r} is no alert budget", remedy, reader.example())
        return None
    if match[2] not in PERIODS:
        periods = list(PERIODS)
        mended = reader.instead(f"{match[1]}/{likely_of(match[2], periods) or 'day'}")
        problem = f"{match[2]!r} is no period of a budget"
        reader.note(problem, suggest(match[2], periods), mended)
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
    loose = re.fullmatch(r"(1?\d|2[0-3])\s*(?:-|–|to|until)\s*(1?\d|2[0-3])", text)
    hours = f"{int(loose[1]):02d}:00-{int(loose[2]):02d}:00" if loose else ""
    mended = reader.instead(hours) if loose and loose[1] != loose[2] else reader.example()
    remedy = 'Write two local times, e.g. "22:00-07:00"'
    reader.note(f"{text!r} are no quiet hours", remedy, mended)
    return None


def digest(reader: Reader) -> DigestPlan | None:
    """``daily 08:00``, ``monday 08:00``; ``off`` and mistakes are None."""
    text = reader.text()
    if text is None or text.lower() == "off":
        return None
    match = re.fullmatch(r"([A-Za-z]+)\s+(\d{1,2}):(\d\d)", text)
    days = ["daily", *WEEKDAYS]
    if match is None:
        likely = likely_of(text.split()[0], days)
        mended = reader.instead(f"{likely} 08:00") if likely else reader.example()
        remedy = "Write e.g. daily 08:00, monday 08:00 or off"
        reader.note(f"{text!r} is no digest", remedy, mended)
        return None
    day = match[1].lower()
    if day not in days:
        mended = reader.instead(f"{likely_of(day, days) or 'daily'} {match[2]}:{match[3]}")
        reader.note(f"{match[1]!r} is no day of a digest", suggest(day, days), mended)
        return None
    try:
        at = time(int(match[2]), int(match[3]))
    except ValueError:
        problem = f"{match[2]}:{match[3]} is no time of day"
        reader.note(problem, "Write a local time, e.g. 08:00", reader.instead(f"{day} 08:00"))
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
    items = [reader] if isinstance(reader.node, ScalarNode) else reader.items()
    found = []
    for item in items:
        text = item.text()
        if text is not None and not MENTION.fullmatch(text):
            item.note(
                f"{text!r} can not be mentioned",
                'Write "@here", "@channel", or an id from Slack such as U0123456789 (a person) '
                "or S0123456789 (a user group)",
                item.instead("@here"),
            )
        found += [text.removeprefix("@")] if text else []
    return tuple(found)


def zone(reader: Reader) -> str | None:
    """An IANA time zone."""
    text = reader.text()
    if text is None:
        return None
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        shift = OFFSET.fullmatch(text.replace("\u2212", "-"))
        if shift:
            _no_offset(reader, text, shift)
            return None
        from rapidfuzz import fuzz, process  # late: see `monitors.watchlist.nodes.likely_of`

        found = process.extractOne(text, _zones(), scorer=fuzz.WRatio, score_cutoff=70)
        remedy = f"Did you mean `{found[0]}`?" if found else "Write e.g. Europe/London or UTC"
        mended = reader.instead(found[0]) if found else reader.example()
        reader.note(f"{text!r} is no time zone", remedy, mended)
        return None
    return text


def _no_offset(reader: Reader, text: str, shift: re.Match[str]) -> None:
    """Note that ``text`` is a distance from UTC; a zone of that distance where there is one.

    Names of such zones count the other way: three hours east of UTC is ``Etc/GMT-3``.
    """
    hours = int(f"{shift['sign']}{shift['hours']}")
    name = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    known = not int(shift["minutes"] or 0) and name in _zones()
    fixed = f", or `{name}`, which is UTC{hours:+d} all year" if known else ""
    reader.note(
        f"{text!r} is no time zone",
        f"Write the zone of a place, e.g. Europe/London{fixed}",
        reader.instead(name) if known else "",
    )


def channel(reader: Reader) -> str | None:
    """A Slack channel: its name with #, or its id."""
    text = reader.text()
    if text is None or CHANNEL.fullmatch(text):
        return text
    no_channel(reader, text, reader.instead)
    return None


def no_channel(reader: Reader, text: str, mend: Callable[[str], str]) -> None:
    """Note that ``text`` is no channel.

    :param mend: the line with a proper name in its place
    """
    name = re.sub(r"[^\w-]+", "-", text.lstrip("#").lower()).strip("-") or "news-alerts"
    proper = f"#{name[:80]}"
    remedy = f'Write it as "{proper}", with the quotes'
    reader.note(f"{text!r} is no channel name", remedy, mend(proper))


def language(reader: Reader) -> str | None:
    """An ISO 639-1 code."""
    text = reader.text()
    if text is None or LANGUAGE.fullmatch(text):
        return text
    remedy = "Write the two letters of ISO 639-1, e.g. en, ru or de"
    reader.note(f"{text!r} is no language code", remedy, reader.instead(_code_of(text)))
    return None


def _code_of(text: str) -> str:
    """The code of a language that is named otherwise: ``Russian``, ``en-GB``."""
    tag = re.fullmatch(r"([A-Za-z]{2})(?:[-_].*)?", text)
    if tag:
        return tag[1].lower()
    from babel import Locale  # late, as all that only a mistake needs
    from rapidfuzz import fuzz, process

    languages: dict[str, str] = dict(Locale("en").languages)
    codes = {name.lower(): code for code, name in languages.items() if len(code) == 2}
    found = process.extractOne(text.lower(), list(codes), scorer=fuzz.ratio, score_cutoff=85)
    return codes[found[0]] if found else "en"


def pattern(reader: Reader) -> str | None:
    """A regular expression."""
    text = reader.text()
    if text is None:
        return None
    try:
        re.compile(text)
    except re.error as error:
        at = error.pos or 0
        escaped = f"{text[:at]}\\{text[at:]}"  # the sign that has no counterpart
        if not _compiles(escaped):
            escaped = re.escape(text)
        problem = f"{text!r} is no regular expression: {error}"
        reader.note(problem, "Write e.g. /news/\\d+", reader.instead(escaped))
        return None
    return text


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


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
        reader.note(f"{reader.what} is no address", remedy, reader.example())
        return None
    if " " in text:
        mended = reader.instead(text.replace(" ", "" if " " in host else "%20"))
        reader.note(f"{reader.what} has a space in it", "Write it as %20, or leave it out", mended)
    elif scheme not in ("http", "https"):
        bare = re.match(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/[^?@]*)?", text)
        reader.note(
            f"{reader.what} does not begin with http:// or https://",
            f"Did you mean https://{bare[0]} ?" if bare else remedy,
            reader.instead(f"https://{bare[0]}") if bare else reader.example(),
        )
    elif not re.fullmatch(r"[\w.:-]+", host) or host.startswith((".", "-")) or ".." in host:
        reader.note(f"{reader.what} has no valid host", remedy, reader.example())
    else:
        return text
    return None


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())

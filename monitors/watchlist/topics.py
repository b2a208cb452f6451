"""The ``defaults:``, ``channels:`` and ``topics:`` sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitors.model import (
    Budget,
    Channel,
    DigestPlan,
    Keywords,
    QuietHours,
    Sensitivity,
    Stage,
    Topic,
)
from monitors.watchlist import values
from monitors.watchlist.mending import EXAMPLES
from monitors.watchlist.nodes import Reader, absent, likely_of, pairs_of, suggest

_SHARED = ("channel", "sensitivity", "at_most", "timezone", "quiet_hours", "urgent", "mention")
DEFAULT_KEYS = (*_SHARED, "every", "operators_channel", "digest")
CHANNEL_KEYS = ("digest", "at_most", "timezone", "quiet_hours", "urgent")
KEYS = ("name", "description", "examples", "not", "keywords", *_SHARED)
NEEDED = ("name", "description")
KEYWORD_KEYS = ("any", "none")
_OPEN_END = "Only the end may be left open"


@dataclass(frozen=True)
class Defaults:
    """What holds for every topic and source that says nothing else."""

    channel: str = "#news-alerts"
    sensitivity: Sensitivity = Sensitivity.BALANCED
    at_most: Budget | None = None
    timezone: str = "UTC"
    quiet_hours: QuietHours | None = None
    urgent: frozenset[Stage] = frozenset()
    mention: tuple[str, ...] = ()
    digest: DigestPlan | None = None
    every: timedelta = timedelta(minutes=15)
    adaptive: bool = True
    """``every`` is not written: it adapts to each source"""
    operators_channel: str | None = None


def read_defaults(readers: Sequence[Reader]) -> Defaults:
    """The defaults of all files together."""
    fields: dict[str, Reader] = {}
    for reader in readers:
        part = reader.called("`defaults`")
        for key, value in pairs_of(part, DEFAULT_KEYS):
            if key in fields:
                other = fields[key]
                value.note(
                    f"default `{key}` is given already in {other.path}:{other.line}",
                    "Keep one of them",
                )
            else:
                fields[key] = value
    base = _shared(fields, Defaults())
    every = values.duration(fields["every"]) if "every" in fields else None
    told = fields.get("operators_channel")
    return replace(
        base,
        every=every or Defaults.every,
        adaptive="every" not in fields,
        operators_channel=values.channel(told) if told else None,
        digest=values.digest(fields["digest"]) if "digest" in fields else None,
    )


@dataclass(frozen=True)
class ChannelSettings:
    """What ``channels:`` says of one channel.

    :param base: what its topics take where they say nothing themselves
    """

    channel: Channel
    base: Defaults
    place: Reader


def read_channels(reader: Reader, defaults: Defaults) -> list[ChannelSettings]:
    """The channels that are well formed."""
    found = []
    for name, part in pairs_of(reader):
        before = len(part.notes)
        if name in CHANNEL_KEYS:
            # A bare #name: above it is a comment, so that its keys stand where names belong.
            part.note(
                f"`{name}` stands where the name of a channel belongs",
                'Write the name above it, in quotes, e.g. "#news-alerts":',
            )
            continue
        if values.CHANNEL.fullmatch(name) is None:
            values.no_channel(part, name, part.renamed)
        named = part.called(f"channel `{name}`")
        fields = dict(pairs_of(named, CHANNEL_KEYS))
        own = _shared(fields, replace(defaults, at_most=None))
        digest = values.digest(fields["digest"]) if "digest" in fields else defaults.digest
        if len(part.notes) == before:
            channel = Channel(name, own.timezone, digest, own.at_most)
            found.append(ChannelSettings(channel, replace(own, at_most=defaults.at_most), part))
    return found


def all_channels(
    topics: Iterable[Topic], said: Sequence[ChannelSettings], defaults: Defaults
) -> tuple[Channel, ...]:
    """Every channel that topics are told in; one of which nothing is said has the defaults.

    A channel that no topic is told in is noted where it is written.
    """
    names = dict.fromkeys(topic.channel for topic in topics)
    for settings in said:
        if names and settings.channel.name not in names:
            name, place = settings.channel.name, settings.place
            likely = likely_of(name, list(names))
            mended = place.renamed(likely) if likely else ""
            place.note(f"no topic is told in {name!r}", suggest(name, list(names)), mended)
    known = {settings.channel.name: settings.channel for settings in said}
    return tuple(
        known.get(name, Channel(name, defaults.timezone, defaults.digest)) for name in names
    )


def read_topics(
    reader: Reader, defaults: Defaults, bases: Mapping[str, Defaults] | None = None
) -> list[tuple[Topic, Reader]]:
    """The topics that are well formed, each with its place.

    :param bases: by channel: what topics told there take where they say nothing themselves
    """
    found = [(_read(key, part, defaults, bases or {}), part) for key, part in pairs_of(reader)]
    return [(topic, part) for topic, part in found if topic is not None]


def _read(
    topic_id: str, part: Reader, defaults: Defaults, bases: Mapping[str, Defaults]
) -> Topic | None:
    before = len(part.notes)
    proper = values.slug(topic_id)
    if proper != topic_id:
        remedy = f"Did you mean `{proper}`?" if proper else "Use a-z, 0-9 and hyphens"
        mended = part.renamed(proper) if proper else ""
        part.note(f"{topic_id!r} is no topic id: only a-z, 0-9 and hyphens", remedy, mended)
    named = part.called(f"topic `{topic_id}`")
    mark = len(part.notes)
    fields = dict(pairs_of(named, KEYS))
    if len(part.notes) == mark or fields:
        for key in absent(part, fields, NEEDED, KEYS):
            remedy = "Add one: a topic needs only a name and a description"
            value = topic_id.replace("-", " ").capitalize() if key == "name" else EXAMPLES[key]
            mended = part.with_also(key, value)
            part.note(f"topic `{topic_id}` has no `{key}`", remedy, mended)
    name = fields["name"].text() if "name" in fields else None
    description = fields["description"].text() if "description" in fields else None
    examples = fields["examples"].texts() if "examples" in fields else ()
    opposites = fields["not"].texts() if "not" in fields else ()
    keywords = _keywords(fields["keywords"]) if "keywords" in fields else Keywords()
    told_in = values.channel(fields["channel"]) if "channel" in fields else None
    base = bases.get(told_in or defaults.channel, defaults)
    own = _shared({k: v for k, v in fields.items() if k != "channel"}, base)
    if len(part.notes) > before or not (name and description):
        return None
    return Topic(
        id=topic_id,
        name=name,
        description=description,
        examples=examples,
        not_examples=opposites,
        keywords=keywords,
        channel=told_in or defaults.channel,
        sensitivity=own.sensitivity,
        at_most=own.at_most,
        timezone=own.timezone,
        quiet_hours=own.quiet_hours,
        urgent=own.urgent,
        mention=own.mention,
    )


def _shared(fields: dict[str, Reader], base: Defaults) -> Defaults:
    """The settings that defaults and topics share; ``base`` where one is absent or wrong."""

    def at(key: str) -> Reader | None:
        return fields.get(key)

    channel = values.channel(r) if (r := at("channel")) else None
    sensitivity = values.choice(r, Sensitivity) if (r := at("sensitivity")) else None
    at_most = values.budget(r) if (r := at("at_most")) else None
    timezone = values.zone(r) if (r := at("timezone")) else None
    quiet = values.quiet_hours(r) if (r := at("quiet_hours")) else None
    urgent = values.stages(r) if (r := at("urgent")) else None
    mention = values.mentions(r) if (r := at("mention")) else None
    return replace(
        base,
        channel=channel or base.channel,
        sensitivity=sensitivity or base.sensitivity,
        at_most=at_most or base.at_most,
        timezone=timezone or base.timezone,
        quiet_hours=quiet or base.quiet_hours,
        urgent=base.urgent if urgent is None else urgent,
        mention=base.mention if mention is None else mention,
    )


def _keywords(reader: Reader) -> Keywords:
    fields = dict(pairs_of(reader.called("`keywords`"), KEYWORD_KEYS))
    found = {key: _words(part) for key, part in fields.items()}
    return Keywords(found.get("any", ()), found.get("none", ()))


def _words(reader: Reader) -> tuple[str, ...]:
    """Words of which only the end may be left open."""
    if reader.is_empty():
        return ()
    words = []
    for item in reader.items():
        word = item.text()
        if word is None:
            continue
        words.append(word)
        if "*" in word[:-1] or word == "*":
            begin = word.partition("*")[0]
            mended = item.instead(f"{begin}*") if begin else ""
            item.note(f"{word!r} has a * that is not at its end", _OPEN_END, mended)
    return tuple(words)

"""What is watched: sources and topics."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from monitors.model.lessons import Learnt
from monitors.model.stages import Stage


class Tier(StrEnum):
    """How close a source stands to the facts that it reports."""

    OFFICIAL = "official"
    WIRE = "wire"
    PRESS = "press"
    BLOG = "blog"


class Sensitivity(StrEnum):
    """How readily a topic alerts: the operator's only threshold."""

    STRICT = "strict"
    BALANCED = "balanced"
    BROAD = "broad"


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries come from.

    :param id: slug, unique in the watch list
    :param kind: a key of ``monitors.sources.READERS``
    :param url: address, or the folder's path for kind ``folder``
    :param language: ISO 639-1 code where the source has a single language
    :param every: the poll interval
    :param adaptive: the interval is not written in the watch list, and adapts to the source
    :param pattern: kind ``page`` only: regular expression that article links match
    :param robots_ignored_because: why the operator may fetch its pages whatever robots.txt
        says; empty where robots.txt is kept
    """

    id: str
    name: str
    kind: str
    url: str
    tier: Tier = Tier.PRESS
    language: str | None = None
    every: timedelta = timedelta(minutes=15)
    pattern: str | None = None
    robots_ignored_because: str = ""
    adaptive: bool = False


@dataclass(frozen=True, slots=True)
class Keywords:
    """Words beside the vectors: ``any`` weigh, ``none`` exclude. ``*`` matches any ending."""

    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``count`` alerts in each ``per`` (rolling)."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times between which nothing is sent; may pass midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """When a channel gets its digest, in local time.

    :param weekday: 0 is Monday; None for every day
    """

    at: time
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What holds for a channel as a whole, whatever topics are told there.

    :param at_most: alert budget over all its topics
    """

    name: str
    timezone: str = "UTC"
    digest: DigestPlan | None = None
    at_most: Budget | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody wants to be told about. Only ``name`` and ``description`` are needed.

    :param urgent: stages that are told in quiet hours as well
    :param mention: who is mentioned on a decision or an act: ``here``, ``channel``, or ids of
        users and user groups
    :param learnt: what readers' answers taught, and is in force; not of the watch list
    """

    id: str
    name: str
    description: str
    examples: tuple[str, ...] = ()
    not_examples: tuple[str, ...] = ()
    keywords: Keywords = Keywords()
    channel: str = "#news-alerts"
    sensitivity: Sensitivity = Sensitivity.BALANCED
    at_most: Budget | None = None
    timezone: str = "UTC"
    quiet_hours: QuietHours | None = None
    urgent: frozenset[Stage] = frozenset()
    mention: tuple[str, ...] = ()
    learnt: Learnt = field(default_factory=Learnt)


@dataclass(frozen=True, slots=True)
class Watchlist:
    """The whole of ``watch.yaml``."""

    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    operators_channel: str | None = None
    channels: tuple[Channel, ...] = ()

    def channel(self, name: str) -> Channel:
        """What holds for the channel ``name``; nothing special where nothing is said."""
        return next((c for c in self.channels if c.name == name), Channel(name))

"""From a verdict to a delivered message: alerts, deliveries, messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from monitors.model.stages import Stage
from monitors.model.watch import Tier


class AlertKind(StrEnum):
    """What a message is for."""

    STORY = "story"
    """opens a thread"""
    STEP = "step"
    """a reply in the thread that is also sent to the channel"""
    EDIT = "edit"
    """changes the thread's first message; pings nobody"""
    DIGEST = "digest"
    NOTICE = "notice"
    """for the operators"""


class Hold(StrEnum):
    """Why an alert in the outbox is not sent by itself. Closed: stored and shown."""

    WEIGHED = "being weighed"
    """the run that stored it has not yet picked what the budget lets through"""
    BUDGET = "over budget"
    QUIET = "quiet hours"
    CATCH_UP = "after a pause"
    """found after Tidings was away for long; told as one digest"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a digest.

    :param text: from the net or ours; it is made harmless when it is shown
    :param note: what is said of it, in smaller words
    :param article_id: with ``topic_id``: what ``tidings explain`` and labels are about
    :param story_id: the story that it belongs to, whose page of the report is linked
    """

    text: str
    note: str = ""
    url: str = ""
    article_id: str = ""
    topic_id: str = ""
    story_id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a digest: a title of ours, lines, and how many more there are."""

    title: str
    lines: tuple[Line, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """How busy a topic was, a day each, for the chart of a digest.

    :param last: the last day, in the channel's time zone
    :param told: messages a day, oldest first
    :param matched: articles a day that fitted the topic, told or not; as many days
    """

    topic_id: str
    name: str
    last: date
    told: tuple[int, ...]
    matched: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A source that reports a story. Copies and translations are not independent."""

    name: str
    url: str
    tier: Tier
    language: str
    independent: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told; a message is composed from it when it is sent.

    :param key: unique; the outbox holds each key once
    :param story_ids: the stories it opens or continues, the thread's first one first
    :param topic_names: every topic that it serves
    :param quote: the passage that the decision rests on
    :param unreadable: why it rests on title and summary alone, empty where the text was read
    :param novelty: what is new, in words
    :param against: headline of the nearest thing told before, or empty
    :param body: for notices: the lines
    :param significance: what decides who comes first where a budget does not let all through
    :param mentions: who is mentioned: ``here``, ``channel``, or ids of users and user groups
    :param label: for digests: which one it is, in words of ours
    :param sections: for digests: their parts
    :param activity: for digests: what the chart shows
    """

    key: str
    kind: AlertKind
    channel: str
    created_at: datetime
    headline: str
    topic_ids: tuple[str, ...] = ()
    topic_names: tuple[str, ...] = ()
    story_ids: tuple[str, ...] = ()
    development_ids: tuple[str, ...] = ()
    article_id: str = ""
    url: str = ""
    quote: str = ""
    language: str = "und"
    machine_translated: bool = False
    unreadable: str = ""
    novelty: str = ""
    against: str = ""
    stage: Stage = Stage.NONE
    sources: tuple[SourceRef, ...] = ()
    published: datetime | None = None
    body: tuple[str, ...] = ()
    significance: float = 0.0
    mentions: tuple[str, ...] = ()
    label: str = ""
    sections: tuple[Section, ...] = ()
    activity: tuple[Activity, ...] = ()


class DeliveryState(StrEnum):
    """Where an alert stands in the outbox."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    HELD = "held"
    DIGESTED = "digested"


POSSIBLE_REPEAT = "possible repeat"
"""A delivery whose ``error`` starts so may be shown twice, and its message says so."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert's row in the outbox.

    :param not_before: it is not claimed earlier
    :param sending_since: when the attempt began whose outcome may be unknown
    :param thread_ts: timestamp of the thread's first message, where it was sent
    :param ts: the receiver's id of the sent message
    :param plain: send without blocks, since the blocks were refused once
    :param waits_for: id of the thread's first message, while that is not sent yet
    :param hold: why it was held, also after it was let through or went into a digest
    """

    id: int
    alert: Alert
    state: DeliveryState
    not_before: datetime
    attempts: int = 0
    sending_since: datetime | None = None
    lease_until: datetime | None = None
    thread_ts: str | None = None
    ts: str | None = None
    channel_id: str | None = None
    error: str | None = None
    looks: int = 0
    plain: bool = False
    waits_for: int | None = None
    sent_at: datetime | None = None
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a notifier is handed: Slack's shape, which every notifier can read.

    :param edits: timestamp of the message to change, instead of posting one
    :param broadcast: a thread reply that is also shown in the channel
    """

    alert_key: str
    channel: str
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    thread_ts: str | None = None
    broadcast: bool = False
    edits: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message ended: the channel's id and the message's timestamp in it."""

    channel_id: str
    ts: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that belongs to a message.

    :param alternative: what it shows, in words
    """

    name: str
    title: str
    alternative: str
    png: bytes

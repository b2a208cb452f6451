"""From a verdict to a delivered message: alerts, deliveries, messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitors.model.deciding import Stage
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
    :param novelty: what is new, in words
    :param against: headline of the nearest thing told before, or empty
    :param body: for digests and notices: the lines
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
    novelty: str = ""
    against: str = ""
    stage: Stage = Stage.NONE
    sources: tuple[SourceRef, ...] = ()
    published: datetime | None = None
    body: tuple[str, ...] = ()


class DeliveryState(StrEnum):
    """Where an alert stands in the outbox."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"


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

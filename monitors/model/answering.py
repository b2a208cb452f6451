"""What readers answer to a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AnswerKind(StrEnum):
    """What a reader says of a message. Closed: stored and shown."""

    USEFUL = "useful"
    NOT_NEW = "not new"
    NOT_RELEVANT = "not relevant"
    MUTE = "mute story"
    """no more messages of this story"""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one person to one message.

    :param id: 0 until it is stored
    :param who: an opaque id, no name: the same person gives the same id
    :param alert_key: the message that was answered
    :param undone_at: since when it no longer counts
    """

    kind: AnswerKind
    who: str
    at: datetime
    alert_key: str
    headline: str = ""
    topic_ids: tuple[str, ...] = ()
    story_ids: tuple[str, ...] = ()
    article_id: str = ""
    id: int = 0
    undone_at: datetime | None = None


def label_key(article_id: str, topic_id: str) -> str:
    """The key that ``tidings label`` answers: of an article and topic, told or not."""
    return f"label {article_id} {topic_id}"

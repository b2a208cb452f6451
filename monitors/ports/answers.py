"""The port to what readers answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from monitors.model import Answer


class AnswerStore(Protocol):
    """Answers to messages, and the stories that they mute.

    An answer counts until it is undone. Of useful, not new and not relevant a person has one
    for each message: a later one takes the place of the earlier.
    """

    def add(self, answer: Answer) -> bool:
        """Store ``answer``; False where the same person has said the same of the message."""
        ...

    def of_alert(self, alert_key: str) -> list[Answer]:
        """The answers to a message that count, oldest first."""
        ...

    def rows(self, topic_id: str | None = None, limit: int = 100) -> list[Answer]:
        """Answers, newest first, also those that were undone."""
        ...

    def undo(self, answer_id: int, now: datetime) -> Answer | None:
        """Let an answer no longer count; None where there is none, or it is undone already."""
        ...

    def unmute(self, story_ids: Collection[str], now: datetime) -> int:
        """Undo every mute of these stories, whoever gave it; returns how many."""
        ...

    def familiar(self, since: datetime) -> frozenset[str]:
        """The stories of messages that more people called not new than useful since then."""
        ...

    def muted(self) -> frozenset[str]:
        """The stories of which no more messages are sent."""
        ...

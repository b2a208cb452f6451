"""Port to what was told and seen over weeks, for people who read it as a whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitors.model import Decision, Development, Story


@dataclass(frozen=True, slots=True)
class Coverage:
    """One article that reports a development.

    :param url: empty where the article is no longer kept
    :param text_available: whether there was a text to judge; ``unreadable`` says why not
    :param copy_of: id of the article that it repeats nearly word for word
    :param decision: the verdict on it, where that is still kept
    """

    article_id: str
    source_id: str
    title: str
    quote: str
    language: str
    seen_at: datetime
    published: datetime | None
    url: str = ""
    first: bool = False
    copy_of: str | None = None
    text_available: bool = True
    unreadable: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A development with the articles that report it, the first seen first."""

    development: Development
    coverage: tuple[Coverage, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """A story with its developments, oldest first."""

    story: Story
    steps: tuple[StepRecord, ...] = ()


class HistoryStore(Protocol):
    """Stories with all that belongs to them, in few queries however many there are."""

    def stories(
        self, since: datetime, limit: int, topic_ids: Collection[str] = ()
    ) -> list[StoryRecord]:
        """Stories that changed at or after ``since``, last changed first.

        :param topic_ids: only stories of these topics; all where none is named
        """
        ...

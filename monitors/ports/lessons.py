"""The port to what was learnt from answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from monitors.model import Lesson, LessonState


class LessonStore(Protocol):
    """Lessons in every state. None is ever removed: what was undone stays to be seen."""

    def propose(self, lessons: Iterable[Lesson]) -> list[Lesson]:
        """Store new lessons, in one transaction.

        :returns: those that were stored, with their numbers. An article that is proposed or
            in force as the same kind of lesson of the same topic is left out
        """
        ...

    def rows(
        self,
        topic_id: str | None = None,
        states: Collection[LessonState] = (),
        limit: int = 1000,
    ) -> list[Lesson]:
        """Lessons, newest first; in all states where none is named."""
        ...

    def get(self, number: int) -> Lesson | None:
        """The lesson with this number."""
        ...

    def change(self, steps: Collection[tuple[Lesson, Lesson]]) -> bool:
        """Bring lessons to another state, each from what it was seen as: all of them or none.

        State, reason, ``changed_at`` and trial are stored; the rest of a lesson never changes.

        :returns: False, and nothing is stored, where one is no longer as it was seen
        """
        ...

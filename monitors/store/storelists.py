"""Lists from any store, through its parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from monitors.model import Delivery, DeliveryState, LessonState, Verdict
from monitors.model.listed import Told, Watched
from monitors.ports import Store

MOST_STORIES = 1000


class StoreLists:
    """Implements :class:`monitors.ports.lists.Lists`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def decided(self, verdict: Verdict, topic_id: str | None, limit: int) -> list[Told]:
        """See the port."""
        decisions = self._store.decisions.decisions(
            topic_id=topic_id, verdicts=[verdict.value], limit=limit
        )
        found = [(d, self._store.articles.find(d.article_id)) for d in decisions]
        return [Told(d, a.title if a else "", a.url if a else "") for d, a in found]

    def watched(self, topic_ids: Collection[str], since: datetime) -> Mapping[str, Watched]:
        """See the port."""
        decisions, lessons = self._store.decisions, self._store.lessons
        return {
            topic_id: Watched(
                watching=state.baseline_done,
                told=decisions.told_since(topic_id, since),
                stories=len(decisions.stories(topic_id, MOST_STORIES)),
                lessons=len(lessons.rows(topic_id, [LessonState.ACTIVE])),
            )
            for topic_id, state in decisions.topic_states(topic_ids).items()
        }

    def deliveries(self, states: Collection[DeliveryState], limit: int) -> list[Delivery]:
        """See the port."""
        return self._store.outbox.rows(states, limit)

    def counts(self) -> Mapping[DeliveryState, int]:
        """See the port."""
        return self._store.outbox.counts()

    def muted(self) -> frozenset[str]:
        """See the port."""
        return self._store.answers.muted()

"""The seams of Tidings: what the pipeline needs from the world.

Each port has one contract test suite (``tests/contract/``) that every adapter passes.
Methods of :class:`Fetcher` and :class:`SourceReader` are coroutines because they wait for
the network; all others block. Every adapter may be used from any thread, by one thread at
a time. All times are aware and in UTC.
"""

from monitors.ports.answers import AnswerStore
from monitors.ports.digests import DigestState, DigestStore, Seen
from monitors.ports.history import Coverage, HistoryStore, StepRecord, StoryRecord
from monitors.ports.hosts import HostRecord, HostStore, RobotsRecord
from monitors.ports.lessons import LessonStore
from monitors.ports.records import (
    ArticleStore,
    DecisionStore,
    Fence,
    Foreign,
    Outcome,
    SourceStore,
    TopicState,
    VectorStore,
)
from monitors.ports.store import Outbox, RunStore, Store
from monitors.ports.world import Encoder, Extractor, Fetcher, Judge, Notifier, SourceReader

__all__ = [
    "AnswerStore",
    "ArticleStore",
    "Coverage",
    "DecisionStore",
    "DigestState",
    "DigestStore",
    "Encoder",
    "Extractor",
    "Fence",
    "Fetcher",
    "Foreign",
    "HistoryStore",
    "HostRecord",
    "HostStore",
    "Judge",
    "LessonStore",
    "Notifier",
    "Outbox",
    "Outcome",
    "RobotsRecord",
    "RunStore",
    "Seen",
    "SourceReader",
    "SourceStore",
    "StepRecord",
    "Store",
    "StoryRecord",
    "TopicState",
    "VectorStore",
]

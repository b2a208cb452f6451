"""What labelled articles teach: examples of match, same development, and significance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np

from monitors.clock import FixedClock
from monitors.decide.calibration import Calibration
from monitors.decide.match import match
from monitors.decide.memory import Memory
from monitors.decide.novelty import pair_features
from monitors.decide.reading import Reading, TopicProfile
from monitors.decide.significance import LEARNT, significance_features
from monitors.evaluate.replay import arrive, replay_desk
from monitors.learning.regressions import Data, teaching
from monitors.learning.wordings import Shapes, shapes_of
from monitors.model import Match, Mention, Vector
from monitors.pipeline import new_report
from monitors.steps.understand import understand
from monitors.store import open_store
from monitors.streams import LabelledStream, Role
from monitors.vectors.cache import CachedEncoder

Teaches = Literal["all", "pairs"]
"""Everything; or only which articles report the same, as an archive without times does."""

PAIRS = 24
"""Earlier mentions that each article is compared with while learning."""


@dataclass(frozen=True)
class World:
    """A stream, understood: what deciding on it needs."""

    stream: LabelledStream
    readings: list[tuple[Reading, str]]
    profiles: dict[str, TopicProfile]


def collect(
    stream: LabelledStream,
    calibration: Calibration,
    encoders: tuple[CachedEncoder, CachedEncoder, CachedEncoder],
    data: Data,
    teaches: Teaches,
    say: Callable[[str], None],
) -> World:
    """Add the examples that a stream gives.

    :param encoders: screen, reader and matcher
    """
    clock = FixedClock(stream.articles[0].published - timedelta(hours=1))
    store = open_store("sqlite:///:memory:")
    store.migrate()
    desk = replay_desk(stream, clock, store, *encoders, calibration)
    report = new_report(desk)
    own = {arrive(desk, clock, row, report).id: row.id for row in stream.articles}
    articles = store.articles.undecided(100_000)
    readings = [
        r for i in range(0, len(articles), 64) for r in understand(desk, articles[i : i + 64])
    ]
    passed = sum(len(r.screened) for r in readings)
    pairs = len(readings) * len(stream.topics)
    say(f"{stream.name}: {len(readings)} articles, {passed} of {pairs} pairs pass the screen")
    names = [topic.id for topic in stream.topics]
    memories = {name: Memory() for name in (names if teaches == "all" else teaching(names))}
    written, *shorter = shapes_of(desk)
    for reading in readings:
        row = own[reading.article.id]
        _learn_from(stream, written, calibration, reading, row, memories, data, teaches)
        if teaches == "all":
            _learn_matches(stream, shorter, calibration, reading, row, data)
    store.close()
    return World(stream, [(r, own[r.article.id]) for r in readings], dict(desk.profiles))


def _learn_from(
    stream: LabelledStream,
    shapes: Shapes,
    calibration: Calibration,
    reading: Reading,
    stream_id: str,
    memories: dict[str, Memory],
    data: Data,
    teaches: Teaches,
) -> None:
    labels = stream.labels.get(stream_id, {})
    for topic in stream.topics:
        mine = [label for label in labels.get(topic.id, ()) if label.role is not Role.BACKGROUND]
        if topic.id not in reading.screened or topic.id not in memories:
            continue
        siblings = [shape for name, shape in shapes.items() if name != topic.id]
        fit = match(reading, shapes[topic.id], siblings, calibration)
        if teaches != "pairs":
            _add_match(data, fit, bool(mine), stream.name)
        if not mine:
            continue
        if teaches != "pairs" and any(label.role is Role.FIRST for label in mine):
            # Later reports dwell on other sides of it, and most decisions are on the first.
            significant = any(stream.developments[label.development].significant for label in mine)
            weighed = significance_features(reading, 0.9, dict(fit.parts))
            learnt = {name: weighed[name] for name in LEARNT}
            data.significance.add(learnt, significant, stream.name)
        development = stream.developments[mine[0].development]
        memory = memories[topic.id]
        if len(memory):
            closeness = add_pairs(data, stream.name, reading, memory, development.id)
            if teaches == "all" and any(label.role is Role.FIRST for label in mine):
                near = memory.mentions[int(closeness.argmax())]
                together = near.story_id == root(stream, development.id)
                data.stories.append((float(closeness.max()), together))
        memory.add(remembered(reading, topic.id, development.id, root(stream, development.id)))


def _learn_matches(
    stream: LabelledStream,
    wordings: Sequence[Shapes],
    calibration: Calibration,
    reading: Reading,
    stream_id: str,
    data: Data,
) -> None:
    """What an article teaches of the match with topics in other words."""
    labels = stream.labels.get(stream_id, {})
    for shapes in wordings:
        for name in sorted(shapes.keys() & reading.screened.keys()):
            siblings = [shape for other, shape in shapes.items() if other != name]
            fit = match(reading, shapes[name], siblings, calibration)
            on_topic = any(label.role is not Role.BACKGROUND for label in labels.get(name, ()))
            _add_match(data, fit, on_topic, stream.name)


def _add_match(data: Data, fit: Match, on_topic: bool, group: str) -> None:
    parts = {name: part for name, part in fit.parts.items() if name != "weight"}
    data.match.add(parts, on_topic, group)


def add_pairs(
    data: Data, group: str, reading: Reading, memory: Memory, development: str
) -> Vector:
    """Examples of the same development: an article beside the earlier mentions nearest to it.

    :param group: the stream that they are of
    :returns: the cosine of each mention, shape (n,)
    """
    closeness: Vector = memory.vectors() @ reading.compared_by
    now = reading.article.first_seen
    for row in np.argsort(-closeness)[:PAIRS]:
        mention = memory.mentions[int(row)]
        features = pair_features(reading, mention, float(closeness[row]), memory, now)
        data.same.add(features, mention.development_id == development, group)
    return closeness


def root(stream: LabelledStream, development: str) -> str:
    """The first step of the chain that a development belongs to."""
    while (parent := stream.developments[development].parent) is not None:
        development = parent
    return development


def remembered(reading: Reading, topic: str, development: str, story: str) -> Mention:
    """A mention with the labels in place of what would be decided."""
    article = reading.article
    return Mention(
        topic, story, development, article.id, article.source_id, article.title,
        reading.key_text, "", article.language, article.first_seen, article.published,
        reading.facts, reading.compared_by, told=True,
    )  # fmt: skip

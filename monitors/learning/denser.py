"""The same news as if it came in less time: what a busy topic looks like.

In the labelled streams a topic has a development every few days, so that two reports of one
afternoon are of the same nearly always, whatever they say. On a busy topic they are not. What
is learnt from the streams as they are takes every second development of such a topic for a
repeat of the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from monitors.decide.memory import Memory
from monitors.decide.reading import Reading
from monitors.learning.examples import World, add_pairs, remembered, root
from monitors.learning.regressions import Data
from monitors.streams import LabelledStream, Role

TAUGHT = (3, 10)
"""How many times as dense the streams are from which pairs are learnt, beside themselves."""

MEASURED = (5, 20)
"""How many times as dense those are on which it is measured."""


def denser(world: World, factor: float) -> World:
    """The stream in a part of its time: reports of a development follow it as they did.

    Each development comes ``factor`` times as soon after the stream's begin, and what is on no
    topic likewise; an article that reports several goes with the last of them.
    """
    begin = world.readings[0][0].article.first_seen
    first: dict[str, datetime] = {}
    for reading, name in world.readings:
        for development in _reported(world.stream, name):
            first.setdefault(development, reading.article.first_seen)
    moved = []
    for reading, name in world.readings:
        at = reading.article.first_seen
        founded = max((first[each] for each in _reported(world.stream, name)), default=at)
        moved.append((_at(reading, begin + (founded - begin) / factor + (at - founded)), name))
    return replace(world, readings=sorted(moved, key=lambda one: one[0].article.first_seen))


def teach_denser(worlds: Iterable[World], data: Data) -> None:
    """Add the pairs that streams teach in less time, to those that they teach as they are."""
    for world in worlds:
        for factor in TAUGHT:
            teach_pairs(denser(world, factor), data)


def teach_pairs(world: World, data: Data) -> None:
    """Add what a stream teaches of the same development, and nothing else."""
    memories = {topic.id: Memory() for topic in world.stream.topics}
    for reading, name in world.readings:
        for topic, memory in memories.items():
            labels = world.stream.labels.get(name, {}).get(topic, ())
            mine = [label for label in labels if label.role is not Role.BACKGROUND]
            if topic not in reading.screened or not mine:
                continue
            development = mine[0].development
            if len(memory):
                add_pairs(data, world.stream.name, reading, memory, development)
            story = root(world.stream, development)
            memory.add(remembered(reading, topic, development, story))


def _reported(stream: LabelledStream, name: str) -> Iterator[str]:
    """The developments that an article reports."""
    for labels in stream.labels.get(name, {}).values():
        yield from (label.development for label in labels if label.role is not Role.BACKGROUND)


def _at(reading: Reading, moment: datetime) -> Reading:
    """The reading of the same article, seen and published at another time."""
    published = moment if reading.article.published else None
    article = replace(reading.article, first_seen=moment, published=published)
    parts = tuple(replace(part, article=article) for part in reading.parts)
    return replace(reading, article=article, parts=parts)

"""How surely reports of one development are told from those of others of their topic.

Every report of a topic beside every earlier one of it, on streams that were kept aside: most
pairs are of other developments, in much the same words. The average precision over them, and
over those of which one or both are Russian, in which sources are most often read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sklearn.metrics import average_precision_score

from benchmarks.replaying import Models
from monitors.calibration import load_calibration
from monitors.decide.calibration import Calibration
from monitors.decide.memory import Memory
from monitors.decide.novelty import pair_features
from monitors.learning.examples import World, collect, remembered, root
from monitors.learning.regressions import Data
from monitors.streams import Role, load_stream
from monitors.vectors.cache import CachedEncoder


@dataclass(frozen=True)
class Pair:
    """Two reports of a topic.

    :param languages: the later one's, and the earlier one's
    :param same: how surely they were found to be of one development
    :param truth: whether they are labelled so
    """

    languages: tuple[str, str]
    same: float
    truth: bool


def measured(place: Path, encoders: Models) -> list[str]:
    """The rows of the table for one stream."""
    calibration = load_calibration(encoders.reader.model_id)
    three = (encoders.screen, encoders.reader, encoders.matcher)
    kept = cast(tuple[CachedEncoder, CachedEncoder, CachedEncoder], three)
    world = collect(load_stream(place), calibration, kept, Data(), "pairs", lambda _: None)
    found = list(pairs(world, calibration))
    russian = [pair for pair in found if "ru" in pair.languages]
    mixed = [pair for pair in russian if pair.languages != ("ru", "ru")]
    kinds = (("all", found), ("one or both Russian", russian), ("one of two Russian", mixed))
    return [row(world.stream.name, kind, some) for kind, some in kinds]


def pairs(world: World, calibration: Calibration) -> Iterator[Pair]:
    """Each labelled report that passed the screen, beside each earlier one of its topic."""
    memories = {topic.id: Memory() for topic in world.stream.topics}
    for reading, name in world.readings:
        labels = world.stream.labels.get(name, {})
        for topic, memory in memories.items():
            mine = [at for at in labels.get(topic, ()) if at.role is not Role.BACKGROUND]
            if not mine or topic not in reading.screened:
                continue
            truth, now = mine[0].development, reading.article.first_seen
            closeness = memory.vectors() @ reading.compared_by if len(memory) else ()
            for mention, near in zip(memory.mentions, closeness, strict=True):
                features = pair_features(reading, mention, float(near), memory, now)
                yield Pair(
                    (reading.article.language, mention.language),
                    calibration.same.probability(features),
                    mention.development_id == truth,
                )
            memory.add(remembered(reading, topic, truth, root(world.stream, truth)))


def row(stream: str, kind: str, some: list[Pair]) -> str:
    """One row; a dash where there is no pair of one development."""
    same = sum(pair.truth for pair in some)
    scores = [pair.truth for pair in some], [pair.same for pair in some]
    figure = f"{average_precision_score(*scores):.3f}" if same else "-"
    return f"| {stream} | {kind} | {len(some)} | {same} | {figure} |"


HEAD = "| stream | pairs | number | of one development | average precision |\n" + "|---" * 5 + "|"

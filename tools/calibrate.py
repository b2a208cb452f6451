"""Learn the numbers that decisions rest on, for one reader model.

    python tools/calibrate.py [--model builtin:e5-small] [--streams FOLDER ...]
        [--pairs-only FOLDER ...] [--crossed FOLDER]

Writes ``monitors/calibration/<model>.json`` (the learnt numbers and where they come from) and
``<model>.npz`` (vectors of the shipped sample of general news). Three small logistic
regressions are learnt from labelled streams: topic match, same development, significance.
The lines are chosen by deciding on each stream with regressions fitted on all others (leave
one stream out), never on the stream itself.

Labelled topic groups (``benchmarks/cards``) teach match and significance too. The shipped
adapter has learnt from them, so their articles are read by adapters that have not: those that
``tools/adapt.py`` writes into the folder ``--crossed`` from a part of the files each.
"""

from __future__ import annotations

import argparse
import itertools
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
from cards import as_stream, cards_of
from crossed import unseen
from learning import Data, draw_times, learn, surest

from monitors.calibration import MATCHER, adapter_digest, assemble, file_stem, general_news
from monitors.clock import FixedClock
from monitors.decide.calibration import Calibration
from monitors.decide.judge import Circumstances, judge
from monitors.decide.match import match
from monitors.decide.memory import Memory
from monitors.decide.novelty import pair_features
from monitors.decide.reading import Reading, TopicProfile
from monitors.decide.significance import significance_features
from monitors.desk import Desk
from monitors.evaluate import DecisionRecord, Scores, evaluate
from monitors.evaluate.replay import arrive, replay_desk
from monitors.model import Mention, Verdict
from monitors.pipeline import new_report
from monitors.steps.understand import profiles, understand
from monitors.store import open_store
from monitors.streams import LabelledStream, Role, load_stream
from monitors.vectors.cache import CachedEncoder
from monitors.vectors.encoder import SentenceEncoder

ROOT = Path(__file__).parents[1]
Teaches = Literal["all", "pairs", "topics"]
PAIRS = 24
"""Earlier mentions that each article is compared with while learning."""


@dataclass(frozen=True)
class World:
    """A stream, understood: what deciding on it needs."""

    stream: LabelledStream
    readings: list[tuple[Reading, str]]
    profiles: dict[str, TopicProfile]


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="builtin:e5-small")
    parser.add_argument("--screen", default="builtin:use3")
    parser.add_argument("--streams", nargs="*", type=Path, default=default_streams())
    parser.add_argument("--pairs-only", nargs="*", type=Path, default=[])
    parser.add_argument("--crossed", type=Path, default=ROOT / "var" / "crossed")
    arguments = parser.parse_args()
    cache = ROOT / "var" / "calibrate.db"
    cache.parent.mkdir(exist_ok=True)
    store = open_store(f"sqlite:///{cache}")
    store.migrate()
    clock = FixedClock(load_stream(arguments.streams[0]).articles[0].published)
    reader = CachedEncoder(SentenceEncoder(arguments.model), store.vectors, clock)
    screen = CachedEncoder(SentenceEncoder(arguments.screen), store.vectors, clock)
    matcher = CachedEncoder(SentenceEncoder(MATCHER, adapter_digest()), store.vectors, clock)
    sample = general_news()
    rows = reader.encode([text for _, text in sample])
    start = assemble(arguments.model, _blank(), [language for language, _ in sample], rows)
    data = Data()
    worlds = []
    for folder in [*arguments.streams, *arguments.pairs_only]:
        only = folder in arguments.pairs_only
        teaches = "pairs" if only else "all"
        world = collect(load_stream(folder), start, (screen, reader, matcher), data, teaches)
        worlds += [] if only else [world]
    for path in sorted((ROOT / "benchmarks" / "cards").glob("*.jsonl")):
        stranger, head = unseen(arguments.crossed, path.name)
        strange = CachedEncoder(stranger, store.vectors, clock)
        for card in cards_of(path):
            encoders = (screen, reader, strange)
            collect(as_stream(card), replace(start, fit=head), encoders, data, "topics")
    for folder in arguments.pairs_only:
        draw_times(data.same, folder.name)
    languages = [language for language, _ in sample]

    def make(numbers: dict[str, Any]) -> Calibration:
        return assemble(arguments.model, numbers, languages, rows)

    numbers = learn(data, show=True)
    numbers["lines"], numbers["held out"] = measure_held_out(data, worlds, make)
    numbers["learnt from"] = [folder.name for folder in arguments.streams + arguments.pairs_only]
    numbers["by"] = "tools/calibrate.py"
    numbers["model"], numbers["screen"] = arguments.model, arguments.screen
    stem = ROOT / "monitors" / "calibration" / file_stem(arguments.model)
    stem.with_suffix(".json").write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    np.savez_compressed(stem.with_suffix(".npz"), vectors=rows.astype(np.float16))
    store.close()


def measure_held_out(
    data: Data, worlds: list[World], make: Callable[[dict[str, Any]], Calibration]
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Choose the lines on streams that the regressions were not fitted on.

    Each stream is decided on with regressions learnt from all others; the lines with the
    best F1 over all streams together win.

    :returns: the lines, and what they give for each stream
    """
    fitted = {world.stream.name: learn(data.without(world.stream.name)) for world in worlds}
    story_line = surest(data.stories)
    best: tuple[float, dict[str, Any]] = (-1.0, {})
    for match_line, same_line in itertools.product((0.2, 0.3, 0.4), (0.6, 0.7, 0.8, 0.88)):
        for alert_line in (0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
            lines = _lines(match_line, same_line, alert_line, story_line)
            totals = [
                decide_all(world, make(fitted[world.stream.name] | {"lines": lines}))
                for world in worlds
            ]
            precision, recall, score = _pooled(totals)
            if score > best[0]:
                best = (score, lines)
                print(
                    f"  lines {match_line} {same_line} {alert_line}: P {precision:.2f} "
                    f"R {recall:.2f} F1 {score:.3f}",
                    flush=True,
                )
    held_out = {}
    for world in worlds:
        calibration = make(fitted[world.stream.name] | {"lines": best[1]})
        held_out[world.stream.name] = _figures(decide_all(world, calibration, resamples=200))
        print(f"held out {world.stream.name}: {held_out[world.stream.name]}")
    return best[1], held_out


def _figures(scores: Scores) -> dict[str, float]:
    """What a stream gave, for the file."""
    return {
        "to tell": scores.wanted,
        "alerts": scores.alerts,
        "precision": round(scores.precision.value or 0.0, 3),
        "recall": round(scores.recall.value or 0.0, 3),
        "F1": round(scores.f1.value or 0.0, 3),
        "duplicates": scores.duplicates,
        "false": scores.false,
        "false, off topic": scores.false_off_topic,
        "missed": scores.missed,
        "BCubed F1": round(scores.story_quality.f1 or 0.0, 3),
    }


def decide_all(world: World, calibration: Calibration, resamples: int = 2) -> Scores:
    """The scores of deciding on a whole stream, in memory."""
    memories = {topic_id: Memory() for topic_id in world.profiles}
    records = []
    for reading, stream_id in world.readings:
        around = Circumstances(now=reading.article.first_seen)
        for topic_id in reading.screened:
            shape = world.profiles[topic_id]
            siblings = [other for name, other in world.profiles.items() if name != topic_id]
            made = judge(reading, shape, siblings, memories[topic_id], calibration, around)
            if made.mention:
                memories[topic_id].add(made.mention)
            if made.decision.verdict is Verdict.ALERT:
                _tell(memories[topic_id], made.decision.development_id)
            records.append(
                DecisionRecord(
                    stream_id,
                    topic_id,
                    made.decision.verdict,
                    development=made.decision.development_id,
                )
            )
    return evaluate(world.stream, records, resamples=resamples).overall


def _tell(memory: Memory, development: str | None) -> None:
    """A development that was held back and is told now is told in all its mentions."""
    for place, mention in enumerate(memory.mentions):
        if mention.development_id == development and not mention.told:
            memory.mentions[place] = replace(mention, told=True)


def _pooled(totals: list[Scores]) -> tuple[float, float, float]:
    precision = sum(s.correct for s in totals) / max(sum(s.alerts for s in totals), 1)
    recall = sum(s.told for s in totals) / max(sum(s.wanted for s in totals), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _lines(match: float, same: float, alert: float, story: float) -> dict[str, Any]:
    """Lines for every sensitivity: strict and broad lie a third to either side."""
    return {
        "match": {
            "strict": round(match * 1.33, 2),
            "balanced": match,
            "broad": round(match * 0.67, 2),
        },
        "alert": {
            "strict": round(alert * 1.33, 2),
            "balanced": alert,
            "broad": round(alert * 0.67, 2),
        },
        "same": same,
        "story": story,
        "near miss": round(match / 2, 2),
    }


def default_streams() -> list[Path]:
    """The labelled streams of the repository."""
    own = sorted(p.parent for p in (ROOT / "benchmarks" / "streams").glob("*/stream.jsonl"))
    return [ROOT / "monitors" / "demo" / "newsroom", *own]


def _blank() -> dict[str, Any]:
    nothing: dict[str, Any] = {"bias": 0.0, "weights": {}}
    lines = {"match": {}, "alert": {}, "same": 0.5, "story": 0.5, "near miss": 0.2}
    return dict.fromkeys(("match", "same", "significance"), nothing) | {"lines": lines}


def collect(
    stream: LabelledStream,
    calibration: Calibration,
    encoders: tuple[CachedEncoder, CachedEncoder, CachedEncoder],
    data: Data,
    teaches: Teaches,
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
    print(f"{stream.name}: {len(readings)} articles, {passed} of {pairs} pairs pass the screen")
    memories = {topic.id: Memory() for topic in stream.topics}
    for reading in readings:
        _learn_from(
            stream, desk, calibration, reading, own[reading.article.id], memories, data, teaches
        )
    store.close()
    return World(stream, [(r, own[r.article.id]) for r in readings], dict(desk.profiles))


def _learn_from(
    stream: LabelledStream,
    desk: Desk,
    calibration: Calibration,
    reading: Reading,
    stream_id: str,
    memories: dict[str, Memory],
    data: Data,
    teaches: Teaches,
) -> None:
    shapes = profiles(desk)
    labels = stream.labels.get(stream_id, {})
    for topic in stream.topics:
        mine = [label for label in labels.get(topic.id, ()) if label.role is not Role.BACKGROUND]
        if topic.id not in reading.screened:
            if mine:
                print(f"  screen lost {stream_id} for {topic.id}: {reading.article.title}")
            continue
        siblings = [shape for name, shape in shapes.items() if name != topic.id]
        fit = match(reading, shapes[topic.id], siblings, calibration)
        if teaches != "pairs":
            data.match.add(dict(fit.parts), bool(mine), stream.name)
        if not mine:
            continue
        if teaches != "pairs":
            significant = any(stream.developments[label.development].significant for label in mine)
            weighed = significance_features(reading, 0.9, dict(fit.parts), 1)
            data.significance.add(weighed, significant, stream.name)
        if teaches == "topics":
            continue
        development = stream.developments[mine[0].development]
        memory = memories[topic.id]
        now = reading.article.first_seen
        if len(memory):
            closeness = memory.vectors() @ reading.key_vector
            for row in np.argsort(-closeness)[:PAIRS]:
                mention = memory.mentions[int(row)]
                features = pair_features(reading, mention, float(closeness[row]), memory, now)
                data.same.add(features, mention.development_id == development.id, stream.name)
            if teaches == "all" and any(label.role is Role.FIRST for label in mine):
                near = memory.mentions[int(closeness.argmax())]
                together = near.story_id == root(stream, development.id)
                data.stories.append((float(closeness.max()), together))
        memory.add(_mention(reading, topic.id, development.id, root(stream, development.id)))


def root(stream: LabelledStream, development: str) -> str:
    """The first step of the chain that a development belongs to."""
    while (parent := stream.developments[development].parent) is not None:
        development = parent
    return development


def _mention(reading: Reading, topic: str, development: str, story: str) -> Mention:
    article = reading.article
    return Mention(
        topic, story, development, article.id, article.source_id, article.title,
        reading.key_text, "", article.language, article.first_seen, article.published,
        reading.facts, reading.key_vector, told=True,
    )  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()

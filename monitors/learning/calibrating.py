"""Learn the numbers that decisions rest on, for one reader model: ``tidings calibrate``.

Three small logistic regressions are learnt from labelled streams: topic match, same
development, significance. The lines are chosen by deciding on each stream with regressions
fitted on all others (leave one stream out), never on the stream itself.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from monitors.calibration import FORM, MATCHER, adapter_digest, assemble, file_stem, general_news
from monitors.clock import SystemClock
from monitors.decide.calibration import Calibration
from monitors.errors import StreamError
from monitors.learning.archives import measure_archive
from monitors.learning.denser import teach_denser
from monitors.learning.examples import Teaches, World, collect
from monitors.learning.lines import measure_held_out
from monitors.learning.regressions import Data, draw_times, learn
from monitors.store import open_store
from monitors.streams import load_stream
from monitors.vectors.cache import CachedEncoder
from monitors.vectors.encoder import SentenceEncoder


@dataclass(frozen=True)
class Material:
    """What to learn from.

    :param streams: folders of labelled streams, two or more
    :param archives: the same without times: they teach pairs only
    """

    streams: Sequence[Path]
    archives: Sequence[Path] = ()


def calibrate(
    model: str,
    screen: str,
    material: Material,
    cache: Path,
    folder: Path,
    say: Callable[[str], None],
) -> Path:
    """Learn the numbers of ``model`` and write ``<model>.json`` and ``<model>.npz``.

    :param cache: a SQLite file that keeps vectors between two runs
    :param folder: where to write
    :param say: told how it goes, a line at a time
    :returns: the JSON file
    :raises StreamError: too few streams, or one is broken
    :raises EncoderError: a model cannot be used
    """
    if len(material.streams) < 2:
        raise StreamError(
            "calibration",
            "one stream is not enough: lines are chosen on streams that were not learnt from",
            "Name two labelled streams or more",
        )
    cache.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    store = open_store(f"sqlite:///{cache}")
    store.migrate()
    clock = SystemClock()
    try:
        reader = CachedEncoder(SentenceEncoder(model), store.vectors, clock)
        fast = CachedEncoder(SentenceEncoder(screen), store.vectors, clock)
        adapted = SentenceEncoder(MATCHER, adapter_digest())
        matcher = CachedEncoder(adapted, store.vectors, clock)
        sample = general_news()
        rows = reader.encode([text for _, text in sample])

        def make(numbers: dict[str, Any]) -> Calibration:
            return assemble(model, numbers, rows)

        start, data = make(_blank()), Data()
        worlds: list[World] = []
        archives: list[World] = []
        for place in [*material.streams, *material.archives]:
            teaches: Teaches = "pairs" if place in material.archives else "all"
            stream = load_stream(place)
            world = collect(stream, start, (fast, reader, matcher), data, teaches, say)
            if teaches == "all":
                worlds.append(world)
            else:
                archives.append(world)
                draw_times(data.same, stream.name)
    finally:
        store.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of regressions that do not settle on few examples
        teach_denser(worlds, data)
        numbers = learn(data, say)
        measured = measure_held_out(data, worlds, make, say)
        numbers["lines"], numbers["held out"], numbers["denser"] = measured
        made = make(numbers)
        numbers["archives"] = {a.stream.name: measure_archive(a, made) for a in archives}
        say(f"on topics of archives that taught nothing: {numbers['archives']}")
    names = [place.name for place in (*material.streams, *material.archives)]
    about = {"learnt from": names, "by": "tidings calibrate", "model": model, "screen": screen}
    numbers |= about | {"form": FORM}
    stem = folder / file_stem(model)
    stem.with_suffix(".json").write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    np.savez_compressed(stem.with_suffix(".npz"), vectors=rows.astype(np.float16))
    return stem.with_suffix(".json")


def _blank() -> dict[str, Any]:
    nothing: dict[str, Any] = {"bias": 0.0, "weights": {}}
    lines = {"match": {}, "alert": {}, "same": 0.5, "story": 0.5, "near miss": 0.2}
    return dict.fromkeys(("match", "same", "significance"), nothing) | {"lines": lines}

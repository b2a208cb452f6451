"""The labelled streams of the repository, replayed with vectors that are kept between runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitors.calibration import MATCHER, adapter_digest
from monitors.evaluate.records import DecisionRecord
from monitors.evaluate.replay import remembering, replay
from monitors.ports import Encoder, Judge
from monitors.settings import load_settings
from monitors.streams import LabelledStream
from monitors.vectors.encoder import SentenceEncoder

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "var" / "calibrate.db"
"""Vectors by model and text, shared with ``tools/calibrate.py``. May be deleted."""


@dataclass(frozen=True)
class Models:
    """The encoders of the settings, and the one that was adapted to topics."""

    screen: Encoder
    reader: Encoder
    matcher: Encoder


def streams() -> list[Path]:
    """The folders of all labelled streams, the newsroom first."""
    own = sorted(p.parent for p in (ROOT / "benchmarks" / "streams").glob("*/stream.jsonl"))
    return [ROOT / "monitors" / "demo" / "newsroom", *own]


def kept_aside() -> list[Path]:
    """The folders of labelled streams from which nothing was learnt or chosen."""
    return sorted(p.parent for p in (ROOT / "benchmarks" / "unseen").glob("*/stream.jsonl"))


@contextmanager
def models(cache: Path = CACHE) -> Iterator[Models]:
    """The encoders, with vectors kept in ``cache``."""
    settings = load_settings(None)
    encoders = (
        SentenceEncoder(settings.screen_model),
        SentenceEncoder(settings.reader_model),
        SentenceEncoder(MATCHER, adapter_digest()),
    )
    with remembering(cache, encoders) as kept:
        yield Models(*kept)


def replayed(
    stream: LabelledStream, with_models: Models, judge: Judge | None = None
) -> tuple[DecisionRecord, ...]:
    """What is decided on ``stream`` at default settings, with an outside judge or without."""
    with tempfile.TemporaryDirectory() as scratch:
        found = replay(
            stream,
            Path(scratch),
            with_models.screen,
            with_models.reader,
            with_models.matcher,
            judge=judge,
        )
    return found.records

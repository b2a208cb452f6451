"""How long each part of understanding and deciding takes, an article."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitors.calibration import MATCHER, adapter_digest
from monitors.evaluate import replay as replaying
from monitors.model import Vector
from monitors.ports import Encoder
from monitors.settings import load_settings
from monitors.steps import decide, understand
from monitors.streams import LabelledStream
from monitors.vectors.encoder import SentenceEncoder

WARM, MEASURED = 10, 50
"""Articles that are not measured, since dictionaries and models load; and those that are."""


def spent(stream: LabelledStream) -> dict[str, float]:
    """Seconds an article by part, on the first articles of ``stream``."""
    settings = load_settings(None)
    clock = Stopwatch()
    screen = TimedEncoder(SentenceEncoder(settings.screen_model), "screen", clock)
    reader = TimedEncoder(SentenceEncoder(settings.reader_model), "reader", clock)
    matcher = TimedEncoder(SentenceEncoder(MATCHER, adapter_digest()), "adapted encoder", clock)
    with ExitStack() as stack:
        for module, name, part in (
            (understand, "facts_of", "facts"),
            (decide, "judge_whole", "decide"),
            (decide, "decide", "decide and store"),
            (replaying, "decide", "decide and store"),
            (replaying, "arrive", "read"),
        ):
            work = getattr(module, name)
            stack.callback(setattr, module, name, work)
            setattr(module, name, clock.timed(part, work))
        for articles in (stream.articles[:WARM], stream.articles[WARM : WARM + MEASURED]):
            clock.seconds.clear()
            with TemporaryDirectory() as scratch:
                cut = replace(stream, articles=articles)
                replaying.replay(cut, Path(scratch), screen, reader, matcher)
    counted = max(len(articles), 1)
    parts = {name: seconds / counted for name, seconds in clock.seconds.items()}
    whole = parts.pop("decide and store", 0.0)
    parts["store"] = max(whole - parts.get("decide", 0.0), 0.0)
    order = ("read", "screen", "reader", "adapted encoder", "facts", "decide", "store")
    return {name: parts.get(name, 0.0) for name in order}


class Stopwatch:
    """Wall seconds by part; a part inside itself counts once."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._running: set[str] = set()

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """``work``, whose time is added to ``part``."""

        def run(*arguments: Any, **named: Any) -> Any:
            if part in self._running:
                return work(*arguments, **named)
            self._running.add(part)
            started = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                self.seconds[part] += time.perf_counter() - started
                self._running.discard(part)

        return run


class TimedEncoder:
    """An encoder whose time is added to a part."""

    def __init__(self, encoder: Encoder, part: str, clock: Stopwatch) -> None:
        self._encoder = encoder
        self._encode = clock.timed(part, encoder.encode)

    @property
    def model_id(self) -> str:
        return self._encoder.model_id

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vector:
        found: Vector = self._encode(texts)
        return found

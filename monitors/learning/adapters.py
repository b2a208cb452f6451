"""Adapters that have not seen a file of cards, for learning from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from monitors.calibration.loading import read_fit
from monitors.decide.fit import TopicFit
from monitors.errors import StreamError
from monitors.model import Vector
from monitors.vectors.e5 import E5, load_adapter


class Adapted:
    """The Encoder port on an adapter's file."""

    def __init__(self, path: Path) -> None:
        # The cache must not take one adapter's vectors for another's.
        self.model_id = f"adapted-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
        self._engine = E5(load_adapter(path))
        self.dimensions = self._engine.dimensions

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit vectors, float32, shape (n, d)."""
        return self._engine.encode(texts)


def unseen(folder: Path, cards: str) -> tuple[Adapted, TopicFit]:
    """An adapter of ``folder`` that was learnt without the file ``cards``, and its head.

    :raises StreamError: there is none
    """
    for scalars in sorted(folder.glob("*.json")):
        seen = json.loads(scalars.read_text("utf-8"))["learnt from"]["files"]
        if cards not in seen:
            packed = scalars.with_suffix(".npz")
            encoder = Adapted(packed)
            return encoder, read_fit(scalars, packed, encoder.model_id)
    raise StreamError(
        cards,
        f"{folder} has no adapter that was learnt without it",
        "Make two, each from half of the files: tools/adapt.py --cards FILE ... --out FOLDER/NAME",
    )

"""An encoder is any sentence-transformers model; it is loaded when it is first used."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from monitors.errors import EncoderError
from monitors.model import Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAX_CHARS = 2000
"""Longer texts are cut: no model here reads beyond 512 tokens."""

BATCH, OWN_BATCH = 16, 256
"""Texts that a model gets at a time; a built-in one, which divides them as suits it."""


class SentenceEncoder:
    """The :class:`~monitors.ports.Encoder` port on a sentence-transformers model.

    :param name: ``builtin:e5-small``, ``builtin:use3-short``, or any model name or path that
        sentence-transformers loads
    :param version: of weights that may change under one name
    :param rounded: a built-in careful model multiplies in 8 bits instead of 32. Off
        where numbers are learnt or measured: the shipped ones were learnt in 32
    """

    def __init__(self, name: str, version: str = "", *, rounded: bool = False) -> None:
        self._name = name
        self._version = version
        self._rounded = rounded
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return f"{self._name}@{self._version}" if self._version else self._name

    @property
    def dimensions(self) -> int:
        size = self._loaded().get_embedding_dimension()
        if size is None:
            raise EncoderError(self._name, "the model does not say how long its vectors are")
        return int(size)

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        cleaned = [_clean(text) for text in texts]
        # The same text twice has one vector, to the last digit.
        places = {text: place for place, text in enumerate(dict.fromkeys(cleaned))}
        try:
            rows = self._loaded().encode(
                list(places),
                normalize_embeddings=True,
                show_progress_bar=False,
                batch_size=OWN_BATCH if self._name.startswith("builtin:") else BATCH,
            )
        except (RuntimeError, ValueError) as error:
            raise EncoderError(
                self._name, f"encoding {len(texts)} texts failed: {error}", "See tidings doctor"
            ) from error
        return np.asarray(rows, dtype=np.float32)[[places[text] for text in cleaned]]

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                # Imported late: torch takes seconds, and most commands encode nothing.
                from monitors.vectors.builtin import load

                try:
                    self._model = load(self._name, rounded=self._rounded)
                except Exception as error:
                    what = " ".join(f"{type(error).__name__}: {error}".split())
                    raise EncoderError(
                        self._name,
                        f"the model cannot be loaded ({what[:300]})",
                        "Name a built-in model (builtin:e5-small, builtin:use3-short), a folder, "
                        "or a model that this machine can download",
                    ) from error
            return self._model


def _clean(text: str) -> str:
    """What every engine takes: no NUL, which would end the text in C, and no half character."""
    whole = text.replace("\0", " ")[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
    return whole or " "

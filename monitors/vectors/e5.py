"""multilingual e5-small in torch, as it is or adapted to news topics.

The network is transformers' ``BertModel`` (the architecture of e5-small); its weights come
from :mod:`monitors.vectors.e5file`. An adapter is a set of low-rank changes to the matrices
of the upper layers (LoRA: Hu et al., arXiv:2106.09685), added once when the model is loaded.
Several adapters share the layers that none of them changes: those run once for all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor
from torch.nn.functional import normalize
from transformers import BertConfig, BertModel

from monitors.vectors.e5file import Array, E5File
from monitors.vectors.unigram import unigram

PREFIX = "query: "
"""Which the model's authors prescribe for comparing like with like."""

MAX_TOKENS = 512

MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
"""A layer's matrices: name in the file to name in ``BertModel``."""

NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class E5:
    """Texts to vectors.

    :param adapters: of each ``<layer>.<matrix>.a`` of shape (r, in) and ``.b`` of shape
        (out, r); their vectors stand side by side, scaled so that the whole is a unit vector
    """

    def __init__(self, *adapters: Mapping[str, Array]) -> None:
        self._file, self._tokenizer = _package()
        self.network = network(self._file, adapters[0] if adapters else {})
        changed = [int(k.partition(".")[0]) for a in adapters for k in a if k[0].isdigit()]
        self._shared = min(changed, default=self._file.shape.layers)
        others = [network(self._file, adapter) for adapter in adapters[1:]]
        self._uppers = [
            list(made.encoder.layer[self._shared :]) for made in (self.network, *others)
        ]

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._file.shape.hidden * len(self._uppers)

    def encode(self, texts: Sequence[str], batch: int = 16) -> Array:
        """Unit vectors of ``texts``, float32, shape (n, d): the means over all tokens.

        Texts of like length go together, so that little is padded.
        """
        rows = [self.tokens(PREFIX + text) for text in texts]
        out = np.zeros((len(rows), self.dimensions), dtype=np.float32)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            out[chosen] = self._forward([rows[i] for i in chosen])
        return out

    def tokens(self, text: str) -> list[int]:
        """Token ids, with those that begin and end a text."""
        clean = re.sub(" {2,}", " ", text.translate(self._file.replacements))
        ids = self._tokenizer.encode(clean)[: MAX_TOKENS - 2]
        return [self._file.shape.begin, *ids, self._file.shape.end]

    def words(self, ids: Any) -> torch.Tensor:
        """What the network takes in: a row of the word table for each token id."""
        return torch.from_numpy(self._file.words(np.asarray(ids)))

    def _forward(self, rows: list[list[int]]) -> Array:
        longest = max(len(row) for row in rows)
        ids = np.full((len(rows), longest), self._file.shape.end)
        mask = torch.zeros(len(rows), longest)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1.0
        hidden = (mask - 1.0)[:, None, None] * 1e9
        with torch.inference_mode():
            states = self.network.embeddings(inputs_embeds=self.words(ids))
            for layer in self.network.encoder.layer[: self._shared]:
                states = layer(states, hidden)
            parts = [_mean(upper, states, hidden, mask) for upper in self._uppers]
            return np.asarray(normalize(torch.cat(parts, dim=-1), dim=-1).numpy())


@cache
def _package() -> tuple[E5File, SentencePieceProcessor]:
    """The opened file and its tokenizer, one for all engines."""
    file = E5File()
    shape = file.shape
    return file, unigram(file.pieces(), begin=shape.begin, end=shape.end, unknown=shape.unknown)


def _mean(
    layers: Sequence[Any], states: torch.Tensor, hidden: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Unit vectors of what ``layers`` make of ``states``: the mean over all tokens."""
    for layer in layers:
        states = layer(states, hidden)
    weights = mask[..., None]
    return normalize((states * weights).sum(dim=1) / weights.sum(dim=1), dim=-1)


def network(file: E5File, adapter: Mapping[str, Array]) -> Any:
    """The network with its weights, ready to infer; words are looked up outside."""
    shape = file.shape
    config = BertConfig(
        vocab_size=1,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon,
        hidden_act="gelu",
        pad_token_id=0,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(value) for name, value in _weights(file, adapter).items()}
    state["embeddings.word_embeddings.weight"] = torch.zeros(1, shape.hidden)
    model.load_state_dict(state)
    model.train(False)
    return model


def _weights(file: E5File, adapter: Mapping[str, Array]) -> dict[str, Array]:
    shape = file.shape
    hidden = shape.hidden
    found = {
        "embeddings.position_embeddings.weight": file.vector("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": file.vector("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": file.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.vector("emb.ln.b"),
    }
    sizes = {"fi": (shape.inner, hidden), "fo": (hidden, shape.inner)}
    for layer in range(shape.layers):
        to = f"encoder.layer.{layer}."
        for name, long_name in MATRICES.items():
            matrix = file.matrix(f"l{layer}.{name}.w", *sizes.get(name, (hidden, hidden)))
            key = f"{layer}.{name}"
            if f"{key}.a" in adapter:
                change = adapter[f"{key}.b"].astype(np.float32) @ adapter[f"{key}.a"]
                matrix = matrix + change.astype(np.float32)
            found[f"{to}{long_name}.weight"] = matrix
            found[f"{to}{long_name}.bias"] = file.vector(f"l{layer}.{name}.b")
        for name, long_name in NORMS.items():
            found[f"{to}{long_name}.weight"] = file.vector(f"l{layer}.{name}.w")
            found[f"{to}{long_name}.bias"] = file.vector(f"l{layer}.{name}.b")
    return found


def load_adapter(path: Path) -> dict[str, Array]:
    """The arrays of an adapter's file."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}

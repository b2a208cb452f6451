"""BERT (Devlin et al., arXiv:1810.04805) over many texts at once, without padding.

The tokens of all texts stand one below the other, shape (tokens, hidden): what looks at each
token alone is one matrix product over all of them, and only attention goes text by text. That
takes a tenth less than transformers' ``BertModel`` over padded batches, and several adapted
networks share the matrices that they change.

Where a processor multiplies bfloat16 (8 bits of a number's 24), matrices may be kept in it: sums
are in 32 bits, and so is all that is no matrix product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, split
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

from monitors.vectors.e5file import Array, E5File

SQUARE, WIDENING, NARROWING = ("q", "k", "v", "ao"), "fi", "fo"
"""A layer's matrices, as the file names them: queries, keys, values and the output of
attention; into the inner layer, and out of it."""

NORMS = ("aln", "oln")
"""After attention, and at the end of a layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A matrix, and where it is adapted a low-rank change to it (LoRA).

    :param weight: shape (out, in), float32 or bfloat16
    :param down: shape (rank, in)
    :param up: shape (out, rank)
    """

    weight: Tensor
    bias: Tensor
    down: Tensor | None = None
    up: Tensor | None = None

    def __call__(self, states: Tensor) -> Tensor:
        out = linear(states.to(self.weight.dtype), self.weight, self.bias).float()
        if self.down is not None and self.up is not None:
            out.addmm_(states @ self.down.T, self.up.T)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """A layer normalisation."""

    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, states: Tensor) -> Tensor:
        return layer_norm(states, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer of the network: attention, then an inner layer of two matrices."""

    matrices: Mapping[str, Linear]
    norms: Mapping[str, Norm]
    heads: int

    def __call__(self, states: Tensor, lengths: Sequence[int]) -> Tensor:
        by = self.matrices
        queries, keys, values = (by[name](states) for name in ("q", "k", "v"))
        seen = attention(queries, keys, values, lengths, self.heads)
        states = self.norms["aln"](states + by["ao"](seen))
        return self.norms["oln"](states + by["fo"](gelu(by["fi"](states))))

    def adapted(self, changes: Mapping[str, tuple[Tensor, Tensor]]) -> Layer:
        """The same layer with changes to some matrices; the matrices themselves are shared."""
        changed = {
            name: replace(self.matrices[name], down=down, up=up)
            for name, (down, up) in changes.items()
        }
        return replace(self, matrices={**self.matrices, **changed})


@dataclass(frozen=True, slots=True, eq=False)
class Bert:
    """The whole network; words are looked up outside.

    :param places: what is added to a word by its place in the text, (most tokens, hidden)
    """

    places: Tensor
    norm: Norm
    layers: tuple[Layer, ...]

    def first(self, words: Tensor, lengths: Sequence[int]) -> Tensor:
        """The states with which the layers begin."""
        places = torch.cat([self.places[:length] for length in lengths])
        return self.norm(words + places)

    def upper(self, start: int, adapter: Mapping[str, Array]) -> tuple[Layer, ...]:
        """The layers from ``start`` on, adapted.

        :param adapter: ``<layer>.<matrix>.a`` of shape (rank, in), ``.b`` of shape (out, rank)
        """
        adapted = []
        for number, layer in enumerate(self.layers[start:], start):
            changes = {
                name: (
                    _tensor(adapter[f"{number}.{name}.a"]),
                    _tensor(adapter[f"{number}.{name}.b"]),
                )
                for name in layer.matrices
                if f"{number}.{name}.a" in adapter
            }
            adapted.append(layer.adapted(changes))
        return tuple(adapted)


def attention(
    queries: Tensor, keys: Tensor, values: Tensor, lengths: Sequence[int], heads: int
) -> Tensor:
    """What each token takes from the others of its text, shape (tokens, hidden)."""
    found = []
    rows = (split(whole, list(lengths)) for whole in (queries, keys, values))
    for text in zip(*rows, strict=True):
        q, k, v = (part.view(1, len(part), heads, -1).transpose(1, 2) for part in text)
        seen = scaled_dot_product_attention(q, k, v)
        found.append(seen.transpose(1, 2).reshape(len(text[0]), -1))
    return torch.cat(found)


def bert(file: E5File, kind: torch.dtype = torch.float32) -> Bert:
    """The network with the weights of ``file``, its matrices of ``kind``."""
    shape = file.shape
    hidden, inner = shape.hidden, shape.inner
    sizes = dict.fromkeys(SQUARE, (hidden, hidden))
    sizes |= {WIDENING: (inner, hidden), NARROWING: (hidden, inner)}

    def norm(name: str) -> Norm:
        weight, bias = (torch.from_numpy(file.vector(f"{name}.{part}")) for part in ("w", "b"))
        return Norm(weight, bias, shape.epsilon)

    def matrix(name: str, rows: int, columns: int) -> Linear:
        weight = torch.from_numpy(file.matrix(f"{name}.w", rows, columns))
        bias = torch.from_numpy(file.vector(f"{name}.b"))
        return Linear(weight.to(kind), bias.to(kind))

    layers = tuple(
        Layer(
            {name: matrix(f"l{number}.{name}", *size) for name, size in sizes.items()},
            {name: norm(f"l{number}.{name}") for name in NORMS},
            shape.heads,
        )
        for number in range(shape.layers)
    )
    places = file.vector("emb.pos").reshape(-1, hidden)
    first = file.vector("emb.type").reshape(-1, hidden)[0]  # of two kinds of text
    return Bert(torch.from_numpy(places + first), norm("emb.ln"), layers)


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(array.astype(np.float32))

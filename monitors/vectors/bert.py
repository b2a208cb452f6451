"""BERT (Devlin et al., arXiv:1810.04805) over many texts at once, without padding.

The tokens of all texts stand one below the other, shape (tokens, hidden): what looks at each
token alone is one matrix product over all of them, and only attention goes text by text. That
takes a tenth less than transformers' ``BertModel`` over padded batches, and several adapted
networks share the matrices that they change.

Matrices may be kept in whole numbers of 8 bits, which most processors multiply faster: see
:class:`Rounded`.
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

EXACT = ("v",)
"""What stays in 32 bits where others are rounded: of what rounding takes from a vector the values
lose more than half, and they are a twelfth of the products."""

LARGEST = 127
"""The largest whole number of 8 bits with a sign that has its negative."""

NORMS = ("aln", "oln")
"""After attention, and at the end of a layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A matrix, and where it is adapted a low-rank change to it (LoRA).

    :param weight: shape (out, in)
    :param down: shape (rank, in)
    :param up: shape (out, rank)
    """

    weight: Tensor
    bias: Tensor
    down: Tensor | None = None
    up: Tensor | None = None

    def __call__(self, states: Tensor) -> Tensor:
        return _changed(linear(states, self.weight, self.bias), states, self.down, self.up)


@dataclass(frozen=True, slots=True, eq=False)
class Rounded:
    """The same with a matrix of 8 bits a number, for states that are rounded to as many.

    Each row of the matrix has a step of its own, and so has each token's state, found as it comes
    (dynamic quantisation: Dettmers et al., arXiv:2208.07339). Sums of products of whole numbers
    are exact on any machine; adapters stay in 32 bits.

    :param numbers: shape (in, out), int8
    :param steps: shape (out,)
    :param native: the processor has instructions for it
    """

    numbers: Tensor
    steps: Tensor
    bias: Tensor
    native: bool
    down: Tensor | None = None
    up: Tensor | None = None

    @classmethod
    def of(cls, matrix: Linear) -> Rounded:
        """``matrix``, rounded."""
        numbers, steps = _rounded(matrix.weight)
        steps = steps[:, 0]
        native = multiplies_eight_bits()
        return cls(numbers.T, steps, matrix.bias, native, matrix.down, matrix.up)

    def __call__(self, states: Tensor) -> Tensor:
        numbers, steps = _rounded(states)
        out = self._products(numbers)
        out.mul_(steps).mul_(self.steps).add_(self.bias)
        return _changed(out, states, self.down, self.up)

    def _products(self, numbers: Tensor) -> Tensor:
        if self.native:  # torch has no other name for sums of 32 bits of products of 8
            return torch._int_mm(numbers, self.numbers).float()
        # Older instructions sum two products in 16 bits, where they overflow.
        return numbers.float() @ self.numbers.float()


def multiplies_eight_bits() -> bool:
    """Whether this processor sums products of whole numbers of 8 bits in 32 bits."""
    found: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(found.get(name) for name in ("avx512_vnni", "avx_vnni", "amx_int8"))


def _rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers of 8 bits, and the step of each row, shape (rows, 1)."""
    steps = rows.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / LARGEST
    return torch.round(rows / steps).to(torch.int8), steps


def _changed(out: Tensor, states: Tensor, down: Tensor | None, up: Tensor | None) -> Tensor:
    """With the low-rank change added, where there is one."""
    if down is not None and up is not None:
        out.addmm_(states @ down.T, up.T)
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

    matrices: Mapping[str, Linear | Rounded]
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


def bert(file: E5File, *, rounded: bool = False) -> Bert:
    """The network with the weights of ``file``.

    :param rounded: with most matrices in 8 bits a number
    """
    shape = file.shape
    hidden, inner = shape.hidden, shape.inner
    sizes = dict.fromkeys(SQUARE, (hidden, hidden))
    sizes |= {WIDENING: (inner, hidden), NARROWING: (hidden, inner)}

    def norm(name: str) -> Norm:
        weight, bias = (torch.from_numpy(file.vector(f"{name}.{part}")) for part in ("w", "b"))
        return Norm(weight, bias, shape.epsilon)

    def matrix(layer: int, name: str, rows: int, columns: int) -> Linear | Rounded:
        place = f"l{layer}.{name}"
        weight = torch.from_numpy(file.matrix(f"{place}.w", rows, columns))
        whole = Linear(weight, torch.from_numpy(file.vector(f"{place}.b")))
        return Rounded.of(whole) if rounded and name not in EXACT else whole

    layers = tuple(
        Layer(
            {name: matrix(number, name, *size) for name, size in sizes.items()},
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

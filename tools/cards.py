"""The labelled groups of topics that the adapters are learnt from (``benchmarks/cards``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CARDS = ROOT / "benchmarks" / "cards"

FITS = {"significant": 1.0, "minor": 0.5, "background": 0.15}
"""How far an article so labelled fits the topic; one without a label does not."""

MATTERS = {"significant": 1.0, "minor": 0.0}
"""Whether an article on the topic is worth a message to its readers."""


def cards_of(path: Path) -> Iterator[dict[str, Any]]:
    """The groups of a file, each with the further topics that were written for it.

    Those are in the file of the same name in ``topics/``: more ways to follow the same
    articles, with labels of their own.
    """
    beside = path.parent / "topics" / path.name
    further = {row["group"]: row for row in _rows(beside)} if beside.exists() else {}
    for card in _rows(path):
        if card["id"] in further:
            _join(card, further[card["id"]])
        yield card


def _join(card: dict[str, Any], more: dict[str, Any]) -> None:
    """Add the topics of ``more`` and what the group's articles are to them."""
    card["topics"] |= more["topics"]
    items = {item["id"]: item for item in card["items"]}
    for topic, by_label in more["labels"].items():
        for label, ids in by_label.items():
            for item in ids:
                items[item]["labels"][topic] = label


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)

"""The labelled topic groups that the encoder is adapted with are what their README says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitors.model import Tier

FOLDER = Path(__file__).parents[2] / "benchmarks" / "cards"
LABELS = {"significant", "minor", "background"}


def rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield path.name, json.loads(line)


CARDS = [card for _, card in rows(FOLDER)]
FIVE = {card["id"] for name, card in rows(FOLDER) if name in ("sixteen.jsonl", "seventeen.jsonl")}
FURTHER = [row for _, row in rows(FOLDER / "topics")]
GROUPS = {card["id"]: card for card in CARDS}


def test_there_are_groups_of_many_fields() -> None:
    assert len(CARDS) >= 299
    assert len(GROUPS) == len(CARDS)


@pytest.mark.parametrize("card", CARDS, ids=[card["id"] for card in CARDS])
def test_a_group_is_labelled_whole(card: dict) -> None:
    assert len(card["topics"]) == (5 if card["id"] in FIVE else 3)
    ids = [item["id"] for item in card["items"]]
    assert len(set(ids)) == len(ids) >= 34
    for item in card["items"]:
        assert set(item["labels"]) <= set(card["topics"]), item["id"]
        assert set(item["labels"].values()) <= LABELS, item["id"]
        assert item["tier"] in {tier.value for tier in Tier}, item["id"]
        assert item["title"].strip(), item["id"]
        on_topic = {"significant", "minor"} & set(item["labels"].values())
        assert "event" not in item or on_topic, item["id"]
        assert all(text.strip() for text in item["paragraphs"]), item["id"]
    for topic in card["topics"]:
        labels = [item["labels"].get(topic) for item in card["items"]]
        assert labels.count("significant") >= 3, topic
        assert labels.count("minor") >= 2, topic


def test_further_topics_stand_in_the_file_of_their_groups_name() -> None:
    places = {card["id"]: name for name, card in rows(FOLDER)}
    assert len({row["group"] for row in FURTHER}) == len(FURTHER)
    for name, row in rows(FOLDER / "topics"):
        assert places[row["group"]] == name, row["group"]


@pytest.mark.parametrize("row", FURTHER, ids=[row["group"] for row in FURTHER])
def test_further_topics_are_labelled_over_the_articles_of_their_group(row: dict) -> None:
    group = GROUPS[row["group"]]
    ids = {item["id"] for item in group["items"]}
    assert set(row["topics"]) == set(row["labels"])
    assert not set(row["topics"]) & set(group["topics"])
    for topic, labels in row["labels"].items():
        assert row["topics"][topic]["name"].strip(), topic
        assert row["topics"][topic]["description"].strip(), topic
        assert set(labels) <= LABELS, topic
        named = [item for items in labels.values() for item in items]
        assert len(set(named)) == len(named), topic
        assert set(named) <= ids, topic

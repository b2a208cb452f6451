"""The labelled topic groups that the encoder is adapted with are what their README says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitors.model import Tier

FILES = sorted((Path(__file__).parents[2] / "benchmarks" / "cards").glob("*.jsonl"))
CARDS = [json.loads(line) for path in FILES for line in path.read_text("utf-8").splitlines()]
LABELS = {"significant", "minor", "background"}


def test_there_are_groups_of_many_fields() -> None:
    assert len(CARDS) >= 218
    assert len({card["id"] for card in CARDS}) == len(CARDS)


@pytest.mark.parametrize("card", CARDS, ids=[card["id"] for card in CARDS])
def test_a_group_is_labelled_whole(card: dict) -> None:
    assert len(card["topics"]) == 3
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

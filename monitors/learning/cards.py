"""Labelled topic groups ("cards"): ``benchmarks/cards/*.jsonl``, see the README there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitors.model import Tier, Topic
from monitors.streams import (
    Label,
    LabelledStream,
    Role,
    StreamArticle,
    StreamDevelopment,
    StreamSource,
)

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def cards_of(path: Path) -> Iterator[dict[str, Any]]:
    """The groups of a file."""
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)


def as_stream(card: dict[str, Any]) -> LabelledStream:
    """A group as a stream, an article an hour. Every article reports something of its own."""
    topics = tuple(
        Topic(
            id=topic_id,
            name=value["name"],
            description=value["description"],
            examples=tuple(value.get("examples", ())),
            not_examples=tuple(value.get("not_examples", ())),
        )
        for topic_id, value in card["topics"].items()
    )
    sources: dict[str, StreamSource] = {}
    articles: list[StreamArticle] = []
    labels: dict[str, dict[str, tuple[Label, ...]]] = {}
    developments: dict[str, StreamDevelopment] = {}
    for hour, item in enumerate(card["items"]):
        tier = Tier(item["tier"])
        source = f"{tier.value}-{item['lang']}"
        sources[source] = StreamSource(
            source, source, item["lang"], tier, "rss", "full text", "plain"
        )
        articles.append(
            StreamArticle(
                id=item["id"],
                source=source,
                language=item["lang"],
                published=START + timedelta(hours=hour),
                slug=item["id"],
                title=item["title"],
                summary=" ".join(item["paragraphs"]),
                paragraphs=tuple(item["paragraphs"]),
            )
        )
        for topic_id, label in item["labels"].items():
            if label in ("significant", "minor"):
                own = f"{topic_id}:{item['id']}"
                developments[own] = StreamDevelopment(
                    own, topic_id, item["why"], label == "significant", None, ""
                )
                labels.setdefault(item["id"], {})[topic_id] = (Label(own, Role.FIRST),)
    return LabelledStream(
        f"card {card['id']}", tuple(articles), sources, topics, developments, labels
    )

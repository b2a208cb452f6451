"""Small labelled streams, written as one line an article."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitors.evaluate import DecisionRecord
from monitors.model import Tier, Topic, Verdict
from monitors.streams import (
    Label,
    LabelledStream,
    Role,
    StreamArticle,
    StreamDevelopment,
    StreamSource,
)

START = datetime(2025, 3, 1, tzinfo=UTC)
ROLES = {"F": Role.FIRST, "R": Role.REPEAT, "B": Role.BACKGROUND}

StreamOf = Callable[..., LabelledStream]
Decide = Callable[..., list[DecisionRecord]]


@pytest.fixture
def stream_of() -> StreamOf:
    """Builds a stream from labels such as ``"A.F B.R"``, one article every ten minutes.

    A development's first letter in upper case: topic ``one``; in lower case: topic
    ``two``. One that ends in ``-`` is insignificant.
    """

    def build(*lines: str) -> LabelledStream:
        articles: list[StreamArticle] = []
        labels: dict[str, dict[str, tuple[Label, ...]]] = {}
        developments: dict[str, StreamDevelopment] = {}
        for number, line in enumerate(lines):
            id_ = f"n{number}"
            found: dict[str, list[Label]] = {}
            for word in line.split():
                name, role = word.split(".")
                topic = "one" if name[0].isupper() else "two"
                developments[name] = StreamDevelopment(
                    name, topic, f"summary of {name}", not name.endswith("-"), None, ""
                )
                found.setdefault(topic, []).append(Label(name, ROLES[role]))
            articles.append(
                StreamArticle(
                    id_,
                    "wire",
                    "en",
                    START + timedelta(minutes=10 * number),
                    id_,
                    f"Title {number}",
                    "",
                    ("Text.",),
                )
            )
            if found:
                labels[id_] = {topic: tuple(rows) for topic, rows in found.items()}
        source = StreamSource("wire", "Wire", "en", Tier.WIRE, "rss", "full text", "plain")
        return LabelledStream(
            "small",
            tuple(articles),
            {"wire": source},
            (Topic("one", "One", "First"), Topic("two", "Two", "Second")),
            developments,
            labels,
        )

    return build


@pytest.fixture
def decide() -> Decide:
    """Decisions on topic ``one`` from words such as ``"0:alert 3:update=s1"``."""

    def build(words: str, topic: str = "one") -> list[DecisionRecord]:
        records = []
        for word in words.split():
            number, _, verdict = word.partition(":")
            verdict, _, development = verdict.partition("=")
            records.append(
                DecisionRecord(f"n{number}", topic, Verdict(verdict), "why", development or None)
            )
        return records

    return build

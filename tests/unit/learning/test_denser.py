"""The same news in less time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from monitors.decide.reading import Reading
from monitors.learning.denser import TAUGHT, denser, teach_denser, teach_pairs
from monitors.learning.examples import World
from monitors.learning.regressions import Data
from monitors.model import Article, Facts, Passage, PassageKind, Tier
from monitors.streams import Role

BEGIN = datetime.fromisoformat("2025-03-01T00:00:00+00:00")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def reading(name: str, after: timedelta) -> Reading:
    at = BEGIN + after
    title = Passage(0, PassageKind.TITLE, name)
    article = Article(name, "x", "https://x.example/", name, (title,), "h", at, published=at)
    vector = np.array([1.0, 0.0], dtype=np.float32)
    whole = Reading(
        article, Tier.PRESS, "x", name, vector, (), vector[None][:0], {"t": 1.0}, Facts()
    )
    return replace(whole, parts=(replace(whole, item=title),))


def world(rows: Sequence[tuple[str, timedelta, Sequence[str]]]) -> World:
    """Articles with the developments that they report; one of none is on no topic."""
    labels = {
        name: {"t": [SimpleNamespace(development=d, role=Role.REPEAT) for d in reported]}
        for name, _, reported in rows
    }
    stream: Any = SimpleNamespace(
        name="s",
        topics=[SimpleNamespace(id="t")],
        labels=labels,
        developments={d: SimpleNamespace(parent=None) for _, _, ds in rows for d in ds},
    )
    return World(stream, [(reading(name, after), name) for name, after, _ in rows], {})


ROWS = [
    ("storm", 0 * HOUR, ["storm"]),
    ("quake", 10 * DAY, ["quake"]),
    ("storm again", 10 * DAY + HOUR, ["storm"]),
    ("quake again", 10 * DAY + 6 * HOUR, ["quake"]),
    ("both", 20 * DAY, ["storm", "quake"]),
    ("weather", 20 * DAY, []),
]


def test_developments_come_sooner_and_their_reports_follow_as_before() -> None:
    found = {name: r.article.first_seen - BEGIN for r, name in denser(world(ROWS), 10).readings}
    assert found == {
        "storm": 0 * HOUR,
        "quake": DAY,
        "quake again": DAY + 6 * HOUR,
        "weather": 2 * DAY,
        "storm again": 10 * DAY + HOUR,
        "both": 11 * DAY,
    }
    assert list(found.values()) == sorted(found.values())


def test_items_and_the_time_of_publication_go_with_the_article() -> None:
    moved = {name: r for r, name in denser(world(ROWS), 10).readings}["quake"]
    assert moved.article.published == moved.article.first_seen == BEGIN + DAY
    assert moved.parts[0].article == moved.article


def test_a_stream_as_dense_as_it_is_stays_as_it_is() -> None:
    as_it_is = world(ROWS)
    assert denser(as_it_is, 1) == as_it_is


@pytest.mark.parametrize(("factor", "busy"), [(1, 0.0), (10, np.log(2))])
def test_what_is_taught_of_pairs_knows_how_busy_the_topic_is(factor: float, busy: float) -> None:
    data = Data()
    teach_pairs(denser(world([ROWS[0], ROWS[1], ROWS[3]]), factor), data)
    assert sorted(data.same.labels) == [0, 0, 1]
    assert set(data.same.groups) == {"s"}
    # The quake's second report beside its first, the storm a day or ten days before.
    again = data.same.rows[data.same.labels.index(1)]
    assert again["busy"] == pytest.approx(busy)
    assert not data.match.rows
    assert not data.significance.rows
    assert not data.stories


def test_streams_teach_at_each_density() -> None:
    one, data = world([ROWS[0], ROWS[1], ROWS[3]]), Data()
    teach_denser([one], data)
    assert data.same.labels.count(1) == len(TAUGHT)
    busy = [
        row["busy"] for row, same in zip(data.same.rows, data.same.labels, strict=True) if same
    ]
    assert busy == pytest.approx([0.0, np.log(2)])

"""The figures of an archive: by hand, on articles that are the same or not."""

from __future__ import annotations

import pytest

from monitors.learning.archives import FALSE_ALARM, Told, clusters, cost
from monitors.learning.regressions import teaching

TOLD = [
    Told("a1", "storm"),
    Told("a2", "storm", "a1", 0.9),
    Told("a3", "quake", "a2", 0.6),
    Told("a4", "quake", "a3", 0.4),
]


def test_every_third_topic_of_an_archive_teaches_nothing() -> None:
    assert teaching(["a", "b", "c", "d", "e", "f", "g"]) == ["a", "b", "d", "e", "g"]


@pytest.mark.parametrize(
    ("line", "missed", "false"),
    [(0.95, 0.0, 1.0), (0.7, 0.0, 0.5), (0.5, 0.5, 0.5), (0.3, 0.5, 0)],
)
def test_a_new_event_that_is_missed_costs_less_than_a_known_one_that_is_told(
    line: float, missed: float, false: float
) -> None:
    assert cost(TOLD, line) == pytest.approx(missed + FALSE_ALARM * false)


def test_each_article_joins_the_one_that_it_is_surely_the_same_as() -> None:
    assert clusters(TOLD, 0.7) == pytest.approx(2 * 0.75 / 1.75)  # {a1 a2} {a3} {a4}
    assert clusters(TOLD, 0.3) == pytest.approx(2 * 0.5 / 1.5)  # all in one

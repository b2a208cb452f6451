"""Quality does not fall: a whole stream, decided on at default settings.

`make quality` does the same on all streams. Vectors come from its cache where there is one.
"""

from __future__ import annotations

import pytest

from benchmarks import floors
from benchmarks.quality import Scored, score
from benchmarks.replaying import CACHE, models, streams
from benchmarks.traps import TRAPS

SUITE = ("newsroom",)
"""All streams would take minutes where no vectors are kept; this one takes about one."""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> list[Scored]:
    cache = CACHE if CACHE.exists() else tmp_path_factory.mktemp("vectors") / "vectors.db"
    with models(cache) as encoders:
        return [score(place, encoders) for place in streams() if place.name in SUITE]


@pytest.mark.parametrize("stream", SUITE)
def test_f1_reaches_its_floor(scored: list[Scored], stream: str) -> None:
    (mine,) = [one for one in scored if one.evaluation.stream == stream]
    floor = floors.load()["f1"][stream]
    assert 0 < floor <= mine.f1, mine.evaluation.overall


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.replace(" ", "-"))
def test_trap(scored: list[Scored], trap: str) -> None:
    rows = [row for one in scored for row in one.traps]
    right, floor = floors.standing(floors.load(), trap, rows)
    wrong = {
        article: kind for row in rows if row.trap == trap for article, kind in row.wrong.items()
    }
    assert right >= floor - floors.SLACK, f"{right} right, {floor} are pinned; wrong: {wrong}"


def test_the_traps_together_lose_no_more_than_rounding_may(scored: list[Scored]) -> None:
    rows = [row for one in scored for row in one.traps]
    sums = [floors.standing(floors.load(), trap, rows) for trap in TRAPS]
    right, floor = (sum(column) for column in zip(*sums, strict=True))
    assert right >= floor - 3 * floors.SLACK
    assert floor > sum(row.cases for row in rows) / 2

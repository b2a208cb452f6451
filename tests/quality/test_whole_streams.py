"""Quality does not fall: a whole stream, decided on at default settings.

`make quality` does the same on all streams. Vectors come from its cache where there is one. The
page of real runs is here too, since its articles are of the same stream.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import floors
from benchmarks.quality import Scored, score
from benchmarks.replaying import CACHE, models, streams
from benchmarks.traps import TRAPS
from tools.make_why import PAGE, masked, page

SUITE = ("newsroom",)
"""All streams would take minutes where no vectors are kept; this one takes about one."""


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where vectors are kept, for all tests here."""
    return CACHE if CACHE.exists() else tmp_path_factory.mktemp("vectors") / "vectors.db"


@pytest.fixture(scope="module")
def scored(vectors: Path) -> list[Scored]:
    with models(vectors) as encoders:
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


def test_the_page_of_reasons_shows_what_is_printed(vectors: Path) -> None:
    """But for figures, which another processor may round otherwise."""
    with models(vectors) as kept:
        made = page(kept)
    assert masked(PAGE.read_text("utf-8")) == masked(made), "run python -m tools.make_why"


def test_masks_leave_every_word() -> None:
    assert masked("match 0.98 (A-12ab) told") == masked("match 1.0   (A-9f) told")
    assert masked("near miss") != masked("off topic")

"""docs/why.md shows what explain and backtest say of the newsroom, with the real models."""

from __future__ import annotations

import pytest

from benchmarks.replaying import CACHE, models
from tools.make_why import PAGE, masked, page


def test_the_page_of_reasons_shows_what_is_printed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """But for figures, which another processor may round otherwise."""
    cache = CACHE if CACHE.exists() else tmp_path_factory.mktemp("vectors") / "vectors.db"
    with models(cache) as kept:
        made = page(kept)
    assert masked(PAGE.read_text("utf-8")) == masked(made), "run python -m tools.make_why"


def test_masks_leave_every_word() -> None:
    assert masked("match 0.98 (A-12ab) told") == masked("match 1.0   (A-9f) told")
    assert masked("near miss") != masked("off topic")

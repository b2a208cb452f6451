"""docs/mistakes.md shows what is printed."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_of_mistakes_shows_what_check_prints() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "make_mistakes.py"))
    kept = (ROOT / "docs" / "mistakes.md").read_text("utf-8")
    assert kept == tool["page"](), "run python tools/make_mistakes.py"

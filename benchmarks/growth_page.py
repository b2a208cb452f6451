"""Puts a measured part into docs/growth.md, between its marks."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "growth.md"


def put(name: str, text: str) -> None:
    """Replace what stands between the marks of ``name``."""
    page = PAGE.read_text("utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
    assert re.search(pattern, page, re.DOTALL), f"docs/growth.md has no mark {begin}"
    replaced = re.sub(pattern, lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    PAGE.write_text(replaced, "utf-8")

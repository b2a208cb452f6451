"""Puts a measured part into a page, docs/growth.md where no other is named."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "growth.md"


def put(name: str, text: str, path: Path = PAGE) -> None:
    """Replace what stands between the marks of ``name``."""
    page = path.read_text("utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
    assert re.search(pattern, page, re.DOTALL), f"{path.name} has no mark {begin}"
    replaced = re.sub(pattern, lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    path.write_text(replaced, "utf-8")

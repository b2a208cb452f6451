from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_of_slack_requests_is_what_slack_receives_now() -> None:
    script = runpy.run_path(str(ROOT / "benchmarks" / "slack_requests.py"))
    page = ROOT / "docs" / "slack-requests.md"
    assert page.read_text(encoding="utf-8") == script["page"](), (
        "run: python benchmarks/slack_requests.py"
    )

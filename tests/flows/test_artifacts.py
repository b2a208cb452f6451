"""What artifacts say, without a server."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.artifacts import alerts
from monitors.runs import RunReport

ROW = {
    "topic": "Talks",
    "headline": "They meet",
    "source": "Wire",
    "reason": "new story",
    "why": "nothing told before",
    "article": "A-1",
    "url": "https://wire.example/1",
    "story": "S-1",
}


def test_an_alert_links_to_the_page_of_its_story_where_a_report_is_served() -> None:
    report = RunReport("R-1", datetime(2025, 2, 18, tzinfo=UTC), alerts=[ROW])
    page = "[Its story's page](https://news.example/tidings/stories/S-1.html)"
    assert page in alerts(report, "https://news.example/tidings/")
    bare = alerts(report)
    assert "story's page" not in bare
    assert "`tidings explain A-1`" in bare

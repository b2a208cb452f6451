from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitors.demo.clock import hurried
from monitors.demo.play import newsroom_folder
from monitors.streams import load_stream

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_hurried_stream_goes_on_from_now_in_the_same_order() -> None:
    written = load_stream(newsroom_folder())
    begins = written.articles[0].published + timedelta(days=2)
    quick = hurried(written, begins, NOW, 1440)
    assert [a.id for a in quick.articles] == [a.id for a in written.articles]
    for before, after in zip(written.articles, quick.articles, strict=True):
        gap = (after.published - NOW) * 1440 - (before.published - begins)
        assert abs(gap) < timedelta(seconds=1)  # microseconds are rounded
    assert quick.labels == written.labels

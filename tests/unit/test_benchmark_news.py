"""The news over which Tidings and the baseline script are compared."""

from __future__ import annotations

from pathlib import Path

from benchmarks.serving import BESIDE, feed_of, news, watch_list
from monitors.watchlist import load_watchlist


def test_mixed_news_are_the_newsroom_and_the_rest_of_the_news() -> None:
    own, mixed = news(mixed=False), news(mixed=True)
    assert mixed.topics == own.topics
    assert {a.id for a in own.articles} < {a.id for a in mixed.articles}
    others = {name.partition("-")[0] for name in set(mixed.sources) - set(own.sources)}
    assert others == {name.partition("-")[0] for name in BESIDE}
    first = own.articles[0].published
    assert all(a.published >= first for a in mixed.articles)
    assert {a.source for a in mixed.articles} <= set(mixed.sources)


def test_every_outlet_is_watched_under_an_address_of_its_own(tmp_path: Path) -> None:
    stream = news(mixed=True)
    path = tmp_path / "watch.yaml"
    path.write_text(watch_list(stream, 8801), "utf-8")
    urls = [source.url for source in load_watchlist(path).sources]
    assert urls == [feed_of(stream, source, 8801) for source in stream.sources]
    assert len({url.split("/")[2] for url in urls}) == len(stream.sources)

"""Read: each entry comes to one end, and nothing is left in limbo."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from monitors.errors import (
    AddressRefused,
    BodyRefused,
    ConnectionFailed,
    FetchError,
    FetchTimeout,
    HttpStatusError,
    RobotsRefused,
    RunSkipped,
    StoreBusy,
    TooManyRedirects,
)
from monitors.model import Article, Extraction, Fate, Page, PassageKind
from monitors.pipeline import new_report
from monitors.runs import RunReport
from monitors.steps import read as step
from monitors.steps.collect import collect
from monitors.steps.read import MAX_ATTEMPTS, read
from monitors.testing import FakeFetcher
from tests.support.newsroom import BALLOT, SPORT, TENDER, WALKOUT, Newsroom, html, url_of

URL = url_of("courier", "a")
WALL = html("Before you continue", "We use cookies. Accept all cookies to continue reading.")


def _read(room: Newsroom, collecting: bool = True) -> RunReport:
    report = new_report(room.desk)
    if collecting:
        asyncio.run(collect(room.desk, report, ["courier"]))
    asyncio.run(read(room.desk, report))
    assert report.ledger.close(room.store.sources.waiting()) == []
    return report


def _article(room: Newsroom, url: str = URL) -> Article:
    found = room.store.articles.find(url)
    assert found is not None
    return found


def test_a_page_is_fetched_and_its_text_is_stored(room: Newsroom) -> None:
    room.publish("courier", "a", title=WALKOUT[0])
    room.pages.pages[URL] = html(*WALKOUT)
    report = _read(room)
    assert dict(report.fates) == {"baseline": 1}
    assert report.articles == 1
    assert report.problems == []
    article = _article(room)
    assert article.text_available
    assert WALKOUT[1] in article.lead
    assert room.fates("courier") == {Fate.BASELINE: 1}


def test_a_text_that_the_source_carries_is_not_fetched(room: Newsroom) -> None:
    room.publish("courier", "a", WALKOUT)
    assert dict(_read(room).fates) == {"baseline": 1}
    assert room.pages.asked == []


def test_the_same_article_under_another_address_is_the_same(room: Newsroom) -> None:
    room.publish("courier", "a", WALKOUT)
    _read(room)
    room.publish("courier", "a?utm_source=feed", WALKOUT)
    assert dict(_read(room).fates) == {"seen": 2}
    assert room.fates("courier") == {Fate.BASELINE: 1, Fate.SEEN: 1}


def test_a_changed_article_is_a_revision(room: Newsroom) -> None:
    room.publish("courier", "a", WALKOUT)
    _read(room)
    room.reader.listed.clear()
    room.publish("courier", "a", (*WALKOUT, "Talks go on."))
    report = _read(room)
    assert dict(report.fates) == {"revision": 1}
    assert report.articles == 1
    assert _article(room).revision == 1


@pytest.mark.parametrize(
    ("error", "fate", "judged"),
    [
        (HttpStatusError(URL, 404), Fate.BASELINE, "error page"),
        (HttpStatusError(URL, 410), Fate.BASELINE, "error page"),
        (HttpStatusError(URL, 403), Fate.BASELINE, "error page"),
        (BodyRefused(URL, "larger than 10 MB"), Fate.BASELINE, "too large"),
        (TooManyRedirects(URL, "a circle"), Fate.BASELINE, "error page"),
        (AddressRefused(URL, "a private address"), Fate.BLOCKED, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, FetchError) else "",
)
def test_a_page_that_will_never_come_is_judged_by_title_and_summary_at_once(
    room: Newsroom, error: FetchError, fate: Fate, judged: str | None
) -> None:
    room.publish("courier", "a", title=WALKOUT[0], summary=WALKOUT[1])
    room.pages.pages[URL] = error
    report = _read(room)
    assert dict(report.fates) == {fate.value: 1}
    assert report.problems == [f"Courier: {error}"]
    assert room.fates("courier") == {fate: 1}
    if judged:
        assert report.unreadable == {URL: judged}
        assert not _article(room).text_available
        assert _article(room).lead == f"{WALKOUT[0]} {WALKOUT[1]}"
    else:
        assert room.store.articles.find(URL) is None


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (HttpStatusError(URL, 404), Fate.FAILED),
        (HttpStatusError(URL, 403), Fate.BLOCKED),
        (BodyRefused(URL, "larger than 10 MB"), Fate.FAILED),
    ],
    ids=["404", "403", "too large"],
)
def test_without_page_title_and_summary_an_entry_ends(
    room: Newsroom, error: FetchError, fate: Fate
) -> None:
    room.publish("courier", "a")
    room.pages.pages[URL] = error
    report = _read(room)
    assert dict(report.fates) == {fate.value: 1}
    assert report.problems == [f"Courier: {error}"]


def test_a_wall_is_named_and_the_summary_is_judged(room: Newsroom) -> None:
    room.publish("courier", "a", title=WALKOUT[0], summary=WALKOUT[1])
    room.pages.pages[URL] = WALL
    report = _read(room)
    assert dict(report.fates) == {"baseline": 1}
    assert report.unreadable == {URL: "cookie wall"}
    [line] = report.problems
    assert line.startswith(f"Courier: {URL}: the page shows a cookie notice")
    assert "cookies" not in _article(room).lead


def test_a_wall_without_title_and_summary_is_unreadable(room: Newsroom) -> None:
    room.publish("courier", "a")
    room.pages.pages[URL] = WALL
    report = _read(room)
    assert dict(report.fates) == {"unreadable": 1}
    assert len(report.problems) == 1


@pytest.mark.parametrize(
    "error",
    [FetchTimeout(URL, "no answer"), ConnectionFailed(URL, "refused"), HttpStatusError(URL, 500)],
    ids=lambda error: type(error).__name__,
)
def test_a_page_that_may_still_come_is_tried_again_then_judged_without(
    room: Newsroom, error: FetchError
) -> None:
    room.publish("courier", "a", title=WALKOUT[0])
    room.pages.pages[URL] = error
    for attempt in range(1, MAX_ATTEMPTS):
        report = _read(room, collecting=attempt == 1)
        assert dict(report.fates) == {"waiting": 1}
        assert report.problems == [f"Courier: {error}"]
        [waiting] = room.store.sources.pending(9)
        assert waiting.attempts == attempt
    assert dict(_read(room, collecting=False).fates) == {"baseline": 1}
    assert _article(room).title == WALKOUT[0]
    assert room.store.sources.pending(9) == []


def test_a_page_that_comes_late_is_read_whole(room: Newsroom) -> None:
    room.publish("courier", "a", title=WALKOUT[0])
    room.pages.pages[URL] = FetchTimeout(URL, "no answer")
    _read(room)
    room.pages.pages[URL] = html(*WALKOUT)
    assert dict(_read(room, collecting=False).fates) == {"baseline": 1}
    assert _article(room).text_available


class _Broken:
    """An extractor that fails as nobody foresaw, on one page."""

    def __init__(self, room: Newsroom, url: str) -> None:
        self._inner, self._url = room.desk.extractor, url

    def extract(self, page: Page) -> Extraction:
        if page.url == self._url:
            raise RuntimeError("xoxb-secret")
        return self._inner.extract(page)


def test_an_unforeseen_error_stops_no_other_and_does_not_lose_the_entry(room: Newsroom) -> None:
    room.desk.extractor = _Broken(room, URL)
    room.publish("courier", "a", title=WALKOUT[0])
    room.publish("courier", "b", title=TENDER[0])
    room.pages.pages |= {URL: html(*WALKOUT), url_of("courier", "b"): html(*TENDER)}
    report = _read(room)
    assert dict(report.fates) == {"baseline": 1, "waiting": 1}
    [line] = report.problems
    assert line == f"Courier: {URL}: unexpected RuntimeError. See the log of this run"
    for _ in range(1, MAX_ATTEMPTS):
        report = _read(room, collecting=False)
    assert dict(report.fates) == {"baseline": 1}
    assert _article(room).title == WALKOUT[0]


class _Refusing:
    """An article store that raises for some titles."""

    def __init__(self, room: Newsroom, title: str, error: Exception) -> None:
        self._save, self._title, self._error = room.store.articles.save, title, error
        room.store.articles.save = self.save  # type: ignore[method-assign]

    def save(self, article: Article) -> tuple[Article, Fate]:
        if article.title == self._title:
            raise self._error
        return self._save(article)


def test_an_article_that_no_database_takes_ends_alone(room: Newsroom) -> None:
    _Refusing(room, WALKOUT[0], ValueError("odd"))
    room.publish("courier", "a", WALKOUT)
    room.publish("courier", "b", SPORT)
    report = _read(room)
    assert dict(report.fates) == {"baseline": 1, "failed": 1}
    [line] = report.problems
    assert line.startswith(f"Courier: {URL}: it cannot be stored (ValueError)")
    assert room.store.sources.pending(9) == []


def test_a_busy_database_leaves_the_entry_waiting(room: Newsroom) -> None:
    _Refusing(room, WALKOUT[0], StoreBusy("db", "locked", "Try again"))
    room.publish("courier", "a", WALKOUT)
    room.publish("courier", "b", SPORT)
    report = _read(room)
    assert dict(report.fates) == {"baseline": 1, "waiting": 1}
    assert report.problems == ["db: locked. Try again"]
    [waiting] = room.store.sources.pending(9)
    assert (waiting.entry.url, waiting.attempts) == (URL, 0)


def _slugs(urls: Sequence[str]) -> list[str]:
    return [url.rpartition("/")[2] for url in urls]


def test_more_than_a_batch_is_read_and_each_page_once(room: Newsroom) -> None:
    room.desk.batch = 3
    texts = (WALKOUT, TENDER, SPORT, BALLOT)
    for number in range(8):
        slug = f"n{number}"
        room.publish("courier", slug, title=f"{number} {texts[number % 4][0]}")
        page = url_of("courier", slug)
        late = FetchTimeout(page, "no answer")
        room.pages.pages[page] = late if number % 2 else html(*texts[number % 4])
    report = _read(room)
    assert dict(report.fates) == {"baseline": 4, "waiting": 4}
    assert sorted(_slugs(room.pages.asked)) == [f"n{number}" for number in range(8)]
    assert len(room.store.sources.pending(99)) == 4


def test_what_is_called_between_batches_can_end_the_step(room: Newsroom) -> None:
    room.desk.batch = 1
    for slug in ("a", "b", "c"):
        room.publish("courier", slug, (f"Title of {slug}", f"The text of {slug} goes on."))
    report = new_report(room.desk)
    asyncio.run(collect(room.desk, report))
    calls: list[int] = []

    def lost() -> None:
        calls.append(sum(report.fates.values()))
        if len(calls) == 2:
            raise RunSkipped("this run", "another run is at work")

    with pytest.raises(RunSkipped):
        asyncio.run(read(room.desk, report, lost))
    assert calls == [1, 2]
    assert len(room.store.sources.pending(9)) == 1


def test_a_page_that_robots_txt_forbids_is_judged_by_title_and_summary(room: Newsroom) -> None:
    room.publish("courier", "a", title=WALKOUT[0])
    room.pages.pages[URL] = RobotsRefused(URL, "robots.txt does not allow it", "Say why")
    assert dict(_read(room).fates) == {"baseline": 1}
    article = _article(room)
    assert (article.text_available, article.unreadable) == (False, "robots.txt")
    assert room.pages.kept_to_robots == [URL]


def test_a_page_whose_robots_txt_cannot_be_read_is_tried_again(room: Newsroom) -> None:
    room.publish("courier", "a", title=WALKOUT[0])
    room.pages.pages[URL] = RobotsRefused(URL, "it cannot be read", for_now=True)
    assert dict(_read(room).fates) == {"waiting": 1}
    room.pages.pages[URL] = html(*WALKOUT)
    assert dict(_read(room, collecting=False).fates) == {"baseline": 1}


def test_robots_txt_is_not_asked_where_the_watch_list_says_why(room: Newsroom) -> None:
    sources = tuple(
        replace(source, robots_ignored_because="the editor agreed")
        for source in room.desk.watchlist.sources
    )
    room.desk.watchlist = replace(room.desk.watchlist, sources=sources)
    room.publish("courier", "a", title=WALKOUT[0])
    room.pages.pages[URL] = html(*WALKOUT)
    _read(room)
    assert room.pages.kept_to_robots == []


CALL = "This article is free to read because our members pay for the work behind it."


def _publish_with(room: Newsroom, slug: str, title: str, *text: str) -> RunReport:
    room.reader.listed.clear()
    room.publish("courier", slug, title=title, summary=f"In short: {title} is decided.")
    room.pages.pages[url_of("courier", slug)] = html(title, *text)
    return _read(room)


def test_what_a_sites_articles_have_in_common_is_learnt_and_kept_out_of_evidence(
    room: Newsroom,
) -> None:
    for slug in "abc":
        _publish_with(room, slug, f"Council votes on road {slug}", CALL, f"Road {slug}. " * 20)
    _publish_with(room, "d", "Council votes on a bridge", CALL, "The bridge will be built. " * 9)
    article = _article(room, url_of("courier", "d"))
    kinds = {p.text: p.kind for p in article.passages}
    assert kinds[CALL] is PassageKind.BOILERPLATE
    assert CALL not in article.lead
    assert article.text_available


def test_a_page_of_nothing_but_the_sites_own_text_is_judged_by_title_and_summary(
    room: Newsroom,
) -> None:
    for slug in "abc":
        _publish_with(room, slug, f"Council votes on road {slug}", CALL)
    report = _publish_with(room, "d", "Council votes on a bridge", CALL)
    article = _article(room, url_of("courier", "d"))
    assert (article.text_available, article.unreadable) == (False, "boilerplate")
    assert article.lead.endswith("In short: Council votes on a bridge is decided.")
    assert report.unreadable == {url_of("courier", "d"): "boilerplate"}
    again = _publish_with(room, "d", "Council votes on a bridge", CALL)
    assert again.articles == 0


def test_pages_that_fail_alike_are_told_once_and_counted(room: Newsroom) -> None:
    for slug in "abc":
        room.publish("courier", slug, title=f"{WALKOUT[0]} {slug}")
        url = url_of("courier", slug)
        room.pages.pages[url] = RobotsRefused(url, "robots.txt does not allow it", "Say why")
    room.publish("courier", "d", title=WALKOUT[0])
    first, other, more = _read(room).problems
    assert first.endswith("/a: robots.txt does not allow it. Say why")
    assert "404" in other
    assert more == "Courier: 2 more of its pages: robots.txt does not allow it"


class Slow(FakeFetcher):
    """Holds the first page back until so many are under way.

    :ivar most: requests that were under way at the same time
    """

    def __init__(self, first: str, until: int) -> None:
        super().__init__()
        self.most = 0
        self._first, self._until = first, until
        self._now = 0
        self._there = asyncio.Event()

    async def fetch(self, url: str, **options: Any) -> Page:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            if self._now == self._until:
                self._there.set()
            if url == self._first:
                await asyncio.wait_for(self._there.wait(), 60)
            await asyncio.sleep(0)
            return await super().fetch(url, **options)
        finally:
            self._now -= 1


def test_pages_are_fetched_while_one_is_awaited_and_stored_in_the_order_of_the_list(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "PORTION", 2)
    room.desk.batch = 4
    slugs = "abcdefg"
    for slug in slugs:
        room.publish("courier", slug, title=f"{WALKOUT[0]} {slug}")
    slow = Slow(url_of("courier", "a"), until=4)
    slow.pages = {
        url_of("courier", slug): html(f"{WALKOUT[0]} {slug}", *WALKOUT[1:]) for slug in slugs
    }
    room.desk.fetcher = slow
    portions: list[list[str]] = []
    report = new_report(room.desk)
    asyncio.run(collect(room.desk, report, ["courier"]))
    asyncio.run(
        read(
            room.desk,
            report,
            onward=lambda articles: portions.append([article.url[-1] for article in articles]),
        )
    )
    assert portions == [["a", "b"], ["c", "d"], ["e", "f"], ["g"]]
    assert slow.most == 4
    assert report.ledger.close(room.store.sources.waiting()) == []


def test_a_run_that_lost_its_lease_asks_for_no_further_page(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "PORTION", 1)
    room.desk.batch = 2
    for slug in "abcd":
        room.publish("courier", slug, title=WALKOUT[0])

    def lost() -> None:
        raise RunSkipped("this run", "another run has taken over")

    asyncio.run(collect(room.desk, new_report(room.desk), ["courier"]))
    with pytest.raises(RunSkipped):
        asyncio.run(read(room.desk, new_report(room.desk), lost))
    assert len(room.pages.asked) == 2

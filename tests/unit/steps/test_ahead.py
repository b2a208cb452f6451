"""Ahead: what is read is encoded while pages come, and nothing depends on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitors import pipeline
from monitors.desk import Desk
from monitors.errors import EncoderError, RunSkipped
from monitors.model import Article, Page, Vector
from monitors.pipeline import gather, new_report
from monitors.steps import ahead, read
from monitors.steps.ahead import encoding_ahead
from monitors.steps.collect import collect
from monitors.steps.understand import understand
from monitors.testing import FakeFetcher, WordEncoder
from monitors.vectors.cache import CachedEncoder
from tests.support.newsroom import TENDER, WALKOUT, Newsroom, html, opened, url_of

PATIENCE = 60
"""Seconds after which a test in which two things wait for each other fails."""


class Counter(WordEncoder):
    """Counts the texts that it encodes, and tells of the first."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = 0
        self.begun = threading.Event()

    def encode(self, texts: Sequence[str]) -> Vector:
        self.texts += len(texts)
        self.begun.set()
        return super().encode(texts)


class Broken(WordEncoder):
    """A model that cannot be used.

    :param error: what it raises
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def encode(self, texts: Sequence[str]) -> Vector:
        raise self._error


class Waiting(FakeFetcher):
    """Gives its last page only once the encoder has begun."""

    def __init__(self, last: str, begun: threading.Event) -> None:
        super().__init__()
        self._last = last
        self._begun = begun

    async def fetch(self, url: str, **options: object) -> Page:  # type: ignore[override]
        if url == self._last and not await asyncio.to_thread(self._begun.wait, PATIENCE):
            raise AssertionError("nothing is encoded while this page is awaited")
        return await super().fetch(url)


@pytest.fixture
def model(room: Newsroom) -> Counter:
    """One model for all three encoders, each in front of the cache."""
    found = Counter()
    desk = room.desk
    desk.screen = desk.reader = desk.matcher = CachedEncoder(found, desk.store.vectors, desk.clock)
    return found


def _listed(room: Newsroom, *slugs: str) -> None:
    for slug in slugs:
        room.publish("courier", slug, title=f"{WALKOUT[0]} {slug}")
        room.pages.pages[url_of("courier", slug)] = html(f"{WALKOUT[0]} {slug}", *WALKOUT[1:])
    asyncio.run(collect(room.desk, new_report(room.desk), ["courier"]))


def _hand_over(desk: Desk, portions: Sequence[Sequence[Article]]) -> float | None:
    """Seconds of understanding."""
    report = new_report(desk)

    async def work() -> None:
        async with encoding_ahead(desk, report) as onward:
            for portion in portions:
                onward(portion)

    asyncio.run(work())
    return report.seconds.get("understand")


def _articles(room: Newsroom, *slugs: str) -> list[Article]:
    _listed(room, *slugs)
    asyncio.run(read.read(room.desk, new_report(room.desk)))
    return room.store.articles.undecided(None)


def test_what_was_read_is_encoded_while_a_page_is_awaited(
    room: Newsroom, model: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "PORTION", 1)
    room.pages = room.desk.fetcher = Waiting(url_of("courier", "b"), model.begun)
    _listed(room, "a", "b")
    report = new_report(room.desk)
    asyncio.run(gather(room.desk, report))
    assert report.articles == 2
    assert report.problems == []


def test_the_step_that_decides_finds_the_vectors_in_the_cache(
    room: Newsroom, model: Counter
) -> None:
    _listed(room, "a", "b")
    report = new_report(room.desk)
    asyncio.run(gather(room.desk, report))
    encoded = model.texts
    readings = understand(room.desk, room.store.articles.undecided(None))
    assert all(reading.screened for reading in readings)
    assert 0 < encoded == model.texts
    assert set(report.seconds) == {"read", "understand"}


def test_decisions_are_the_same_with_it_and_without(tmp_path: Path) -> None:
    found = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        with opened(tmp_path / name) as room, pytest.MonkeyPatch.context() as patch:
            if name == "without":
                patch.setattr(ahead, "_encode", lambda *_: None)
            room.begin()
            room.publish("courier", "walkout", WALKOUT)
            room.publish("wire", "tender", TENDER)
            room.run()
            found.append(room.store.decisions.decisions())
    assert found[0] == found[1] != []


@pytest.mark.parametrize(
    "error", [EncoderError("words", "it cannot be loaded"), LookupError("odd")], ids=str
)
def test_where_encoding_fails_reading_goes_on(room: Newsroom, error: Exception) -> None:
    _listed(room, "a", "b")
    room.desk.screen = Broken(error)
    report = new_report(room.desk)
    asyncio.run(gather(room.desk, report))
    assert report.articles == 2
    assert report.problems == []  # the step that decides meets it again, and says so
    assert len(room.store.articles.undecided(None)) == 2


def test_where_reading_fails_what_waits_is_not_encoded(
    room: Newsroom, model: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listed(room, "a")

    def lost(*_: object) -> None:
        raise RunSkipped("this run", "another run has taken over")

    monkeypatch.setattr(pipeline, "keep_lease", lost)
    with pytest.raises(RunSkipped):
        asyncio.run(gather(room.desk, new_report(room.desk)))
    assert model.texts == 0


def test_of_very_many_articles_the_rest_is_left_to_the_step_that_decides(
    room: Newsroom, model: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "WAITING", 2)
    articles = _articles(room, "a", "b", "c")
    assert len(articles) == 3
    assert _hand_over(room.desk, [[article] for article in articles]) is not None
    encoded = model.texts
    understand(room.desk, articles)
    assert model.texts > encoded


def test_nothing_read_costs_nothing(room: Newsroom, model: Counter) -> None:
    assert _hand_over(room.desk, [[], []]) is None
    assert model.texts == 0

"""Hundreds of feeds as they are found, each read or refused with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from monitors.errors import BodyRefused, NotAFeed, SourceError, UnsafeDocument
from monitors.model import Entry
from monitors.sources.feedparse import parse_feed
from monitors.sources.feedrecover import recover_feed
from tests.support.feeds import DIALECTS, Case, broken, entries_in, refused, well_formed

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
URL = "https://e.org/feed"


def by_name(cases: Iterable[Case]) -> list[object]:
    return [pytest.param(case, id=case.name) for case in cases]


def read(case: Case) -> tuple[list[Entry], list[str]]:
    return parse_feed(case.body, case.content_type, URL, "s", "source 'S'", NOW)


@pytest.mark.parametrize("case", by_name(well_formed()))
def test_every_well_formed_feed_gives_all_its_entries(case: Case) -> None:
    entries, problems = read(case)
    assert len(entries) == case.entries, problems
    assert len({entry.url for entry in entries}) == case.entries
    assert all(entry.published is None or entry.published <= NOW for entry in entries)


@pytest.mark.parametrize("case", by_name(broken()))
def test_broken_feeds_are_read_as_well_as_they_can_be(case: Case) -> None:
    entries, problems = read(case)
    assert len(entries) >= case.entries
    assert any(entry.url.startswith("https://e.org/story-") for entry in entries)
    assert all(len(problem.splitlines()) == 1 for problem in problems)


@pytest.mark.parametrize("case", by_name(refused()))
def test_what_cannot_be_read_is_refused_with_a_reason(case: Case) -> None:
    with pytest.raises((SourceError, BodyRefused)) as caught:
        read(case)
    assert caught.value.problem
    assert caught.value.remedy
    if "entity" in case.name:
        assert isinstance(caught.value, UnsafeDocument)
        assert "entities" in caught.value.problem


def test_titles_in_every_charset_are_what_was_written() -> None:
    for case in well_formed():
        if case.name.startswith("declared "):
            charset = case.name.removeprefix("declared ")
            shown = case.body.decode(charset).partition("<item><title>")[2].partition("<")[0]
            assert read(case)[0][0].title == shown, charset


def test_the_simple_reader_finds_what_feedparser_finds() -> None:
    for dialect, text in DIALECTS.items():
        if dialect in ("cdf", "nothing but the root", "only unknown elements"):
            continue
        feed = recover_feed(text.encode(), URL)
        assert feed is not None, dialect
        assert len(feed.items) == entries_in(dialect), dialect
        if "Story" in text and dialect != "upper case":
            entries, _ = parse_feed(text.encode(), "", URL, "s", "S", NOW)
            items = [make() for make in feed.items]
            assert [item.url for item in items] == [entry.url for entry in entries], dialect


def test_a_page_is_told_from_a_feed_that_it_shows() -> None:
    page = b"<!doctype html><html><title>How to</title><pre>&lt;rss version&gt;</pre></html>"
    with pytest.raises(NotAFeed, match="How to"):
        parse_feed(page, "text/html", URL, "s", "S", NOW)

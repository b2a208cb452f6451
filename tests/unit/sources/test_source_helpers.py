from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.errors import FetchError, SourceError
from monitors.model import Page, Source, SourceState
from monitors.sources import polling
from monitors.sources.charsets import to_utf8
from monitors.sources.dates import parse_date
from monitors.sources.documents import (
    MOST_PROBLEMS,
    absolute_url,
    count_left_out,
    describe,
    limited,
)
from monitors.sources.feedparse import parse_feed
from monitors.sources.languages import normalise_language
from monitors.sources.pagelinks import find_links
from monitors.sources.prologue import from_root
from monitors.sources.sitemapparse import parse_sitemap
from monitors.sources.text import first_sentence, paragraphs_of, plain, shorten

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Т</title>
<item><title>Санкции &amp; банки</title><link>https://e.org/1</link><guid>7</guid>
<pubDate>Tue, 18 Feb 2025 10:00:00 +0300</pubDate><description><![CDATA[<p>a<br>b]]>
</description></item></channel></rss>""".encode()
SITEMAP = b"<urlset><url><loc>https://e.org/1</loc><lastmod>2025-02-18</lastmod></url></urlset>"
PAGE = b'<html lang="en"><a href="/world/talks">Talks begin in Riyadh this week</a></html>'


@st.composite
def damaged(draw: st.DrawFn, document: bytes) -> bytes:
    """``document`` with bytes changed, cut out or repeated."""
    data = bytearray(document)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        change = draw(st.sampled_from(["set", "cut", "repeat", "end"]))
        if change == "set" and data:
            data[at] = draw(st.integers(0, 255))
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif change == "repeat":
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
        else:
            del data[at:]
    return bytes(data)


@settings(max_examples=150, deadline=None)
@given(damaged(FEED))
def test_damaged_feeds_give_entries_or_one_of_our_errors(document: bytes) -> None:
    try:
        entries, problems = parse_feed(document, "", "https://e.org/f", "s", "S", NOW)
    except SourceError:
        return
    assert all(entry.url.startswith("http") for entry in entries)
    assert all(len(problem.splitlines()) == 1 for problem in problems)


@settings(max_examples=100, deadline=None)
@given(damaged(SITEMAP))
def test_damaged_sitemaps_give_entries_or_one_of_our_errors(document: bytes) -> None:
    try:
        entries, problems, _, _ = parse_sitemap(document, "", "https://e.org/f", "s", "S", NOW)
    except (SourceError, FetchError):
        return
    assert all(entry.url.startswith("http") for entry in entries)
    assert all(len(problem.splitlines()) == 1 for problem in problems)


@settings(max_examples=100, deadline=None)
@given(damaged(PAGE))
def test_damaged_pages_give_links_or_one_of_our_errors(document: bytes) -> None:
    try:
        entries, _ = find_links(document, "", "https://e.org/f", None, "s", "S", NOW)
    except SourceError:
        return
    assert all(entry.url.startswith("http") for entry in entries)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_become_utf8(body: bytes, content_type: str) -> None:
    assert isinstance(to_utf8(body, content_type).decode("utf-8"), str)
    assert len(describe(body).splitlines()) == 1


@given(st.text(max_size=200))
def test_any_markup_becomes_single_lines(markup: str) -> None:
    assert all(p.strip() == p != "" for p in paragraphs_of(markup))
    assert len(plain(f"<p>{markup}</p>").splitlines()) <= 1


@given(st.text(max_size=60), st.sampled_from(["https://e.org/a/b", ""]))
def test_any_link_is_absolute_http_or_nothing(link: str, base: str) -> None:
    url = absolute_url(link, base)
    if url is not None:
        assert urlsplit(url).scheme in ("http", "https")
        assert urlsplit(url).hostname


@given(st.text(max_size=40))
def test_any_text_is_a_believable_date_or_none(text: str) -> None:
    moment = parse_date(text, NOW)
    assert moment is None or (moment.year >= 1990 and moment <= NOW + timedelta(days=2))


@given(st.integers(631_300_000, 1_740_000_000))
def test_dates_written_in_both_standards_come_back(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_date(moment.isoformat(), NOW) == moment
    assert parse_date(moment.strftime("%a, %d %b %Y %H:%M:%S +0000"), NOW) == moment


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("Sat, 01 Mar 2025 10:00:00 +0300", 3),
        ("Sat, 01 Mar 2025 10:00:00 +03:00", 3),
        ("Sat, 01 Mar 2025 10:00 +3", 3),
        ("Sat, 01 Mar 2025 10:00:00 GMT+3", 3),
        ("Sat, 01 Mar 2025 10:00:00 UTC-05:30", -5.5),
        ("Sat, 01 Mar 2025 10:00:00 +0300 (MSK)", 3),
        ("Sat, 01 Mar 2025 10:00:00 MSK", 3),
        ("Sat, 01 Mar 2025 10:00:00 JST", 9),
        ("Sat, 01 Mar 2025 10:00:00 EST", -5),
        ("Sat, 01 Mar 2025 10:00:00 GMT", 0),
        ("Sat, 01 Mar 2025 10:00:00 Z", 0),
        ("Sat, 01 Mar 2025 10:00:00", 0),
        ("1 Mar 2025 10:00:00 -0000", 0),
        ("2025-03-01T10:00:00+0300", 3),
        ("2025-03-01 10:00:00 MSK", 3),
        ("2025-03-01 10:00 UTC", 0),
        ("2025-03-01T10:00:00Z", 0),
    ],
)
def test_a_zone_is_heard_in_every_form(written: str, hours: float) -> None:
    local = datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert parse_date(written, NOW + timedelta(days=1)) == local - timedelta(hours=hours)


@pytest.mark.parametrize(
    "written",
    [
        "Sat, 01 Mar 2025 10:00:00 +9900",
        "2025-03-01 10:00:00 XYZ",
        "Sat, 01 Mar 2025 10:00:00 +99",
    ],
)
def test_a_zone_that_cannot_be_is_no_date(written: str) -> None:
    assert parse_date(written, NOW) is None


@given(st.text(max_size=20))
def test_any_tag_is_two_letters_or_nothing(tag: str) -> None:
    code = normalise_language(tag)
    assert code is None or (len(code) == 2 and code.isascii() and code.islower())


@pytest.mark.parametrize(
    ("markup", "paragraphs"),
    [
        ("plain text", ["plain text"]),
        ("one\n\ntwo &amp; three", ["one", "two & three"]),
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("a<br>b<br><br>c", ["a b", "c"]),
        ("<div>in<ul><li>x</li><li>y</li></ul>out</div>", ["in", "x", "y", "out"]),
        ("<p>a <b>bold</b> and <a href=x>link</a>.</p>", ["a bold and link."]),
        ("<p>a</p><!-- note --><style>p{}</style>tail", ["a", "tail"]),
        ("<figure><img><figcaption>caption</figcaption></figure><p>text</p>", ["text"]),
        ("", []),
    ],
)
def test_each_block_is_a_paragraph(markup: str, paragraphs: list[str]) -> None:
    assert paragraphs_of(markup) == paragraphs


def test_texts_are_cut_at_words() -> None:
    assert shorten("short", 10) == "short"
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("x" * 50, 10) == "x" * 9 + "…"
    assert first_sentence("Banks are freed. More later.") == "Banks are freed."
    assert first_sentence("Банки свободны! Подробности позже") == "Банки свободны!"


def test_bare_ampersands_cut_no_address_short() -> None:
    link = "https://e.org/1?a=1&b=2&copy=3"
    sitemap = f"<urlset><url><loc>{link}</loc></url></urlset>".encode()
    (page,), problems, _, _ = parse_sitemap(sitemap, "", "https://e.org/s", "s", "S", NOW)
    assert (page.url, problems) == (link, [])
    item = f"<item><title>AT&T & Co &amp; Sons</title><link>{link}</link></item>"
    wrapped = f"<item><title><![CDATA[R&D]]></title><link><![CDATA[{link}&d=4]]></link></item>"
    feed = f"<rss version='2.0'><channel>{item}{wrapped}</channel></rss>".encode()
    for text in (feed, feed + b"<!-- " + b"<b>" * 60_000):  # the second goes to the other reader
        entries, _ = parse_feed(text, "", "https://e.org/f", "s", "S", NOW)
        assert [e.url for e in entries] == [link, f"{link}&d=4"]
        assert [e.title for e in entries] == ["AT&T & Co & Sons", "R&D"]
    listed = parse_sitemap(link.encode(), "", "https://e.org/s", "s", "S", NOW)[0]
    assert [e.url for e in listed] == [link]


def test_a_huge_prologue_is_searched_in_no_time() -> None:
    from_root(b"<!-- " * 200_000, "s")
    from_root(b"<!-- x -->" * 100_000, "s")
    from_root(b"<!DOCTYPE " + b"'" * 200_000, "s")
    from_root(b"<!DOCTYPE " * 100_000, "s")
    from_root(b" " * 200_000, "s")
    from_root(b"<a" * 200_000, "s")
    from_root(b"<![CDATA[&" * 200_000, "s")


def test_a_poll_carries_how_long_its_answer_stays_fresh() -> None:
    source = Source("s", "S", "feed", "https://example.org/rss")
    page = Page(source.url, source.url, 200, b"", cache_for=timedelta(minutes=5))
    assert polling.answered(source, page, (), (), NOW).cache_for == timedelta(minutes=5)
    unchanged = polling.unchanged(source, SourceState("s"), page, NOW)
    assert unchanged.cache_for == timedelta(minutes=5)


def test_a_broken_address_is_named_in_one_line() -> None:
    document = b"<urlset><url><loc>https:\n/e.org/1</loc></url></urlset>"
    _, problems, _, _ = parse_sitemap(document, "", "https://e.org/f", "s", "S", NOW)
    assert problems == ["'https: /e.org/1' is no usable address: left out"]


def test_entries_that_are_left_out_are_counted_however_many_lines_are_shown() -> None:
    gone = [f"entry {number} has no link: left out" for number in range(70)]
    other = ["the feed is broken XML: read as well as it can be"] * 3
    shown = limited([*gone[:60], *other, *gone[60:], "7 items are no objects: left out"])
    assert len(shown) == MOST_PROBLEMS + 2
    assert shown[-2:] == ["and 27 more entries: left out", "and 3 more like these"]
    assert count_left_out(shown) == 77
    assert count_left_out(limited([*shown, *gone])) == 147
    assert count_left_out(other) == 0
    assert limited(other) == other

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from monitors.addresses import has_page
from monitors.errors import NotAFeed, UnsafeDocument
from monitors.model import Entry, Poll, PollState, Source
from monitors.sandbox import Sandbox
from monitors.sources.feed import FeedReader
from tests.support.polls import NOW, poll
from tests.support.webserver import Answer, WebServer, redirect

Read = Callable[..., Poll]

LONG = "<p>" + "</p><p>".join(f"Paragraph {n} of the article. " * 8 for n in range(4)) + "</p>"


@pytest.fixture
def read(web: WebServer, sandbox: Sandbox) -> Read:
    def _read(body: str | bytes, content_type: str = "application/rss+xml") -> Poll:
        data = body.encode() if isinstance(body, str) else body
        url = web.on("/news/feed", Answer(data, headers={"Content-Type": content_type}))
        return poll(FeedReader(sandbox), Source("s", "S", "feed", url))

    return _read


def rss(items: str, head: str = "") -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>{head}{items}'
        "</channel></rss>"
    )


def only(result: Poll) -> Entry:
    assert len(result.entries) == 1, result
    return result.entries[0]


ITEM = "<item><title>A</title><link>https://e.org/1</link>{}</item>"
RSS2 = rss(ITEM.format("<pubDate>Tue, 18 Feb 2025 07:00:00 GMT</pubDate>"))
RSS091 = """<rss version="0.91"><channel><item><title>A</title><link>https://e.org/1</link>
<pubDate>Tue, 18 Feb 25 07:00:00 GMT</pubDate></item></channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"/><item rdf:about="https://e.org/1"><title>A</title>
<link>https://e.org/1</link><dc:date>2025-02-18T07:00:00Z</dc:date></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><id>urn:1</id>
<link href="https://e.org/1.mp3" rel="enclosure"/><link href="https://e.org/1"/>
<updated>2025-02-18T10:00:00+03:00</updated></entry></feed>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "title": "A",
"url": "https://e.org/1", "date_published": "2025-02-18T07:00:00Z"}]}"""


@pytest.mark.parametrize(
    "feed",
    [RSS2, RSS091, RDF, ATOM, JSON_FEED],
    ids=["rss2", "rss091", "rdf", "atom", "jsonfeed"],
)
def test_every_format_gives_the_same_entry(read: Read, feed: str) -> None:
    entry = only(read(feed))
    assert (entry.url, entry.title) == ("https://e.org/1", "A")
    assert entry.published == datetime(2025, 2, 18, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("A &amp;amp; B", "A & B"),
        ("&amp;quot;Talks&amp;quot; &amp;#8212; soon", '"Talks" — soon'),
        ("&lt;b&gt;Bold&lt;/b&gt; step", "Bold step"),
        ("<![CDATA[Rate <5% & rising]]>", "Rate <5% & rising"),
        ("  two\n   lines ", "two lines"),
        ("null\u200bwidth", "null width"),
    ],
)
def test_titles_are_plain_text(read: Read, written: str, meant: str) -> None:
    item = f"<item><title>{written}</title><link>https://e.org/1</link></item>"
    assert only(read(rss(item))).title == meant


def test_a_missing_title_is_taken_from_the_summary(read: Read) -> None:
    item = (
        "<item><link>https://e.org/1</link><description>&lt;p&gt;Banks are freed. More later."
        "&lt;/p&gt;</description></item><item><link>https://e.org/2</link></item>"
    )
    assert [entry.title for entry in read(rss(item)).entries] == ["Banks are freed.", ""]


@pytest.mark.parametrize(
    ("raw", "published"),
    [
        ("Tue, 18 Feb 2025 10:00:00 +0300", datetime(2025, 2, 18, 7, tzinfo=UTC)),
        ("Tue, 18 Feb 2025 10:00:00 MSK", datetime(2025, 2, 18, 7, tzinfo=UTC)),
        ("Tue, 18 Feb 2025 10:00:00 EST", datetime(2025, 2, 18, 15, tzinfo=UTC)),
        ("Fri, 18 Feb 2025 10:00", datetime(2025, 2, 18, 10, tzinfo=UTC)),
        ("2025-02-18T10:00:00.123+03:00", datetime(2025, 2, 18, 7, 0, 0, 123000, tzinfo=UTC)),
        ("2025-02-18", datetime(2025, 2, 18, tzinfo=UTC)),
        ("2025-02-30T10:00:00Z", None),
        ("18/02/2025", None),
        ("yesterday", None),
        ("Вт, 18 фев 2025 10:00:00 +0300", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 18 Feb 2099 10:00:00 GMT", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("99999-01-01", None),
    ],
)
def test_dates_are_understood_or_left_out_but_never_invented(
    read: Read,
    raw: str,
    published: datetime | None,
) -> None:
    entry = only(read(rss(ITEM.format(f"<pubDate>{raw}</pubDate>"))))
    assert entry.published == published
    assert entry.published_raw == raw


def test_an_entry_without_date_has_none(read: Read) -> None:
    entry = only(read(rss(ITEM.format(""))))
    assert (entry.published, entry.published_raw) == (None, "")


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("<guid>https://e.org/permalink</guid>", "https://e.org/permalink"),
        ('<guid isPermaLink="true">https://e.org/p</guid>', "https://e.org/p"),
        ('<guid isPermaLink="false">https://e.org/p</guid>', None),
        ("<guid>12345</guid>", None),
        ("<guid>tag:e.org,2025:1</guid>", None),
        ("<guid>http://</guid>", None),
        ("", None),
    ],
)
def test_a_guid_is_a_link_only_where_it_is_a_permalink(
    read: Read, guid: str, url: str | None
) -> None:
    result = read(rss(f"<item><title>Lost one</title>{guid}</item>" + ITEM.format("")))
    lost, other = result.entries
    assert (lost.title, other.url) == ("Lost one", "https://e.org/1")
    assert has_page(lost.url) == (url is not None)
    assert url is None or lost.url == url
    assert result.problems == ()


def test_links_are_resolved_against_the_final_address_and_xml_base(
    web: WebServer, sandbox: Sandbox
) -> None:
    web.on("/old", redirect("/news/feed"))
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="a"/></entry>'
        '<entry xml:base="https://b.example/x/"><title>B</title><link href="b"/></entry></feed>'
    )
    web.on("/news/feed", Answer(atom.encode()))
    result = poll(FeedReader(sandbox), Source("s", "S", "feed", web.url("/old")))
    assert [e.url for e in result.entries] == [web.url("/news/a"), "https://b.example/x/b"]


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "ftp://e.org/1", "https://u:pw@e.org/1", "https://" + "a" * 9000],
)
def test_links_that_are_no_pages_are_never_asked(read: Read, link: str) -> None:
    entry = only(read(rss(f"<item><title>A</title><link>{link}</link></item>")))
    assert entry.title == "A"
    assert not has_page(entry.url)


def test_full_text_becomes_paragraphs(read: Read) -> None:
    dirty = LONG + "<script>evil()</script><figure><figcaption>A caption</figcaption></figure>"
    full = ITEM.format(f"<content:encoded><![CDATA[{dirty}]]></content:encoded>")
    entry = only(read(rss(full)))
    assert len(entry.paragraphs) == 4
    assert all(p.startswith("Paragraph") and "<" not in p for p in entry.paragraphs)
    assert "evil" not in " ".join(entry.paragraphs)


@pytest.mark.parametrize(
    "teaser",
    ["<p>Short.</p>", "<p>One.</p><p>Two.</p><p>Three.</p>", LONG + "<p>Continue reading</p>"],
)
def test_a_teaser_is_no_full_text(read: Read, teaser: str) -> None:
    item = ITEM.format(f"<content:encoded><![CDATA[{teaser}]]></content:encoded>")
    assert only(read(rss(item))).paragraphs == ()


def test_summaries_are_plain_text(read: Read) -> None:
    html = "<![CDATA[<img src=x onerror=y><p>One &amp; two</p><p>three&nbsp;four</p>]]>"
    entry = only(read(rss(ITEM.format(f"<description>{html}</description>"))))
    assert entry.summary == "One & two three four"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-us", "en"), ("ru_RU", "ru"), ("RUS", "ru"), ("German", "de"), ("ger", "de"),
     ("ua", "uk"), ("x-none", None), ("", None)],
)  # fmt: skip
def test_languages_are_normalised(read: Read, tag: str, code: str | None) -> None:
    feed = rss(ITEM.format(""), head=f"<language>{tag}</language>")
    assert only(read(feed)).language == code


RUSSIAN = rss("<item><title>Санкции сняты</title><link>https://e.org/1</link></item>")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (RUSSIAN.encode(), "text/xml; charset=iso-8859-1"),
        (RUSSIAN.encode(), "text/html; charset=windows-1251"),
        (b"\xef\xbb\xbf" + RUSSIAN.encode(), "text/html"),
        (RUSSIAN.encode("utf-16"), "application/xml"),
        (RUSSIAN.encode("windows-1251"), "text/xml; charset=windows-1251"),
        (RUSSIAN.encode("koi8-r"), "text/xml; charset=KOI8-R"),
        (('<?xml version="1.0" encoding="windows-1251"?>' + RUSSIAN).encode("windows-1251"),
         "text/xml; charset=iso-8859-1"),
        (('<?xml version="1.0" encoding="windows-1251"?>' + RUSSIAN).encode(), "text/xml"),
        (('<?xml version="1.0" encoding="no-such"?>' + RUSSIAN).encode(), ""),
        (b"\n\n" + RUSSIAN.encode(), "application/octet-stream"),
    ],
)  # fmt: skip
def test_wrong_charsets_are_seen_through(read: Read, body: bytes, content_type: str) -> None:
    assert only(read(body, content_type)).title == "Санкции сняты"


@pytest.mark.parametrize(
    "broken",
    [
        rss(ITEM.format("")).replace("<title>A</title>", "<title>A < B</title>"),
        rss(ITEM.format(""))[:-20],
        rss(ITEM.format("") + "<b>"),
        rss(ITEM.format("") + "</wrong>"),
    ],
)
def test_broken_xml_is_read_as_well_as_it_can_be(read: Read, broken: str) -> None:
    result = read(broken)
    assert only(result).url == "https://e.org/1"
    assert any("broken XML" in problem for problem in result.problems)


def test_a_valid_feed_without_entries_is_empty(read: Read) -> None:
    assert read(rss("")).state is PollState.EMPTY
    assert read('{"version": "https://jsonfeed.org/version/1", "items": []}').entries == ()


@pytest.mark.parametrize(
    ("body", "found", "remedy"),
    [
        ("", "an empty body", "tried again"),
        ("<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>",
         "an HTML page titled 'Just a moment...'", "feed's own address"),
        ('<html><link rel="alternate" type="application/rss+xml" href="/rss?token=s3cret"></html>',
         "an HTML page", "/rss?token=***"),
        ('{"error": "not found"}', "JSON", "Check"),
        ('{"items": 3}', "JSON", "Check"),
        ("<urlset></urlset>", "<urlset>", "kind: sitemap"),
        ("<opml/>", "<opml>", "Check"),
        ("%PDF-1.7", "a PDF file", "Check"),
        ("Internal error", "text: 'Internal error'", "Check"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_named(read: Read, body: str, found: str, remedy: str) -> None:
    with pytest.raises(NotAFeed) as caught:
        read(body, "text/html")
    assert found in caught.value.problem
    assert remedy in caught.value.remedy


def test_entity_declarations_are_refused(read: Read) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + rss(ITEM.format(""))
    with pytest.raises(UnsafeDocument, match="entities"):
        read(bomb)


def test_hostile_nesting_is_survived(read: Read) -> None:
    deep = "<![CDATA[" + "<div>" * 200_000 + "deep]]>"
    assert only(read(rss(ITEM.format(f"<description>{deep}</description>")))).title == "A"
    with pytest.raises(NotAFeed):
        read('{"items": ' + "[" * 200_000)


def numbered(count: int) -> str:
    return "".join(
        f"<item><title>{n} &amp; more</title><link>https://e.org/{n}</link></item>"
        for n in range(count)
    )


def test_all_items_are_read_however_many(read: Read) -> None:
    result = read(rss(numbered(2100)))
    assert [e.url for e in result.entries] == [f"https://e.org/{n}" for n in range(2100)]
    assert result.problems == ()


def test_a_feed_of_many_megabytes_is_read_to_its_end(read: Read) -> None:
    padding = f"<description>{'word ' * 800}</description>"
    items = numbered(1200).replace("</item>", f"{padding}</item>")
    result = read(rss(items))
    assert len(items) > 4_000_000
    assert [e.title for e in result.entries] == [f"{n} & more" for n in range(1200)]


def test_a_text_of_many_megabytes_does_not_hide_its_item(read: Read) -> None:
    long = f"<description>{'word ' * 2_300_000}</description>"
    result = read(rss(ITEM.format(long) + numbered(1)))
    assert [e.title for e in result.entries] == ["A", "0 & more"]
    assert result.entries[0].summary.endswith("word…")


def test_the_same_link_with_the_same_title_is_one_entry(read: Read) -> None:
    assert len(read(rss(ITEM.format("") * 3)).entries) == 1


def test_a_link_that_many_items_share_is_no_items_own(read: Read) -> None:
    item = "<item><title>{0}</title><link>https://e.org/</link><guid>{0}</guid></item>"
    result = read(rss("".join(map(item.format, ("One", "Two", "Three")))))
    assert [e.title for e in result.entries] == ["One", "Two", "Three"]
    assert len({e.url for e in result.entries}) == 3
    assert not any(has_page(e.url) for e in result.entries)


def test_a_retitled_repetition_is_said_and_the_first_is_read(read: Read) -> None:
    again = "<item><title>B</title><link>https://e.org/1</link></item>"
    result = read(rss(ITEM.format("") + again))
    assert only(result).title == "A"
    assert result.problems == ("1 entries repeat the address of another: the first is read",)


def test_an_item_without_a_link_keeps_its_address_from_poll_to_poll(read: Read) -> None:
    item = "<item><title>{}</title><guid>tag:1</guid><description>Text.</description></item>"
    home = "<link>https://site.example/</link>"
    first, later = (only(read(rss(item.format(title), home))) for title in ("A", "A, corrected"))
    assert first.url == later.url
    assert first.url.startswith("https://site.example/#entry-")
    assert first.summary == "Text."


def test_addresses_of_aggregators_become_those_of_the_publisher(read: Read) -> None:
    wrapped = "https://www.google.com/url?rct=j&amp;url=https://e.org/9%3Fid%3D2&amp;ct=ga"
    item = (
        f"<item><title>Banks freed - The Paper</title><link>{wrapped}</link>"
        '<source url="https://e.org/">The Paper</source></item>'
    )
    entry = only(read(rss(item)))
    assert (entry.url, entry.title) == ("https://e.org/9?id=2", "Banks freed")


def test_json_feeds_are_read_field_by_field(read: Read) -> None:
    items = [
        {"url": "a", "title": 7, "content_text": "One. Two.", "language": "ru"},
        {"external_url": "https://x.org/", "title": "X", "date_published": "soon"},
        "no object",
        {"id": "https://e.org/9", "content_html": LONG, "summary": "Short"},
    ]
    feed = {"items": items, "home_page_url": "https://e.org/", "language": "en"}
    result = read(json.dumps(feed), "application/json")
    first, second, third = result.entries
    assert (first.url, first.title, first.language) == ("https://e.org/a", "One.", "ru")
    assert (second.url, second.published_raw, second.published) == ("https://x.org/", "soon", None)
    assert (third.summary, len(third.paragraphs), third.language) == ("Short", 4, "en")
    assert result.problems == ("1 items are no objects: left out",)
    assert result.at == NOW

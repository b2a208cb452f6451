from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitors.errors import (
    BodyRefused,
    HttpStatusError,
    NotAFeed,
    SourceError,
    StreamError,
    UnsafeDocument,
)
from monitors.model import Poll, PollState, Source
from monitors.sandbox import Sandbox
from monitors.sources.folder import FolderReader, read_stream_entries
from monitors.sources.page import PageReader
from monitors.sources.sitemap import SitemapReader
from tests.support.polls import NOW, poll
from tests.support.webserver import Answer, WebServer

# --- sitemaps ----------------------------------------------------------------------------


def urlset(*locations: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{x}</loc></url>' for x in locations)}</urlset>".encode()


def index(web: WebServer, names: dict[str, str]) -> bytes:
    maps = (
        f"<sitemap><loc>{web.url(n)}</loc>{f'<lastmod>{d}</lastmod>' if d else ''}</sitemap>"
        for n, d in names.items()
    )
    return f"<sitemapindex>{''.join(maps)}</sitemapindex>".encode()


def read_sitemap(web: WebServer, sandbox: Sandbox, body: bytes, **headers: str) -> Poll:
    url = web.on("/sitemap.xml", Answer(body, headers=headers))
    return poll(SitemapReader(sandbox), Source("s", "S", "sitemap", url))


def test_news_fields_are_read(web: WebServer, sandbox: Sandbox) -> None:
    body = """<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>
      <loc>https://e.org/a?x=1&amp;y=2</loc><lastmod>2025-02-20</lastmod><n:news>
      <n:publication><n:name>Outlet</n:name><n:language>rus</n:language></n:publication>
      <n:publication_date>2025-02-18T10:00+03:00</n:publication_date>
      <n:title>Talks &amp;amp; more</n:title></n:news></url></urlset>"""
    (entry,) = read_sitemap(web, sandbox, body.encode()).entries
    assert entry.url == "https://e.org/a?x=1&y=2"
    assert (entry.title, entry.language) == ("Talks & more", "ru")
    assert entry.published == datetime(2025, 2, 18, 7, tzinfo=UTC)
    assert entry.published_raw == "2025-02-18T10:00+03:00"


def test_gzip_files_are_unpacked_within_bounds(web: WebServer, sandbox: Sandbox) -> None:
    packed = gzip.compress(urlset("https://e.org/1"))
    assert len(read_sitemap(web, sandbox, packed).entries) == 1
    with pytest.raises(BodyRefused, match="larger than 50 MB"):
        read_sitemap(web, sandbox, gzip.compress(bytes(60_000_000)))


def test_the_five_newest_sitemaps_of_an_index_are_read(web: WebServer, sandbox: Sandbox) -> None:
    names = {f"/m{day}.xml": f"2025-02-{day:02}" for day in range(10, 20)}
    for name in names:
        web.on(name, Answer(urlset(f"https://e.org{name}")))
    result = read_sitemap(web, sandbox, index(web, names), ETag='"1"')
    assert [e.url for e in result.entries] == [
        f"https://e.org/m{d}.xml" for d in range(19, 14, -1)
    ]
    assert result.problems == ("5 of 10 sitemaps are read, the newest",)
    assert result.etag == '"1"'


def test_an_index_without_dates_is_read_newest_name_first_and_always_anew(
    web: WebServer, sandbox: Sandbox
) -> None:
    names = {f"/m-{n}.xml": "" for n in (1, 9, 10)}
    for name in names:
        web.on(name, Answer(urlset(f"https://e.org{name}")))
    result = read_sitemap(web, sandbox, index(web, names), ETag='"1"')
    assert [e.url[-8:] for e in result.entries] == ["m-10.xml", "/m-9.xml", "/m-1.xml"]
    assert result.etag is None


def test_a_failing_sitemap_does_not_stop_the_others(web: WebServer, sandbox: Sandbox) -> None:
    web.on("/good.xml", Answer(urlset("https://e.org/1")))
    web.on("/html.xml", Answer(b"<html></html>"))
    web.on("/deeper.xml", Answer(index(web, {"/deeper-2.xml": ""})))
    web.on("/deeper-2.xml", Answer(index(web, {"/x.xml": ""})))
    names = dict.fromkeys(["/good.xml", "/html.xml", "/gone.xml", "/deeper.xml"], "")
    result = read_sitemap(web, sandbox, index(web, names))
    assert [e.url for e in result.entries] == ["https://e.org/1"]
    text = "\n".join(result.problems)
    assert "404" in text
    assert "an HTML page" in text
    assert "an index deep within the index is not followed" in text


def test_an_index_within_the_index_is_followed_once(web: WebServer, sandbox: Sandbox) -> None:
    web.on("/year.xml", Answer(index(web, {"/day.xml": "", "/sitemap.xml": "", "/year.xml": ""})))
    web.on("/day.xml", Answer(urlset("https://e.org/1")))
    result = read_sitemap(web, sandbox, index(web, {"/year.xml": ""}))
    assert [e.url for e in result.entries] == ["https://e.org/1"]
    assert len(web.seen) == 3


def test_titles_of_images_and_videos_are_not_the_articles(
    web: WebServer, sandbox: Sandbox
) -> None:
    page = (
        b'<urlset xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><image:image>'
        b"<image:loc>https://e.org/i</image:loc><image:title>A photo</image:title></image:image>"
        b"<video:video><video:title>A film</video:title></video:video>"
        b"<loc>https://e.org/1</loc><news:news><news:title>Talks begin</news:title></news:news>"
        b"</url></urlset>"
    )
    (entry,) = read_sitemap(web, sandbox, page).entries
    assert (entry.url, entry.title) == ("https://e.org/1", "Talks begin")


def test_a_sitemap_in_plain_text_is_read(web: WebServer, sandbox: Sandbox) -> None:
    result = read_sitemap(web, sandbox, b"\xef\xbb\xbfhttps://e.org/1\r\nhttps://e.org/2\r\n\r\n")
    assert [e.url for e in result.entries] == ["https://e.org/1", "https://e.org/2"]
    with pytest.raises(NotAFeed, match="text"):
        read_sitemap(web, sandbox, b"https://e.org/1 is where it was")


def test_an_index_whose_sitemaps_all_fail_is_an_error(web: WebServer, sandbox: Sandbox) -> None:
    with pytest.raises(HttpStatusError, match="404"):
        read_sitemap(web, sandbox, index(web, {"/gone.xml": ""}))


def test_broken_sitemaps_are_read_leniently(web: WebServer, sandbox: Sandbox) -> None:
    result = read_sitemap(web, sandbox, urlset("https://e.org/1", "https://e.org/2")[:-15])
    assert [e.url for e in result.entries][:1] == ["https://e.org/1"]
    assert any("broken XML" in problem for problem in result.problems)


def test_an_empty_sitemap_is_empty(web: WebServer, sandbox: Sandbox) -> None:
    assert read_sitemap(web, sandbox, b"<urlset/>").state is PollState.EMPTY


def test_a_feed_is_no_sitemap(web: WebServer, sandbox: Sandbox) -> None:
    with pytest.raises(NotAFeed, match="kind: feed"):
        read_sitemap(web, sandbox, b"<rss><channel/></rss>")


def test_entities_in_sitemaps_are_refused(web: WebServer, sandbox: Sandbox) -> None:
    with pytest.raises(UnsafeDocument, match="entities"):
        read_sitemap(web, sandbox, b'<!DOCTYPE u [<!ENTITY a "b">]>' + urlset("https://e.org/&a;"))


def test_a_sitemap_is_cut_at_fifty_thousand_addresses(web: WebServer, sandbox: Sandbox) -> None:
    result = read_sitemap(web, sandbox, urlset(*(f"https://e.org/{n}" for n in range(50_010))))
    assert len(result.entries) == 50_000
    assert result.problems == ("only the first 50000 addresses are read",)


# --- pages -------------------------------------------------------------------------------

LISTING = """<html lang="en-GB"><head><base href="/world/"></head><body>
<a href="/">The front page of this outlet</a> <a href="/politics">Politics</a>
<a href="talks-in-riyadh#comments">12</a>
<a href="talks-in-riyadh"><img src="x"></a>
<a href="talks-in-riyadh"> Talks in  Riyadh end with a plan </a>
<a href="https://ads.example.net/buy">Buy this thing, it is really very cheap</a>
<a href="https://video.127.0.0.2.example/">Elsewhere is another headline to read</a>
<a href="/tag/russia">Everything that we have on this tag</a>
<a href="/login?next=/">Log in to read all of our articles</a>
<a href="javascript:void(0)">A headline that goes nowhere at all</a>
<a href="/world/second-story.html" title="A second story with a headline"></a>
</body></html>"""


def read_page(web: WebServer, sandbox: Sandbox, body: str, pattern: str | None = None) -> Poll:
    url = web.on("/list", Answer(body.encode(), headers={"Content-Type": "text/html"}))
    return poll(PageReader(sandbox), Source("s", "S", "page", url, pattern=pattern))


def test_links_with_headlines_of_the_same_site_are_taken(web: WebServer, sandbox: Sandbox) -> None:
    result = read_page(web, sandbox, LISTING)
    assert [(e.url, e.title, e.language) for e in result.entries] == [
        (web.url("/world/talks-in-riyadh"), "Talks in Riyadh end with a plan", "en"),
        (web.url("/world/second-story.html"), "A second story with a headline", "en"),
    ]


def test_a_card_gives_its_links_heading_and_date(web: WebServer, sandbox: Sandbox) -> None:
    page = """<html><body><ul><li><h3>Talks begin in Riyadh this week</h3>
<time datetime="2025-02-18T10:00:00+03:00">Tuesday</time><a href="/2025/talks">Read more</a></li>
<li><h3>Embassy reopens after two years</h3><a href="/2025/embassy">More</a></li></ul>
<article><h2>One heading of it</h2><h2>And another one</h2><a href="/2025/x">Go</a></article>"""
    url = web.on("/list", Answer(page.encode(), headers={"Content-Type": "text/html"}))
    result = poll(PageReader(sandbox), Source("s", "S", "page", url))
    first, second = result.entries
    assert (first.title, first.url) == ("Talks begin in Riyadh this week", web.url("/2025/talks"))
    assert first.published is not None
    assert first.published.isoformat() == "2025-02-18T07:00:00+00:00"
    assert (second.title, second.published) == ("Embassy reopens after two years", None)


def test_every_link_of_a_long_listing_is_read(web: WebServer, sandbox: Sandbox) -> None:
    links = "".join(
        f'<a href="/2025/story-{n}">Talks begin in the capital, {n}</a>' for n in range(1200)
    )
    url = web.on("/list", Answer(f"<html>{links}</html>".encode()))
    assert len(poll(PageReader(sandbox), Source("s", "S", "page", url)).entries) == 1200


def test_a_pattern_decides_alone(web: WebServer, sandbox: Sandbox) -> None:
    result = read_page(web, sandbox, LISTING, pattern=r"/politics$|ads\.example")
    assert [e.url for e in result.entries] == [
        web.url("/politics"),
        "https://ads.example.net/buy",
    ]


def test_a_pattern_without_matches_shows_what_links_look_like(
    web: WebServer, sandbox: Sandbox
) -> None:
    with pytest.raises(NotAFeed, match=r"match the pattern.*/politics"):
        read_page(web, sandbox, LISTING, pattern="/article/")


def test_a_pattern_that_is_no_expression_is_named(web: WebServer, sandbox: Sandbox) -> None:
    with pytest.raises(SourceError, match="no regular expression"):
        read_page(web, sandbox, LISTING, pattern="(")


def test_a_catastrophic_pattern_is_stopped(web: WebServer) -> None:
    sandbox = Sandbox(workers=1, wall=0.5)
    body = f'<a href="/{"a" * 60}!">A headline that is long enough to take</a>'
    try:
        with pytest.raises(UnsafeDocument, match="Simplify its 'pattern'"):
            read_page(web, sandbox, body, pattern=r"/(a+)+$")
        assert len(read_page(web, sandbox, body, pattern=r"/a+").entries) == 1
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<html><body><div id=app></div></body></html>", "no links at all"),
        ("<html><body><a href='/x'>x</a></body></html>", "looks like an article"),
    ],
)
def test_a_page_without_articles_says_what_is_there(
    web: WebServer, sandbox: Sandbox, body: str, found: str
) -> None:
    with pytest.raises(NotAFeed, match=found) as caught:
        read_page(web, sandbox, body)
    assert caught.value.remedy


# --- folders -----------------------------------------------------------------------------


def row(n: int, **changes: object) -> str:
    base = {
        "id": f"x{n}", "source": "Daily_Echo", "lang": "ru", "slug": f"/a/{n}", "title": f"T{n}",
        "published": f"2025-02-{n:02}T07:00:00Z", "summary": "S", "paragraphs": ["P1", "P2"],
        "labels": {"t": [{"development": "d", "role": "first"}]},
    }  # fmt: skip
    return json.dumps(base | changes, ensure_ascii=False)


def write_stream(folder: Path, *rows: str) -> Path:
    (folder / "stream.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_a_stream_gives_entries_with_their_rows(tmp_path: Path) -> None:
    pairs = read_stream_entries(write_stream(tmp_path, row(1), row(2, lang="eng")))
    (first, first_row), (second, _) = pairs
    assert first.url == "https://daily-echo.stream.example/a/1"
    assert (first.source_id, first.title, first.summary) == ("Daily_Echo", "T1", "S")
    assert (first.paragraphs, first.language, second.language) == (("P1", "P2"), "ru", "en")
    assert first.published == datetime(2025, 2, 1, 7, tzinfo=UTC)
    assert first_row["labels"]["t"][0]["development"] == "d"
    assert read_stream_entries(tmp_path / "stream.jsonl") == pairs


@pytest.mark.parametrize(
    "bad",
    ["{", "[]", row(2, published="soon"), row(2, published="2025-02-01T07:00:00"),
     row(2, paragraphs=[1]), json.dumps({"id": "x"})],
)  # fmt: skip
def test_a_malformed_line_is_named(tmp_path: Path, sandbox: Sandbox, bad: str) -> None:
    write_stream(tmp_path, row(1), bad, row(3))
    with pytest.raises(StreamError, match=r"stream\.jsonl:2: the line is malformed"):
        read_stream_entries(tmp_path)
    result = poll(FolderReader(sandbox), Source("s", "S", "folder", str(tmp_path)))
    assert [entry.title for entry in result.entries] == ["T1", "T3"]
    assert len(result.problems) == 1


def test_a_missing_stream_is_named(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="cannot be read"):
        read_stream_entries(tmp_path)


def test_labels_change_nothing(tmp_path: Path) -> None:
    with_labels = read_stream_entries(write_stream(tmp_path, row(1)))
    without = read_stream_entries(write_stream(tmp_path, row(1, labels={}, kind="opinion")))
    assert [entry for entry, _ in with_labels] == [entry for entry, _ in without]


def test_a_poll_shows_only_what_is_published_and_the_latest_version(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    write_stream(tmp_path, row(1), row(2), row(5, slug="/a/1", title="Corrected"))
    source = Source("demo", "Demo", "folder", str(tmp_path))

    def titles(day: int) -> list[str]:
        now = datetime(2025, 2, day, 12, tzinfo=UTC)
        result = poll(FolderReader(sandbox), source, now=now)
        assert {entry.source_id for entry in result.entries} <= {"demo"}
        return [entry.title for entry in result.entries]

    assert titles(1) == ["T1"]
    assert titles(3) == ["T1", "T2"]
    assert titles(6) == ["Corrected", "T2"]


def test_before_the_first_article_a_stream_is_empty(tmp_path: Path, sandbox: Sandbox) -> None:
    write_stream(tmp_path, row(1, published="2026-01-01T00:00:00Z"))
    result = poll(FolderReader(sandbox), Source("s", "S", "folder", str(tmp_path)))
    assert result.state is PollState.EMPTY
    assert result.at == NOW


SAVED = """<!DOCTYPE html><html lang="ru"><head><title>Переговоры — Издание</title>
<link rel="canonical" href="https://e.org/a/1">
<meta property="article:published_time" content="2025-02-18T10:00:00+03:00"></head><body>
<nav><a href="/">Главная</a></nav><article><h1>Переговоры начались в Эр-Рияде</h1>
<p>Делегации двух стран начали переговоры во вторник утром, сообщили участники встречи.</p>
<p>Стороны обсуждают возвращение дипломатов и открытие воздушного сообщения между странами.</p>
<p>Следующая встреча, по словам участников, пройдёт в Стамбуле до конца этого месяца.</p>
</article><footer>Все права защищены</footer></body></html>"""


def test_saved_pages_are_entries_with_text(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "a.html").write_text(SAVED, encoding="utf-8")
    (tmp_path / "b.htm").write_text("<html><p>No address</p></html>", encoding="utf-8")
    (tmp_path / "c.html").write_bytes(b"")
    (tmp_path / "note.txt").write_text("left alone", encoding="utf-8")
    result = poll(FolderReader(sandbox), Source("s", "S", "folder", str(tmp_path)))
    (entry,) = result.entries
    assert (entry.url, entry.language) == ("https://e.org/a/1", "ru")
    assert "Переговоры" in entry.title
    assert entry.published is not None
    assert entry.published.date().isoformat() == "2025-02-18"
    assert any("Стамбуле" in paragraph for paragraph in entry.paragraphs)
    assert [problem.partition(" ")[0].rstrip(":") for problem in result.problems] == [
        "b.htm",
        "c.html",
    ]


def test_pages_in_every_form_that_browsers_save_are_read(tmp_path: Path, sandbox: Sandbox) -> None:
    bare = SAVED.replace('<link rel="canonical" href="https://e.org/a/1">', "")
    archive = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
        '\tboundary="--b"\r\n\r\n----b\r\nContent-Type: text/html\r\nContent-Location:'
        " https://e.org/mhtml\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + bare
        + "\r\n----b--\r\n"
    )
    single = (
        "<!DOCTYPE html><html><!--\n Page saved with SingleFile \n url: https://e.org/single \n-->"
    )
    (tmp_path / "deep" / "x_files").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "a.mhtml").write_text(archive, encoding="utf-8")
    (tmp_path / "deep" / "b.html").write_text(single + bare, encoding="utf-8")
    (tmp_path / "deep" / "x_files" / "frame.html").write_text(SAVED, encoding="utf-8")
    (tmp_path / ".hidden" / "c.html").write_text(SAVED, encoding="utf-8")
    result = poll(FolderReader(sandbox), Source("s", "S", "folder", str(tmp_path)))
    assert {e.url for e in result.entries} == {"https://e.org/mhtml", "https://e.org/single"}
    assert result.problems == ()
    assert all("Стамбуле" in " ".join(e.paragraphs) for e in result.entries)


def test_a_folder_with_neither_is_named(tmp_path: Path, sandbox: Sandbox) -> None:
    with pytest.raises(NotAFeed, match=r"stream\.jsonl"):
        poll(FolderReader(sandbox), Source("s", "S", "folder", str(tmp_path)))

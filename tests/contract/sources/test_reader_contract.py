"""What every reader of :data:`monitors.sources.READERS` does.

Each kind brings three articles, one of them unusable, in its own shape.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest

from monitors.errors import FetchError, SourceError
from monitors.model import Poll, PollState, Source, SourceState
from monitors.ports import SourceReader
from monitors.sandbox import Sandbox
from monitors.sources import READERS
from monitors.sources.feed import FeedReader
from monitors.sources.folder import FolderReader
from monitors.sources.page import PageReader
from monitors.sources.sitemap import SitemapReader
from tests.support.polls import NOW, poll
from tests.support.webserver import Answer, WebServer

TITLES = {"Talks begin in Riyadh this week", "Посольство возвращает дипломатов в Москву"}

RSS = """<rss version="2.0"><channel><title>T</title>
<item><title>Talks begin in Riyadh this week</title><link>/a/1</link>
  <pubDate>Tue, 18 Feb 2025 10:00:00 +0300</pubDate></item>
<item><title>Посольство возвращает дипломатов в Москву</title><link>https://e.org/a/2</link></item>
<item><title>The embassy, once more</title><link>https://e.org/a/2</link></item>
</channel></rss>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "url": "/a/1", "title": "Talks begin in Riyadh this week",
             "date_published": "2025-02-18T10:00:00+03:00"},
            "no object",
            {"id": "https://e.org/a/2", "title": "Посольство возвращает дипломатов в Москву"},
        ],
    }
)  # fmt: skip

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://e.org/a/1</loc><news:news>
  <news:publication><news:name>E</news:name><news:language>en</news:language></news:publication>
  <news:publication_date>2025-02-18T10:00:00+03:00</news:publication_date>
  <news:title>Talks begin in Riyadh this week</news:title></news:news></url>
<url><loc>mailto:editor@e.org</loc></url>
<url><loc>https://e.org/a/2</loc><lastmod>2025-02-19</lastmod>
  <news:news><news:title>Посольство возвращает дипломатов в Москву</news:title></news:news></url>
</urlset>"""

PAGE = """<html><body><a href="/">Home</a><a href="/politics">Politics</a>
<a href="/a/1">Talks begin in Riyadh this week</a>
<a href="http://[bad">A headline with a broken link in it</a>
<a href="/a/2">Посольство возвращает дипломатов в Москву</a></body></html>"""

STREAM = "\n".join(
    json.dumps({"id": i, "source": "outlet", "lang": "en", "published": p, "slug": f"/a/{i}",
                "title": t, "summary": "", "paragraphs": ["Text."], "labels": {}})
    for i, p, t in [("1", "2025-02-18T07:00:00Z", "Talks begin in Riyadh this week"),
                    ("2", "2025-02-19T07:00:00Z", "Посольство возвращает дипломатов в Москву")]
).replace("\n", "\n{broken\n")  # fmt: skip


@dataclass
class Kind:
    reader: SourceReader
    source: Source
    serve: Callable[[bytes, int], object]
    """replaces what the source answers"""


@pytest.fixture(params=["rss", "json feed", "sitemap", "page", "stream"])
def kind(request: pytest.FixtureRequest, web: WebServer, sandbox: Sandbox, tmp_path: Path) -> Kind:
    if request.param == "stream":
        file = tmp_path / "stream.jsonl"
        file.write_text(STREAM, encoding="utf-8")
        return Kind(
            FolderReader(sandbox),
            Source("s", "S", "folder", str(tmp_path)),
            lambda body, _: file.unlink(),
        )
    content, name, reader = {
        "rss": (RSS, "feed", FeedReader(sandbox)),
        "json feed": (JSON_FEED, "feed", FeedReader(sandbox)),
        "sitemap": (SITEMAP, "sitemap", SitemapReader(sandbox)),
        "page": (PAGE, "page", PageReader(sandbox)),
    }[request.param]
    url = web.on("/it", Answer(content.encode(), headers={"ETag": '"1"'}))
    return Kind(
        reader,
        Source("s", "S", name, url),
        lambda body, status: web.on("/it", Answer(body, status=status)),
    )


def polled(kind: Kind) -> Poll:
    return poll(kind.reader, kind.source)


def test_every_kind_is_registered() -> None:
    assert set(READERS) == {"feed", "sitemap", "page", "folder"}
    for make in READERS.values():
        assert callable(make().poll)


def test_entries_are_complete_values(kind: Kind) -> None:
    result = polled(kind)
    assert result.state is PollState.OK
    assert result.source_id == "s"
    assert result.at == NOW
    assert {entry.title for entry in result.entries} == TITLES
    for entry in result.entries:
        assert entry.source_id == "s"
        assert entry.url.startswith(("http://", "https://"))
        assert entry.published is None or entry.published.tzinfo is UTC
        assert isinstance(entry.paragraphs, tuple)


def test_a_bad_entry_is_left_out_and_the_others_stay(kind: Kind) -> None:
    result = polled(kind)
    assert len(result.entries) == 2
    for problem in result.problems:
        assert problem
        assert len(problem.splitlines()) == 1
    if kind.source.kind != "page":  # pages are full of links that are no articles
        assert len(result.problems) == 1


def test_the_same_poll_gives_the_same_entries(kind: Kind) -> None:
    assert polled(kind) == polled(kind)


def test_the_language_that_the_operator_names_wins(kind: Kind) -> None:
    source = Source("s", "S", kind.source.kind, kind.source.url, language="ru-RU")
    assert {entry.language for entry in poll(kind.reader, source).entries} == {"ru"}


@pytest.mark.parametrize("body", [b"", b"\0" * 50, b"%PDF-1.7", b"just text", b"{]"])
def test_something_else_is_a_source_error_with_a_remedy(kind: Kind, body: bytes) -> None:
    kind.serve(body, 200)
    with pytest.raises(SourceError) as caught:
        polled(kind)
    assert "source 'S'" in caught.value.subject
    assert caught.value.remedy


def test_a_failing_server_is_a_fetch_error(kind: Kind) -> None:
    if kind.source.kind == "folder":
        gone = Source("s", "S", "folder", kind.source.url + "/gone")
        with pytest.raises(SourceError, match="no such folder"):
            poll(kind.reader, gone)
        return
    kind.serve(b"", 503)
    with pytest.raises(FetchError, match="503"):
        polled(kind)


def test_an_unchanged_source_is_not_modified(kind: Kind, web: WebServer) -> None:
    if kind.source.kind == "folder":
        assert polled(kind).status is None
        return
    first = polled(kind)
    assert (first.etag, first.status) == ('"1"', 200)
    kind.serve(b"", 304)
    again = poll(kind.reader, kind.source, SourceState("s", etag=first.etag))
    assert web.seen[-1].headers["if-none-match"] == '"1"'
    assert again.state is PollState.NOT_MODIFIED
    assert (again.status, again.entries, again.etag) == (304, (), '"1"')

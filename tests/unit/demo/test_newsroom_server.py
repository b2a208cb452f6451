from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.robotparser import RobotFileParser

import feedparser
import httpx
import pytest
import trafilatura
from ruamel.yaml import YAML

from monitors.clock import FixedClock
from monitors.demo.clock import RunningClock
from monitors.demo.pages import STYLES, style_of
from monitors.demo.server import Fault, NewsroomServer, main, newsroom_watchlist
from monitors.model import Keywords, Tier, Topic
from monitors.streams import LabelledStream, StreamArticle, StreamSource
from monitors.watchlist import load_watchlist

START = datetime(2025, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
NASTY = """Tom & "Ann" <script>alert('x')</script> </title> \x0b ]]>"""
PARAGRAPHS = (
    "FILE PHOTO: The ministry building on Wednesday",
    (
        "Negotiators met for six hours on Saturday and agreed to hand back two houses that were "
        "closed in 2016, officials from both delegations told reporters outside the ministry."
    ),
    "Read also: How the houses were closed",
    (
        "The keys are to be returned by the end of the month, and a second round of talks on "
        "visas was set for April, according to a statement that was read out after the meeting."
    ),
    (
        "Neither delegation would say who will live there, but a list of sixty names was "
        "exchanged, and three of them are known to have served in the same city before."
    ),
)


def outlet(id_: str, kind: str, carries: str = "full text", style: str = "plain") -> StreamSource:
    return StreamSource(id_, f"The {id_}", "en", Tier.PRESS, kind, carries, style)


OUTLETS = (
    outlet("rss-full", "rss"),
    outlet("rss-short", "rss", "summary only"),
    outlet("rss-bare", "rss", "title only"),
    outlet("atom-full", "atom"),
    outlet("json-full", "jsonfeed"),
    outlet("json-short", "jsonfeed", "summary only"),
    outlet("map", "sitemap", "title only"),
)


def article(source: str, number: int, **fields: object) -> StreamArticle:
    return replace(
        StreamArticle(
            id=f"{source}-{number}",
            source=source,
            language="en",
            published=START + number * HOUR,
            slug=f"/2025/story-{number}.html",
            title=f"Headline {number}",
            summary=f"Summary {number}",
            paragraphs=PARAGRAPHS,
        ),
        **fields,
    )


def stream_of(
    *articles: StreamArticle, sources: tuple[StreamSource, ...] = OUTLETS
) -> LabelledStream:
    topic = Topic(
        "sanctions-relief",
        "Sanctions relief",
        "Sanctions are lifted: or eased.",
        examples=("A bank's delisted",),
        not_examples=("Санкции продлены",),
        keywords=Keywords(any=("sanction*", "no"), none=()),
    )
    by_time = tuple(sorted(articles, key=lambda a: a.published))
    return LabelledStream(
        "small", by_time, {s.id: s for s in sources}, (topic, Topic("b", "B", "b")), {}, {}
    )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START + 10 * HOUR)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, trust_env=False) as client:
        yield client


FEEDS = {
    "rss": "rss.xml",
    "atom": "atom.xml",
    "jsonfeed": "feed.json",
    "sitemap": "news-sitemap.xml",
}


def feed_url(server: NewsroomServer, source: str) -> str:
    kind = server.outlets[source].source.feed_kind
    return f"{server.base_url}/{source}/{FEEDS[kind]}"


def links(text: str) -> list[str]:
    return re.findall(r"/2025/story-(\d+)\.html", text)


@pytest.mark.parametrize("source", [s.id for s in OUTLETS])
def test_a_feed_lists_only_what_is_out_newest_first(
    source: str, clock: FixedClock, client: httpx.Client
) -> None:
    stream = stream_of(*(article(source, n) for n in range(3)))
    with NewsroomServer(stream, clock) as server:
        listed = {}
        for hours in (-1, 0, 1, 5):
            clock.set(START + hours * HOUR)
            numbers = links(client.get(feed_url(server, source)).text)
            listed[hours] = list(dict.fromkeys(numbers))
    assert listed == {-1: [], 0: ["0"], 1: ["1", "0"], 5: ["2", "1", "0"]}


def test_a_feed_lists_at_most_25(clock: FixedClock, client: httpx.Client) -> None:
    rows = [article("rss-bare", n, published=START + n * timedelta(minutes=1)) for n in range(40)]
    with NewsroomServer(stream_of(*rows), clock) as server:
        entries = feedparser.parse(client.get(feed_url(server, "rss-bare")).content).entries
    assert [entry.title for entry in entries] == [f"Headline {n}" for n in range(39, 14, -1)]


def test_rss_carries_what_the_outlet_carries(clock: FixedClock, client: httpx.Client) -> None:
    sources = ("rss-full", "rss-short", "rss-bare")
    with NewsroomServer(stream_of(*(article(s, 1) for s in sources)), clock) as server:
        feeds = [feedparser.parse(client.get(feed_url(server, s)).content) for s in sources]
    assert not any(feed.bozo for feed in feeds)
    full, short, bare = (feed.entries[0] for feed in feeds)
    assert PARAGRAPHS[1] in full.content[0].value
    assert (short.summary, "content" in short) == ("Summary 1", False)
    assert ("summary" in bare, "content" in bare) == (False, False)
    assert full.published == "Sat, 01 Mar 2025 11:00:00 GMT"
    assert full.link.endswith("/rss-full/2025/story-1.html")


def test_atom_and_json_feed_are_what_they_say(clock: FixedClock, client: httpx.Client) -> None:
    rows = [article(s, 1) for s in ("atom-full", "json-full", "json-short")]
    with NewsroomServer(stream_of(*rows), clock) as server:
        atom = feedparser.parse(client.get(feed_url(server, "atom-full")).content)
        answers = [client.get(feed_url(server, s)) for s in ("json-full", "json-short")]
    assert (atom.bozo, atom.version) == (False, "atom10")
    assert atom.entries[0].published == "2025-03-01T11:00:00Z"
    assert PARAGRAPHS[1] in atom.entries[0].content[0].value
    full, short = (answer.json() for answer in answers)
    assert answers[0].headers["content-type"].startswith("application/feed+json")
    assert full["version"] == "https://jsonfeed.org/version/1.1"
    assert PARAGRAPHS[1] in full["items"][0]["content_html"]
    assert "content_html" not in short["items"][0]
    assert short["items"][0]["content_text"] == "Summary 1"


def test_the_news_sitemap_names_title_and_date(clock: FixedClock, client: httpx.Client) -> None:
    with NewsroomServer(stream_of(article("map", 1)), clock) as server:
        text = client.get(feed_url(server, "map")).text
    assert f"<loc>{server.base_url}/map/2025/story-1.html</loc>" in text
    assert "<news:publication_date>2025-03-01T11:00:00Z</news:publication_date>" in text
    assert "<news:title>Headline 1</news:title>" in text


@pytest.mark.parametrize(
    "path", ["", "rss-full/", "rss-full/rss.xml", "rss-full/2025/story-1.html"]
)
def test_validators_hold_until_something_is_published(
    path: str, clock: FixedClock, client: httpx.Client
) -> None:
    # The newspaper's pages list its other headlines, so they change as well.
    sources = (outlet("rss-full", "rss", style="newspaper"),)
    rows = (article("rss-full", 1), article("rss-full", 20))
    with NewsroomServer(stream_of(*rows, sources=sources), clock) as server:
        url = f"{server.base_url}/{path}"
        first = client.get(url)
        by_tag = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
        same = client.get(url, headers=by_tag)
        if path:
            by_date = {"If-Modified-Since": first.headers["last-modified"]}
            assert client.get(url, headers=by_date).status_code == 304
        clock.set(START + 21 * HOUR)
        later = client.get(url, headers=by_tag)
        if path:
            assert client.get(url, headers=by_date).status_code == 200
    assert (first.status_code, same.status_code, later.status_code) == (200, 304, 200)
    assert same.content == b""
    assert same.headers["etag"] == first.headers["etag"] != later.headers["etag"]


def test_a_wrong_tag_outranks_a_fitting_date(clock: FixedClock, client: httpx.Client) -> None:
    with NewsroomServer(stream_of(article("rss-full", 1)), clock) as server:
        url = feed_url(server, "rss-full")
        date = client.get(url).headers["last-modified"]
        both = {"If-None-Match": '"old"', "If-Modified-Since": date}
        assert client.get(url, headers=both).status_code == 200
        assert client.get(url, headers={"If-Modified-Since": "soon"}).status_code == 200


def test_a_page_is_not_found_before_its_time(clock: FixedClock, client: httpx.Client) -> None:
    with NewsroomServer(stream_of(article("map", 1)), clock) as server:
        url = f"{server.base_url}/map/2025/story-1.html"
        clock.set(START + HOUR - timedelta(seconds=1))
        assert client.get(url).status_code == 404
        clock.set(START + HOUR)
        assert client.get(url).status_code == 200
        for path in (
            "map/2025/story-2.html",
            "nobody/",
            "rss-full/2025/story-1.html",
            "map/rss.xml",
        ):
            assert client.get(f"{server.base_url}/{path}").status_code == 404


def test_a_correction_takes_over_the_page_and_its_entry(
    clock: FixedClock, client: httpx.Client
) -> None:
    first = article("atom-full", 1, slug="a/b")
    other = article("atom-full", 2)
    fixed = article("atom-full", 3, slug="/a/b", title="Corrected", kind="correction")
    with NewsroomServer(stream_of(first, other, fixed), clock) as server:
        url = f"{server.base_url}/atom-full/a/b"
        clock.set(START + 2 * HOUR)
        before = client.get(url).text
        clock.set(START + 3 * HOUR)
        after = client.get(url).text
        entries = feedparser.parse(client.get(feed_url(server, "atom-full")).content).entries
    assert "Headline 1" in before
    assert "Corrected" not in before
    assert '<h1 class="headline">Corrected</h1>' in after
    assert '"datePublished": "2025-03-01T11:00:00+00:00"' in after
    assert '"dateModified": "2025-03-01T13:00:00+00:00"' in after
    assert [(e.title, e.published, e.updated) for e in entries] == [
        ("Corrected", "2025-03-01T11:00:00Z", "2025-03-01T13:00:00Z"),
        ("Headline 2", "2025-03-01T12:00:00Z", "2025-03-01T12:00:00Z"),
    ]


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("language", ["en", "ru", "ja"])
def test_the_article_can_be_taken_out_of_each_page_style(
    style: str, language: str, clock: FixedClock, client: httpx.Client
) -> None:
    sources = (outlet("paper", "rss", style=style),)
    rows = [article("paper", n, language=language) for n in range(8)]
    with NewsroomServer(stream_of(*rows, sources=sources), clock) as server:
        url = f"{server.base_url}/paper/2025/story-3.html"
        page = client.get(url).text
    assert f'<html lang="{language}">' in page
    found = trafilatura.bare_extraction(page, url=url, with_metadata=True)
    assert found.title == "Headline 3"
    assert found.date == "2025-03-01"
    for paragraph in (PARAGRAPHS[1], PARAGRAPHS[3], PARAGRAPHS[4]):
        assert paragraph in found.text
    for dirt in ("cookie", "Headline 4", "Newsletter", "All rights"):
        assert dirt not in found.text


def test_page_styles_have_what_real_pages_have(clock: FixedClock, client: httpx.Client) -> None:
    sources = (outlet("tab", "rss", style="tabloid"), outlet("web", "rss", style="portal"))
    rows = [article(s.id, n) for s in sources for n in range(8)]
    with NewsroomServer(stream_of(*rows, sources=sources), clock) as server:
        tabloid = client.get(f"{server.base_url}/tab/2025/story-3.html").text
        portal = client.get(f"{server.base_url}/web/2025/story-3.html").text
    for part in ("<nav", "cookie-banner", "share-buttons", "newsletter", "<footer", "og:title"):
        assert part in tabloid
    assert f"<figcaption>{PARAGRAPHS[0]}</figcaption>" in tabloid
    assert '<aside class="read-also">' in tabloid
    assert '"@type": "NewsArticle"' in tabloid
    assert "Headline 7" in tabloid
    assert f'<p class="small">{PARAGRAPHS[0]}</p>' in portal
    assert f"<p>{PARAGRAPHS[2]}</p>" in portal


def test_an_unknown_style_word_always_gives_the_same_style() -> None:
    assert style_of("gazette") is style_of("gazette")
    assert style_of("tabloid") is STYLES["tabloid"]


@pytest.mark.parametrize("source", [s.id for s in OUTLETS])
def test_text_cannot_break_out_of_feed_or_page(
    source: str, clock: FixedClock, client: httpx.Client
) -> None:
    row = article(source, 1, title=NASTY, summary=NASTY, paragraphs=(NASTY,), slug="a b/ж?#<")
    sources = tuple(replace(s, name=NASTY) for s in OUTLETS)
    with NewsroomServer(stream_of(row, sources=sources), clock) as server:
        document = client.get(feed_url(server, source))
        page = client.get(f"{server.base_url}/{source}/a%20b/%D0%B6%3F%23%3C")
        front = client.get(f"{server.base_url}/{source}/")
        index = client.get(server.base_url)
    assert page.status_code == 200
    path = f"/{source}/a%20b/%D0%B6%3F%23%3C"
    if source.startswith("json"):
        assert json.loads(document.text)["items"][0]["title"] == NASTY
        assert document.json()["items"][0]["url"].endswith(path)
    else:
        parsed = feedparser.parse(document.content)
        assert not parsed.bozo
        assert path in document.text
    for html in (page.text, front.text, index.text):
        assert "alert('x')</script>" not in html
        assert "\x0b" not in html
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    assert json.loads(data)["headline"] == NASTY


def test_addresses_follow_the_name_that_the_visitor_used(
    clock: FixedClock, client: httpx.Client
) -> None:
    with NewsroomServer(stream_of(article("map", 1)), clock) as server:
        url = feed_url(server, "map")
        named = client.get(url, headers={"Host": "news.test:81"}).text
        forged = client.get(url, headers={"Host": "<b>"}).text
    assert "<loc>http://news.test:81/map/2025/story-1.html</loc>" in named
    assert f"<loc>{server.base_url}/map/" in forged


def test_robots_may_read_everything(clock: FixedClock, client: httpx.Client) -> None:
    with NewsroomServer(stream_of(), clock) as server:
        text = client.get(f"{server.base_url}/robots.txt").text
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    assert robots.can_fetch("anything", f"{server.base_url}/map/x")
    assert robots.site_maps() == [feed_url(server, "map")]


def test_the_index_lists_the_outlets_for_people(clock: FixedClock, client: httpx.Client) -> None:
    with NewsroomServer(stream_of(article("map", 1)), clock) as server:
        text = client.get(server.base_url).text
        front = client.get(f"{server.base_url}/map/").text
    assert all(f'href="/{s.id}/"' in text for s in OUTLETS)
    assert "Saturday, 01 March 2025, 20:00 UTC" in text
    assert '<a href="/map/2025/story-1.html">Headline 1</a>' in front


def test_head_has_the_headers_without_the_body(clock: FixedClock, client: httpx.Client) -> None:
    with NewsroomServer(stream_of(article("map", 1)), clock) as server:
        got, head = (client.request(m, feed_url(server, "map")) for m in ("GET", "HEAD"))
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert head.headers["etag"] == got.headers["etag"]
    assert got.headers["date"] == "Sat, 01 Mar 2025 20:00:00 GMT"


def test_a_fault_is_seen_at_its_outlet_only(clock: FixedClock, client: httpx.Client) -> None:
    faults: dict[str, Fault] = {"rss-full": "dead", "atom-full": "blocked"}
    with NewsroomServer(stream_of(), clock, faults=faults) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(feed_url(server, "rss-full"))
        blocked = client.get(feed_url(server, "atom-full"))
        assert client.get(feed_url(server, "map")).status_code == 200
        del server.faults["rss-full"]
        assert client.get(feed_url(server, "rss-full")).status_code == 200
    assert blocked.status_code == 403
    assert "Access denied" in blocked.text


def test_a_lying_tag_hides_what_is_new(clock: FixedClock, client: httpx.Client) -> None:
    clock.set(START)
    stream = stream_of(article("map", 1))
    with NewsroomServer(stream, clock, faults={"map": "lying-etag"}) as server:
        url = feed_url(server, "map")
        tag = client.get(url).headers["etag"]
        clock.set(START + HOUR)
        hidden = client.get(url, headers={"If-None-Match": tag})
        assert hidden.status_code == 304
        assert links(client.get(url).text) == ["1"]


def test_a_slow_outlet_answers_late_and_does_not_hold_up_the_stop(
    clock: FixedClock, client: httpx.Client
) -> None:
    short = timedelta(seconds=0.2)
    with NewsroomServer(stream_of(), clock, faults={"map": "slow"}, slow_by=short) as server:
        assert client.get(feed_url(server, "map")).elapsed >= short
        server.slow_by = timedelta(minutes=5)
        with pytest.raises(httpx.ReadTimeout):
            client.get(feed_url(server, "map"), timeout=0.1)


def test_the_port_is_free_again_after_the_stop(clock: FixedClock, client: httpx.Client) -> None:
    server = NewsroomServer(stream_of(), clock)
    server.stop()  # also where it was never started
    with NewsroomServer(stream_of(), clock, port=int(server.base_url.rpartition(":")[2])) as again:
        assert client.get(again.base_url).status_code == 200
    with pytest.raises(httpx.ConnectError):
        client.get(again.base_url)


def test_the_watch_list_names_every_outlet_and_topic() -> None:
    text = newsroom_watchlist(stream_of(), "http://127.0.0.1:1/")
    document = YAML(typ="safe").load(text)
    assert [s["kind"] for s in document["sources"]] == ["feed"] * 6 + ["sitemap"]
    assert document["sources"][0] == {
        "id": "rss-full",
        "name": "The rss-full",
        "kind": "feed",
        "url": "http://127.0.0.1:1/rss-full/rss.xml",
        "tier": "press",
        "language": "en",
    }
    assert document["topics"]["sanctions-relief"] == {
        "name": "Sanctions relief",
        "description": "Sanctions are lifted: or eased.",
        "examples": ["A bank's delisted"],
        "not": ["Санкции продлены"],
        "keywords": {"any": ["sanction*", "no"]},
        "channel": "#sanctions-relief",
    }
    assert document["topics"]["b"] == {"name": "B", "description": "b", "channel": "#b"}


def test_the_watch_list_is_accepted_by_its_own_strict_loader(tmp_path: Path) -> None:
    stream = stream_of()
    path = tmp_path / "watch.yaml"
    path.write_text(newsroom_watchlist(stream, "http://127.0.0.1:8801"), encoding="utf-8")
    watched = load_watchlist(path)
    assert [source.id for source in watched.sources] == [source.id for source in OUTLETS]
    assert [replace(topic, channel="#news-alerts") for topic in watched.topics] == list(
        stream.topics
    )
    assert [topic.channel for topic in watched.topics] == ["#sanctions-relief", "#b"]


def test_the_running_clock_runs_as_fast_as_it_is_told() -> None:
    ticks = iter([100.0, 100.0, 101.5])
    clock = RunningClock(START, speed=3600, monotonic=lambda: next(ticks))
    assert clock.now() == START
    assert clock.now() == START + 1.5 * HOUR


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
def test_the_running_clock_refuses_a_speed_that_is_none(speed: float) -> None:
    with pytest.raises(ValueError, match="positive speed"):
        RunningClock(START, speed)
    with pytest.raises(ValueError, match="aware"):
        RunningClock(datetime(2025, 3, 1))  # noqa: DTZ001


def write_stream(folder: Path) -> Path:
    (folder / "sources.json").write_text(
        '[{"id": "map", "name": "Map", "lang": "en", "tier": "wire", "feed_kind": "sitemap",'
        ' "carries": "title only", "boilerplate": "agency"}]'
    )
    (folder / "developments.json").write_text("{}")
    (folder / "topics.yaml").write_text("t: {name: T, description: t}")
    row = {
        "id": "a",
        "source": "map",
        "lang": "en",
        "published": "2025-03-01T10:00:00Z",
        "slug": "a",
        "title": "Headline",
        "summary": "",
        "paragraphs": ["Text."],
        "kind": "news",
        "copy_of": None,
        "labels": {},
    }
    (folder / "stream.jsonl").write_text(json.dumps(row))
    return folder


def test_the_command_serves_until_it_is_stopped(tmp_path: Path, client: httpx.Client) -> None:
    watch = tmp_path / "watch.yaml"
    command = [sys.executable, "-m", "monitors.demo.server", "--stream", write_stream(tmp_path)]
    command += ["--port", "0", "--start", "2025-03-01T10:00Z", "--speed", "60", "--watch", watch]
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            (url,) = re.findall(r"http://127\.0\.0\.1:\d+/", line)
            assert "Headline" in client.get(f"{url}map/news-sitemap.xml").text
            assert f"{url}map/news-sitemap.xml" in watch.read_text()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_the_command_says_what_is_wrong(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--stream", str(tmp_path / "nowhere")]) == 2
    assert "there is no such folder" in caplog.text
    write_stream(tmp_path)
    assert main(["--stream", str(tmp_path), "--speed", "-1"]) == 2
    assert "positive speed" in caplog.text
    with pytest.raises(SystemExit, match="2"):
        main(["--stream", str(tmp_path), "--start", "noon"])

"""``check`` with the address of a site: what it proposes can be pasted and passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_values import Tidings

from monitors.errors import HttpStatusError
from tests.support.feeds import rss, rss_item
from tests.support.webserver import Answer, WebServer, running

HTML = {"Content-Type": "text/html"}
FEED = Answer(rss(rss_item(1, "<pubDate>Tue, 18 Feb 2025 10:00:00 GMT</pubDate>")).encode())
TOPIC = "topics:\n  relief: {name: Relief, description: It is lifted.}\n"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    monkeypatch.setenv("TIDINGS_ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.setenv("TIDINGS_HOST_SPACING", "0")
    with running() as server:
        server.on("/rss/world", FEED)
        server.on(
            "/",
            Answer(
                b'<html><head><link rel="alternate" type="application/rss+xml" title="World news"'
                b' href="/rss/world"></head><body>Welcome</body></html>',
                headers=HTML,
            ),
        )
        yield server


def test_a_site_in_the_watch_list_is_told_its_feeds(
    tidings: Tidings, folder: Path, web: WebServer
) -> None:
    watch = folder / "watch.yaml"
    more = "tier: wire, language: en"
    site = f"  - {{name: 'The Paper: world', kind: feed, url: '{web.url()}', {more}}}"
    watch.write_text(f"sources:\n{site}\n{TOPIC}", "utf-8")
    done = tidings("check")
    assert done.exit_code == 1
    assert "no feed, but an HTML page" in done.output
    assert "feed “World news”: 1 entry, newest 18 Feb 2025 10:00" in done.output
    line = next(row for row in done.output.splitlines() if row.strip().startswith("- {"))
    assert "The Paper: world" in line
    assert more in line

    watch.write_text(f"sources:\n  {line.strip()}\n{TOPIC}", "utf-8")
    mended = tidings("check")
    assert mended.exit_code == 0, mended.output
    assert "The Paper: world: 1 entry" in mended.output


def test_a_site_named_on_the_command_line_is_looked_at(tidings: Tidings, web: WebServer) -> None:
    done = tidings("check", web.url())
    assert done.exit_code == 0, done.output
    assert "1 source found; a line to paste for each" in done.output
    assert f'- {{name: 127.0.0.1, kind: feed, url: "{web.url("/rss/world")}"}}' in done.output


def test_a_site_without_anything_says_so(tidings: Tidings, web: WebServer) -> None:
    web.on("/", Answer(b"<html><body>Nothing but text</body></html>", headers=HTML))
    done = tidings("check", web.url())
    assert done.exit_code == 1
    assert "no feed, sitemap or page of links" in done.output


def test_a_site_that_is_not_there_is_one_line(tidings: Tidings, web: WebServer) -> None:
    done = tidings("check", web.url("/gone?token=s3cret-canary"))
    assert done.exit_code == 1
    assert isinstance(done.exception, HttpStatusError)
    assert "404" in str(done.exception)
    assert "s3cret" not in str(done.exception)

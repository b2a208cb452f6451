"""A small install that the commands of the guide are tried on: newsroom, Slack, database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.support.newsroom import html
from tests.support.webserver import Answer, WebServer

BEFORE = (
    ("old-fares", "Island ferry fares stay as they are",
     "The island ferry company keeps its fares until autumn, it said."),
    ("old-crane", "Harbour buys a third crane",
     "The port authority signed for a third crane on the north quay, which is to lift from May."),
)  # fmt: skip
NEWS = (
    ("walkout", "Dock workers at the harbour walk out over wages",
     ("Dock workers at the harbour began a strike over wages on Monday after talks with the port"
      " operator failed. All terminals stand still, and fourteen ships wait in the roads.")),
    ("maybe", "Column: what a long harbour strike would do to the town",
     ("If dock workers stay out for weeks, bakers and barbers will feel it, our columnist thinks,"
      " and asks who in the town hall has a plan.")),
    ("bridge", "Engineers win tender to repair the Albert bridge",
     ("A team of engineers was awarded the tender to repair the Albert bridge for 30 million"
      " crowns, and traffic will be diverted until October.")),
    ("cup", "Goalkeeper injured before cup final",
     "The goalkeeper hurt his knee in training and misses the final on Saturday."),
)  # fmt: skip

WIRE = (
    ("wire-lock", "Lock gate at the canal is replaced in June",
     "The canal company replaces the lower lock gate in June, and barges wait for two weeks."),
    ("wire-tram", "Tram line to the north quay opens a year late",
     "The tram line to the north quay opens next autumn, a year late, the town council heard."),
)  # fmt: skip

WATCH = """\
defaults:
  channel: "#news-alerts"
sources:
  - name: Harbour Courier
    kind: feed
    url: {base}/feed.xml
    tier: press
    language: en
topics:
  harbour:
    name: Harbour strike
    description: >
      Dock workers at the harbour walk out over wages, and how their strike goes.
    examples:
      - Dock workers announce a strike at the port
"""
ENV = """\
TIDINGS_ALLOW_HOSTS={host}
TIDINGS_HOST_SPACING=0
TIDINGS_MESSAGE_SPACING=0
SLACK_API_URL={slack}
SLACK_BOT_TOKEN={token}
"""

Story = tuple[str, str, str]


def open_newsroom(web: WebServer) -> None:
    """Two sites with front pages, pages, and feeds of what is old."""
    for slug, title, text in (*BEFORE, *NEWS, *WIRE):
        web.on(f"/news/{slug}", Answer(html(title, text, *FILLER).encode(), headers=HTML))
    for place, name in (("/", "Harbour Courier"), ("/wire/", "Coast Wire")):
        link = f'<link rel="alternate" type="application/rss+xml" href="{place}feed.xml">'
        front = f"<!doctype html><html><head><title>{name}</title>{link}</head></html>"
        web.on(place, Answer(front.encode(), headers=HTML))
    list_in_feed(web, BEFORE)
    list_in_feed(web, WIRE, "/wire/")


def list_in_feed(web: WebServer, stories: Iterable[Story], place: str = "/") -> None:
    """Let the feed of a site list ``stories``, published an hour ago."""
    at = format_datetime(datetime.now(UTC) - timedelta(hours=1))
    items = "".join(
        f"<item><title>{title}</title><link>{web.url(f'/news/{slug}')}</link>"
        f"<guid>{slug}</guid><pubDate>{at}</pubDate><description>{text}</description></item>"
        for slug, title, text in stories
    )
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>News of the town</title>'
        f"<link>{web.url(place)}</link><description>News</description>{items}</channel></rss>"
    )
    answer = Answer(feed.encode(), headers={"Content-Type": "application/rss+xml"})
    web.on(f"{place}feed.xml", answer)


def write_install(folder: Path, web: WebServer, slack: str, token: str) -> None:
    """``watch.yaml`` and ``.env``."""
    (folder / "watch.yaml").write_text(WATCH.format(base=web.url("")), "utf-8")
    env = folder / ".env"
    env.write_text(ENV.format(host=web.host, slack=slack, token=token), "utf-8")
    env.chmod(0o600)


HTML = {"Content-Type": "text/html; charset=utf-8"}
FILLER = (
    ("The newspaper has reported from the harbour since 1911 and has an office at the old customs"
     " house, where readers can bring in notices of births and boats."),
    ("Tides this week are low in the morning; the harbour office asks small boats to keep clear of"
     " the northern channel until the dredger has left."),
)  # fmt: skip

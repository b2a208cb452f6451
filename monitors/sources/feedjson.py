"""The items of a JSON Feed, version 1 or 1.1. Runs in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from monitors.sources.documents import absolute_url
from monitors.sources.feeditems import FeedItem, RawFeed
from monitors.sources.languages import normalise_language


def read_json(text: bytes, url: str) -> RawFeed | None:
    """The items of ``text`` (UTF-8); None where it is no JSON, or JSON without items.

    :param url: its final address
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        return None
    language, page = feed.get("language"), feed.get("home_page_url")
    home = absolute_url(page, url) if isinstance(page, str) else None
    read = [_item(item, home or url) for item in items if isinstance(item, dict)]
    problems = []
    if len(read) < len(items):
        problems.append(f"{len(items) - len(read)} items are no objects: left out")
    tag = language if isinstance(language, str) else None
    return RawFeed(read, problems, normalise_language(tag), home)


def _item(item: dict[str, Any], base: str) -> Callable[[], FeedItem]:
    def text(*names: str) -> str:
        return next((v for n in names if isinstance(v := item.get(n), str) and v), "")

    def make() -> FeedItem:
        link = text("url", "external_url")
        if not link and text("id").startswith(("http://", "https://")):
            link = text("id")
        content = text("content_html", "content_text")
        named = item.get("id")
        return FeedItem(
            url=absolute_url(link, base) or "" if link else "",
            id=str(named) if isinstance(named, str | int | float) else "",
            title=text("title"),
            summary=text("summary") or content,
            content=content,
            published=text("date_published", "date_modified"),
            language=text("language"),
        )

    return make

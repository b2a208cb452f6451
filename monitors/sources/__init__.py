"""The kinds of sources. A new kind is one module with a reader, and one line here."""

from __future__ import annotations

from collections.abc import Callable

from monitors.ports import SourceReader
from monitors.sources.feed import FeedReader
from monitors.sources.folder import FolderReader
from monitors.sources.page import PageReader
from monitors.sources.sitemap import SitemapReader

READERS: dict[str, Callable[[], SourceReader]] = {
    "feed": FeedReader,
    "sitemap": SitemapReader,
    "page": PageReader,
    "folder": FolderReader,
}
"""``Source.kind`` to what makes its reader."""

"""The kinds of sources. A new kind is one module with a reader, and one line here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitors.ports import SourceReader


def _reader(module: str, name: str) -> Callable[[], SourceReader]:
    """What makes a reader; its module is imported then, since the parsers take a while."""

    def make() -> SourceReader:
        reader: SourceReader = getattr(import_module(f"monitors.sources.{module}"), name)()
        return reader

    return make


READERS: dict[str, Callable[[], SourceReader]] = {
    "feed": _reader("feed", "FeedReader"),
    "sitemap": _reader("sitemap", "SitemapReader"),
    "page": _reader("page", "PageReader"),
    "folder": _reader("folder", "FolderReader"),
}
"""``Source.kind`` to what makes its reader."""

"""A fetcher that needs no network."""

from __future__ import annotations

from collections.abc import Mapping

from monitors.errors import HttpStatusError
from monitors.model import Page


class FakeFetcher:
    """A fetcher without a network.

    :param pages: URL to what it gives: HTML, a page, or an error to raise; other URLs answer
        404. May be changed at any time
    :ivar asked: every URL that was asked for, in order
    :ivar kept_to_robots: those of them that robots.txt was to be asked about
    """

    def __init__(self, pages: Mapping[str, str | Page | Exception] | None = None) -> None:
        self.pages = dict(pages or {})
        self.asked: list[str] = []
        self.kept_to_robots: list[str] = []

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        robots: bool = False,
    ) -> Page:
        """The page at ``url``; validators are not looked at."""
        self.asked.append(url)
        if robots:
            self.kept_to_robots.append(url)
        found = self.pages.get(url, HttpStatusError(url, 404, remedy="Correct the address"))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Page):
            return found
        return Page(url, url, 200, found.encode(), "text/html; charset=utf-8")

    async def close(self) -> None:
        """There is nothing to release."""

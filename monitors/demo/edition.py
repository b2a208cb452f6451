"""What an outlet of a stream shows at a given time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from monitors.streams import StreamArticle, StreamSource

WINDOW = 25
"""How many articles a feed lists, as real feeds do."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One URL of an outlet as it stands at some time.

    :param article: its latest revision
    :param published: when its first revision was published
    :param path: path on the server, quoted
    """

    article: StreamArticle
    published: datetime
    path: str

    @property
    def updated(self) -> datetime:
        """When the latest revision was published."""
        return self.article.published


class Outlet:
    """One outlet with all that it will ever publish; shows only what is out."""

    def __init__(self, source: StreamSource, articles: Iterable[StreamArticle]) -> None:
        self.source = source
        self.path = f"/{quote(source.id, safe='')}/"
        self._articles = [article for article in articles if article.source == source.id]
        self._revisions: dict[str, list[StreamArticle]] = {}
        for article in self._articles:
            self._revisions.setdefault(slug_key(article.slug), []).append(article)

    def postings(self, now: datetime, limit: int = WINDOW) -> list[Posting]:
        """What is published by ``now``, newest first; a corrected article comes up again."""
        found: dict[str, Posting] = {}
        for article in reversed(self._articles):
            slug = slug_key(article.slug)
            if article.published > now or slug in found:
                continue
            found[slug] = self._posting(article, slug)
            if len(found) == limit:
                break
        return list(found.values())

    def posting(self, slug: str, now: datetime) -> Posting | None:
        """The page of ``slug`` (unquoted) at ``now``, or None where it is not out."""
        slug = slug_key(slug)
        out = [a for a in self._revisions.get(slug, ()) if a.published <= now]
        return self._posting(out[-1], slug) if out else None

    def _posting(self, article: StreamArticle, slug: str) -> Posting:
        published = self._revisions[slug][0].published
        return Posting(article, published, self.path + quote(slug, safe="/-._~"))


def slug_key(slug: str) -> str:
    """The form in which slugs are compared: with or without slashes around is the same."""
    return slug.strip("/")

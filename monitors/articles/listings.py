"""Signs in a page's markup that it lists articles instead of being one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitors.articles.texts import words_of

Tree = Any
"""An element of lxml."""

_HEADINGS = (
    "//*[self::h2 or self::h3 or self::h4]//a[@href]"
    " | //a[@href][.//h2 or .//h3 or .//h4]"
    " | //li/a[@href][string-length(normalize-space()) > 25]"
)


def listed(tree: Tree, url: str, paragraphs: Sequence[str]) -> int:
    """How many of ``paragraphs`` are headlines of other pages: headings that link there.

    Links within the page, as posts of a live blog have, do not count.
    """
    headlines = {
        words_of(link.text_content())
        for link in tree.xpath(_HEADINGS)[:1_000]
        if _leads_away(link.get("href"), url)
    }
    return sum(words_of(paragraph) in headlines for paragraph in paragraphs) if headlines else 0


def _leads_away(href: str, url: str) -> bool:
    try:
        there, here = urlsplit(urljoin(url, href.strip())), urlsplit(url)
    except ValueError:
        return False
    return there.scheme in ("http", "https") and (
        (there.netloc, there.path.rstrip("/")) != (here.netloc, here.path.rstrip("/"))
    )

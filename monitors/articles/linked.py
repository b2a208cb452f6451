"""What a page says of itself as JSON-LD, in the words of schema.org.

Sites put wrong things there: the template's example, another article's data, a teaser as
the whole text. So nothing from here is believed unseen; who asks compares.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any

import lxml.html
from lxml.etree import LxmlError

from monitors.articles.texts import tidy

Tree = Any
"""An element of lxml."""

Thing = dict[str, Any]
"""An object of JSON-LD."""

MAX_BODY = 500_000

_SCRIPTS = 20
_THINGS = 200
_ARTICLES = frozenset(
    re.findall(
        r"\w+",
        """
        article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle
        backgroundnewsarticle reviewnewsarticle liveblogposting blogposting socialmediaposting
        techarticle report scholarlyarticle pressrelease
        """,
    )
)
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart")
_MARKUP = re.compile(
    r"</?(?:p|br|div|h[1-6]|li|ul|ol|strong|em|b|i|a|blockquote)\b[^>]*>", re.IGNORECASE
)
_BREAKS = re.compile(r"\s*\n\s*")


def things(tree: Tree) -> list[Thing]:
    """The objects in the page's JSON-LD, in their order; broken scripts are left out."""
    found: list[Thing] = []
    for script in tree.xpath("//script[@type='application/ld+json']")[:_SCRIPTS]:
        queue = [_parsed(script.text_content())]
        while queue and len(found) < _THINGS:
            item = queue.pop(0)
            if isinstance(item, list):
                queue += item[:50]
            elif isinstance(item, dict):
                found.append(item)
                queue += [item[key] for key in _INSIDE if isinstance(item.get(key), dict | list)]
    return found


def is_article(thing: Thing) -> bool:
    """Whether ``thing`` is of a type that stands for an article."""
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(k, str) and k.rpartition("/")[2].lower() in _ARTICLES for k in kinds)


def values(found: Sequence[Thing], key: str, *, articles_only: bool = False) -> list[str]:
    """What ``key`` says, as text: of articles first, then of anything."""
    holders = [thing for thing in found if key in thing]
    holders.sort(key=lambda thing: not is_article(thing))
    texts = (_text(t[key]) for t in holders if not articles_only or is_article(t))
    return [text for text in texts if text]


def body_of(found: Sequence[Thing]) -> tuple[str, ...]:
    """The paragraphs of the one article that the page carries whole; none where it has several.

    Posts of a live blog follow the text, as they stand.
    """
    bodies = {
        text: thing
        for thing in found
        if is_article(thing) and isinstance(text := thing.get("articleBody"), str) and text.strip()
    }
    posts = [
        post
        for thing in found
        for post in _listed(thing.get("liveBlogUpdate"))
        if isinstance(post, dict)
    ]
    if len(bodies) > 1 or not (bodies or posts):
        return ()
    texts = [*bodies, *(text for post in posts for text in _post(post))]
    return tuple(line for text in texts for line in _paragraphs(text[:MAX_BODY]))


def words_claimed(found: Sequence[Thing]) -> int | None:
    """How many words the article has by its own count, None where it does not say so."""
    for value in values(found, "wordCount", articles_only=True):
        if value.isdecimal() and 0 < int(value[:7]) < 100_000:
            return int(value[:7])
    return None


def is_closed(found: Sequence[Thing]) -> bool:
    """Whether the page says that its article is not accessible for free."""
    said = values(found, "isAccessibleForFree", articles_only=True)
    return bool(said) and said[0].strip().lower() in ("false", "no", "http://schema.org/false")


def _post(post: Thing) -> list[str]:
    parts = (post.get("headline"), post.get("articleBody"))
    return [part for part in parts if isinstance(part, str) and part.strip()]


def _listed(value: Any) -> list[Any]:
    return value[:_THINGS] if isinstance(value, list) else [value]


def _parsed(text: str) -> Any:
    text = text.strip().removeprefix("<!--").removesuffix("-->")
    text = text.strip().removeprefix("//<![CDATA[").removesuffix("//]]>")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value[:10])))
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("alternateName") or "")
    if isinstance(value, bool | int):
        return str(value)
    return html.unescape(value) if isinstance(value, str) else ""


def _paragraphs(text: str) -> list[str]:
    """The lines of a text that may be HTML, also escaped."""
    text = html.unescape(text)
    if _MARKUP.search(text):
        try:
            text = _plain(text)
        except (LxmlError, ValueError):
            text = _MARKUP.sub("\n", text)
    return [line for line in map(tidy, _BREAKS.split(text)) if line]


def _plain(markup: str) -> str:
    root = lxml.html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div")
    for element in list(root.iter("script", "style")):
        element.drop_tree()
    for element in root.iter():
        if element.tag in ("p", "br", "div", "li", "h1", "h2", "h3", "h4", "blockquote", "tr"):
            element.tail = "\n" + (element.tail or "")
            if element.tag != "br":
                element.text = "\n" + (element.text or "")
    return str(root.text_content())

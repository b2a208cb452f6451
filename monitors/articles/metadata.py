"""What a page says of itself: title, date, language, author."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from htmldate import find_date

from monitors.articles.language import normalise
from monitors.articles.texts import tidy, words_of

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

Tree = Any
"""An element of lxml."""

_ARTICLE_TYPES = (
    "article",
    "newsarticle",
    "reportagenewsarticle",
    "analysisnewsarticle",
    "opinionnewsarticle",
    "backgroundnewsarticle",
    "liveblogposting",
    "blogposting",
)
_SEPARATOR = re.compile(r"\s+[-–—|•·»:/]+\s+|\s*\|\s*")
_DATE_METAS = ("article:published_time", "og:article:published_time", "datepublished", "pubdate",
               "publishdate", "publication_date", "parsely-pub-date", "sailthru.date", "dc.date",
               "dc.date.issued", "dcterms.created", "date", "mediator_published_time")  # fmt: skip


def title_of(tree: Tree) -> str:
    """The headline, without the site's name; empty where there is none."""
    site = tidy(_meta(tree, "og:site_name"))
    candidates = [_meta(tree, "og:title"), *_linked(tree, "headline"), _heading(tree)]
    for candidate in candidates:
        if title := _without_site(tidy(candidate), site, guess=False):
            return title[:500]
    title = tidy(" ".join(tree.xpath("//head/title[1]//text() | /html/title[1]//text()")))
    return _without_site(title, site, guess=True)[:500]


def published_of(tree: Tree, url: str) -> datetime | None:
    """When the page says it was published (UTC), None where it does not or implausibly so.

    Dates in running text are not searched: a wrong date is worse than none. A date without
    a time of day is taken as midnight UTC.
    """
    claims = [
        *_linked(tree, "datePublished"),
        *(_meta(tree, name) for name in _DATE_METAS),
        *tree.xpath("//*[@itemprop='datePublished']/@content"),
        *tree.xpath("//*[@itemprop='datePublished']/@datetime"),
        *tree.xpath("//article//time[@pubdate]/@datetime | //article//header//time/@datetime"),
        *tree.xpath("//article//time/@datetime | //main//time/@datetime")[:1],
    ]
    for claim in claims:
        moment = _moment(claim)
        if moment is not None:
            return moment
    try:
        found = find_date(tree, extensive_search=False, original_date=True, url=url)
    except Exception:
        return None
    return _moment(found) if found else None


def language_of(tree: Tree) -> str | None:
    """What the page claims to be written in, as a two-letter code."""
    claims = [
        *tree.xpath("/html/@lang | /html/@xml:lang", namespaces={"xml": _XML}),
        *_linked(tree, "inLanguage"),
        _meta(tree, "og:locale"),
        _meta(tree, "content-language"),
    ]
    return next((code for claim in claims if (code := normalise(claim))), None)


def author_of(tree: Tree) -> str | None:
    """The author's name, or None."""
    for value in (*_linked(tree, "author"), _meta(tree, "author"), _meta(tree, "article:author")):
        name = tidy(value)
        if name and not name.startswith(("http://", "https://")):
            return name[:200]
    return None


_XML = "http://www.w3.org/XML/1998/namespace"


def _meta(tree: Tree, name: str) -> str:
    for element in tree.iter("meta"):
        label = element.get("property") or element.get("name") or element.get("http-equiv") or ""
        if label.lower() == name and (content := (element.get("content") or "").strip()):
            return content
    return ""


def _heading(tree: Tree) -> str:
    headings = tree.xpath("//article//h1 | //main//h1") or tree.xpath("//h1")
    return headings[0].text_content() if len(headings) == 1 else ""


def _linked(tree: Tree, key: str) -> list[str]:
    """Values of ``key`` in the page's JSON-LD: of its articles first, then of anything."""
    objects = [o for o in _json_ld(tree) if key in o]
    objects.sort(key=lambda o: not _is_article(o))
    values = (_text(o[key]) for o in objects if key != "headline" or _is_article(o))
    return [value for value in values if value]


def _is_article(thing: dict[str, Any]) -> bool:
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.lower() in _ARTICLE_TYPES for kind in kinds)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value[:10])))
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("alternateName") or "")
    return value if isinstance(value, str) else ""


def _json_ld(tree: Tree) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']")[:20]:
        try:
            data = json.loads(script.text_content(), strict=False)
        except (ValueError, RecursionError):
            continue
        queue = [data]
        for _ in range(200):
            if not queue:
                break
            item = queue.pop(0)
            if isinstance(item, list):
                queue += item[:50]
            elif isinstance(item, dict):
                yield item
                queue += [
                    item[k] for k in ("@graph", "mainEntity", "itemListElement") if k in item
                ]


def _without_site(title: str, site: str, *, guess: bool) -> str:
    """``title`` without a trailing or leading site name.

    :param guess: whether a short last part is taken for the site's name unseen
    """
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return "" if site and words_of(title) == words_of(site) else title
    last = title.rindex(parts[-1])
    named = bool(site) and words_of(parts[-1]) in (words_of(site), words_of(site.split(".")[0]))
    short = guess and len(parts[-1].split()) <= 4 and len(parts[-1]) * 2 < last
    if named or short:
        return (
            _SEPARATOR.split(title[:last].rstrip() + " ")[0]
            if len(parts) == 2
            else (title[:last].rstrip(" -–—|•·»:/"))
        )
    if site and words_of(parts[0]) == words_of(site):
        return title[title.index(parts[1], len(parts[0])) :]
    return title


def _moment(claim: str) -> datetime | None:
    claim = claim.strip()
    if not re.match(r"\d{4}-?\d\d-?\d\d", claim):
        return None
    try:
        moment = datetime.fromisoformat(claim)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if moment >= EARLIEST else None

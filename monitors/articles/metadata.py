"""What a page says of itself: title, date, language, author, section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from htmldate import find_date

from monitors.articles import linked
from monitors.articles.language import normalise
from monitors.articles.linked import Thing
from monitors.articles.markers import TRANSLATED
from monitors.articles.texts import tidy, words_of
from monitors.model import DateEvidence
from monitors.timestamps import moment_of

Tree = Any
"""An element of lxml."""

_SEPARATOR = re.compile(r"\s+[-–—|•·»:/]+\s+|\s*\|\s*")
_DATE_METAS = ("article:published_time", "og:article:published_time", "datepublished", "pubdate",
               "publishdate", "publication_date", "parsely-pub-date", "sailthru.date", "dc.date",
               "dc.date.issued", "dcterms.created", "date", "mediator_published_time")  # fmt: skip


_REMARK = 20  # a remark opens with it; a sentence about translations does not
_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:(?P<mark>[/-])(0?[1-9]|1[0-2])(?P=mark)(0?[1-9]|[12]\d|3[01])"
    r"|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))(?!\d)"
)
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|da|door|autor(?:in|en)?|author|автор|текст|текст:|przez)\b\s*:?\s*",
    re.IGNORECASE,
)


def title_of(tree: Tree, things: Sequence[Thing]) -> str:
    """The headline, without the site's name; empty where there is none."""
    site = tidy(_meta(tree, "og:site_name"))
    headlines = linked.values(things, "headline", articles_only=True)
    for candidate in (_meta(tree, "og:title"), *headlines, _heading(tree)):
        if title := _without_site(tidy(candidate), site, guess=False):
            return title[:500]
    title = tidy(" ".join(tree.xpath("//head/title[1]//text() | /html/title[1]//text()")))
    return _without_site(title, site, guess=True)[:500]


def published_of(
    tree: Tree, url: str, things: Sequence[Thing]
) -> tuple[datetime | None, DateEvidence | None]:
    """When the page says it was published (UTC), and what says so; None where nothing does.

    Dates in running text are not searched: a wrong date is worse than none. A date without
    a time of day is taken as midnight UTC.
    """
    for evidence, claim in _dates(tree, url, things):
        if moment := moment_of(claim):
            return moment, evidence
    try:
        found = find_date(tree, extensive_search=False, original_date=True, url=url)
    except Exception:
        return None, None
    moment = moment_of(found) if found else None
    return (moment, DateEvidence.MARKUP) if moment else (None, None)


def _dates(tree: Tree, url: str, things: Sequence[Thing]) -> Iterator[tuple[DateEvidence, str]]:
    for key in ("datePublished", "dateCreated"):
        for claim in linked.values(things, key):
            yield DateEvidence.JSON_LD, claim
    for name in _DATE_METAS:
        yield DateEvidence.META, _meta(tree, name)
    for path in (
        "//*[@itemprop='datePublished']/@content",
        "//*[@itemprop='datePublished']/@datetime",
    ):
        for claim in tree.xpath(path):
            yield DateEvidence.MARKUP, claim
    for claim in [
        *tree.xpath("//article//time[@pubdate]/@datetime | //article//header//time/@datetime"),
        *tree.xpath("//article//time/@datetime | //main//time/@datetime")[:1],
    ]:
        yield DateEvidence.TIME, claim
    if match := _URL_DATE.search(url):
        year, month, day = match[1], match[3] or match[5], match[4] or match[6]
        yield DateEvidence.URL, f"{year}-{int(month):02}-{int(day):02}"


def language_of(tree: Tree, things: Sequence[Thing]) -> str | None:
    """What the page claims to be written in, as a two-letter code."""
    claims = [
        *tree.xpath("/html/@lang | /html/@xml:lang", namespaces={"xml": _XML}),
        *linked.values(things, "inLanguage"),
        _meta(tree, "og:locale"),
        _meta(tree, "content-language"),
    ]
    return next((code for claim in claims if (code := normalise(claim))), None)


def author_of(tree: Tree, things: Sequence[Thing]) -> str | None:
    """The author's name, or None."""
    named = (
        *linked.values(things, "author", articles_only=True),
        *(_meta(tree, name) for name in ("author", "article:author", "parsely-author", "byl")),
        *_texts(tree, "//*[@itemprop='author']//*[@itemprop='name']"),
        *_texts(tree, "//*[@itemprop='author' and not(*)]"),
        *_texts(tree, "//article//a[@rel='author'] | //main//a[@rel='author']"),
        *_texts(tree, f"(//article|//main)//*[{_has_class('byline', 'author', 'c-byline')}]"),
    )
    for value in named:
        name = _BYLINE.sub("", tidy(value), count=1) if _BYLINE.match(tidy(value)) else tidy(value)
        if name and len(name) <= 120 and not re.match(r"https?://|@", name) and not _is_date(name):
            return name
    return None


def section_of(tree: Tree, things: Sequence[Thing]) -> str | None:
    """The section of the site that the page names as its own, or None."""
    trails = [t for t in things if t.get("@type") == "BreadcrumbList"]
    steps = [step for trail in trails[:1] for step in _steps(trail)]
    named = (
        *linked.values(things, "articleSection", articles_only=True),
        *(_meta(tree, n) for n in ("article:section", "parsely-section", "section", "category")),
        *steps[1:2],
    )
    texts = (tidy(value.partition(",")[0]) for value in named)
    return next((text[:80] for text in texts if text and not text.startswith("http")), None)


def says_translated(tree: Tree) -> bool:
    """Whether a line of the page, outside links and headings, says that a machine translated it.

    The remark often stands outside the article's text.
    """
    lines = tree.xpath(
        "//body//text()[string-length(.) > 8 and string-length(.) < 160]"
        "[not(ancestor::a or ancestor::nav or ancestor::h1 or ancestor::h2 or ancestor::h3"
        " or ancestor::script or ancestor::style or ancestor::button or ancestor::option)]"
    )
    found = (TRANSLATED.search(str(line).strip()) for line in lines[:5_000])
    return any(match is not None and match.start() <= _REMARK for match in found)


def _steps(trail: Thing) -> list[str]:
    """The names in a trail of breadcrumbs, without the article itself."""
    steps = trail.get("itemListElement")
    names = []
    for step in steps[:10] if isinstance(steps, list) else []:
        item = step.get("item") if isinstance(step, dict) else None
        name = (step.get("name") if isinstance(step, dict) else None) or (
            item.get("name") if isinstance(item, dict) else None
        )
        names.append(name if isinstance(name, str) else "")
    return names[:-1] if len(names) > 2 else []


def _texts(tree: Tree, path: str) -> list[str]:
    return [element.text_content() for element in tree.xpath(path)[:3]]


def _has_class(*names: str) -> str:
    tests = (f"contains(concat(' ', normalize-space(@class), ' '), ' {n} ')" for n in names)
    return " or ".join(tests)


def _is_date(text: str) -> bool:
    return sum(map(str.isdigit, text)) * 2 > len(text)


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

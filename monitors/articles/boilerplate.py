"""What a site's articles have in common is the site's, not the article's.

Which passages those are is learnt as articles are read, site by site, and kept in the
store (:meth:`monitors.ports.ArticleStore.repeated`): what stands in several articles with
different headlines is boilerplate, or background that is told every time. Either way it is
no news, and no match or alert may rest on it.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import urlsplit

from monitors.addresses import identity
from monitors.articles.texts import words_of
from monitors.model import Article, Passage, PassageKind

SHORTEST = 20
"""Characters of a passage that is worth knowing again; shorter ones are labels."""

MOST = 80
"""Passages of one article that are learnt."""

_LEARNT = (PassageKind.LEAD, PassageKind.BODY, PassageKind.RECAP)
_LEFT = 40  # characters that something can rest on


def site_of(article: Article) -> str:
    """The host that ``article`` is on, without ``www.``; empty where it has none."""
    try:
        return urlsplit(identity(article.url)).netloc.removeprefix("www.")
    except ValueError:
        return ""


def key_of(text: str) -> str:
    """16 hex digits by which a passage or headline is known again, spacing and case aside."""
    return hashlib.sha256(words_of(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def passage_keys(article: Article) -> list[str]:
    """The keys of the passages that could be boilerplate, in reading order."""
    passages = [p for p in article.passages if p.kind in _LEARNT and len(p.text) >= SHORTEST]
    return list(dict.fromkeys(key_of(passage.text) for passage in passages[:MOST]))


def without_repeated(article: Article, repeated: frozenset[str]) -> Article | None:
    """``article`` with its ``repeated`` passages out of evidence; None where nothing is left.

    The fingerprint stays: what other articles say must not make this one a revision.
    """
    if not repeated:
        return article
    passages = [
        replace(p, kind=PassageKind.BOILERPLATE)
        if p.kind in _LEARNT and len(p.text) >= SHORTEST and key_of(p.text) in repeated
        else p
        for p in article.passages
    ]
    left = [p for p in passages if p.kind in (PassageKind.LEAD, PassageKind.BODY)]
    if sum(len(passage.text) for passage in left) < _LEFT:
        return None
    return replace(article, passages=_with_lead(passages))


def _with_lead(passages: list[Passage]) -> tuple[Passage, ...]:
    """The first passage of the body is the lead where the lead went."""
    if not any(p.kind is PassageKind.LEAD for p in passages):
        first = next(i for i, p in enumerate(passages) if p.kind is PassageKind.BODY)
        passages[first] = replace(passages[first], kind=PassageKind.LEAD)
    return tuple(passages)

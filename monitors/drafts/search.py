"""Stored articles that hold given words: what an operator picks examples from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stopwordsiso import stopwords

from monitors.model import Article

_WORD = re.compile(r"\w+", re.UNICODE)
LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that holds some of the words.

    :param held: how many of them, in title or lead
    """

    article: Article
    held: int


def search(articles: Iterable[Article], words: str, most: int = 12) -> list[Hit]:
    """Articles whose title or lead holds any of ``words``, most words first, then the newest.

    ``words`` are single words and, in quotes or with commas around them, phrases. A word
    stands for everything that begins with it. Of articles with the same title one is kept.

    :param articles: any; each is looked at once
    """
    patterns = [_pattern(term) for term in _terms(words)]
    best: dict[str, Hit] = {}
    for article in articles:
        text = f"{article.title} {article.lead}".casefold()
        held = sum(bool(pattern.search(text)) for pattern in patterns)
        key = article.title.casefold()
        if held and (key not in best or best[key].held <= held):
            best[key] = Hit(article, held)
    ranked = sorted(best.values(), key=lambda hit: hit.article.first_seen, reverse=True)
    return sorted(ranked, key=lambda hit: -hit.held)[:most]


def shared_words(articles: Sequence[Article], most: int = 6) -> list[str]:
    """Words that at least two of ``articles`` have in title or lead, the most frequent first."""
    counts: Counter[str] = Counter()
    for article in articles:
        common = stopwords(article.language) if article.language else set()
        found = {
            word
            for word in _WORD.findall(f"{article.title} {article.lead}".casefold())
            if len(word) > LEAST_LETTERS and word not in common and not word.isdigit()
        }
        counts.update(found)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [word for word, count in ranked if count > 1][:most]


def _terms(words: str) -> list[str]:
    """Quoted texts and texts between commas are phrases; else each word is a term."""
    quoted = re.findall(r'"([^"]+)"', words)
    rest = re.sub(r'"[^"]*"', " ", words)
    parts = rest.split(",") if "," in rest else rest.split()
    return [term for part in (*quoted, *parts) if (term := " ".join(part.split()).rstrip("*"))]


def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(r"\b" + re.escape(term.casefold()))

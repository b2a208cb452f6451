"""Cities, by the names that many languages have for them.

``places.json`` maps name forms to one English name a city. It is made from GeoNames
(CC BY 4.0) by ``tools/make_places.py``.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

_CYRILLIC = re.compile("[а-яёєіїґ]")
_CASE_ENDING = re.compile("(?:ами|ями|ому|ою|ом|ем|ой|ей|ах|ях|[аеёиоуыэюяіїєйь])$")
_WORD = r"[A-ZÀ-ÞĀ-ŽА-ЯЁЄІЇҐ][\w'’-]+"
_CAPITALISED = re.compile(rf"{_WORD}(?: {_WORD})*")
_MOST_WORDS = 3


def form_key(name: str) -> str:
    """The key of a name: lower case; Cyrillic without its case ending."""
    key = name.lower().replace("’", "'").removesuffix("'s")
    stem = _CASE_ENDING.sub("", key) if _CYRILLIC.search(key) else key
    # A short stem would meet other words: Марко is no form of Markham.
    return stem if len(stem) >= 5 else key


@cache
def _forms() -> dict[str, str]:
    text = resources.files("monitors.facts").joinpath("places.json").read_text("utf-8")
    forms: dict[str, str] = json.loads(text)
    return forms


def places_in(text: str) -> frozenset[str]:
    """The cities named in ``text``, each by its English name."""
    found: set[str] = set()
    for match in _CAPITALISED.finditer(text):
        words = match.group().split()
        # The longest run first: New York before York.
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + _MOST_WORDS), start, -1):
                city = _forms().get(form_key(" ".join(words[start:end])))
                if city:
                    found.add(city)
                    start = end - 1
                    break
            start += 1
    return frozenset(found)

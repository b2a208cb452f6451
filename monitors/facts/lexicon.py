"""The words that tell stage, direction and tone, one TOML file a language.

A language without a file has no cues; then stage is ``none``, direction 0, and vectors,
names, numbers, places and dates decide alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The cues of one language, compiled: each finds its words in lower-case text."""

    stage: dict[str, re.Pattern[str]]
    direction: dict[str, re.Pattern[str]]
    tone: dict[str, re.Pattern[str]]
    scale: dict[str, float]


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of an ISO 639-1 code; an empty one where there is no file."""
    file = resources.files("monitors.facts").joinpath("lexicon", f"{language}.toml")
    if not file.is_file():
        return Lexicon({}, {}, {}, {})
    data = tomllib.loads(file.read_text("utf-8"))
    return Lexicon(
        stage={name: _pattern(words) for name, words in data["stage"].items()},
        direction={name: _pattern(words) for name, words in data["direction"].items()},
        tone={name: _pattern(words) for name, words in data["tone"].items()},
        scale={
            word: float(factor)
            for factor, words in data.get("scale", {}).items()
            for word in words
        },
    )


def languages() -> frozenset[str]:
    """The languages that have a lexicon."""
    folder = resources.files("monitors.facts").joinpath("lexicon")
    return frozenset(f.name.removesuffix(".toml") for f in folder.iterdir())


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    parts = [re.escape(word.lower()).replace(r"\*", r"\w*") for word in words if word]
    if not parts:
        return _NOTHING
    # Longest first, so that a phrase wins over the word that it begins with.
    parts.sort(key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")

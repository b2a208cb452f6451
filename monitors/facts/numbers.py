"""Figures, normalised so that "3.5 million" and "3,5 Mio." are the same, and ordinals."""

from __future__ import annotations

import re
from functools import cache

from num2words import num2words

from monitors.facts.lexicon import lexicon
from monitors.facts.terms import base_form

# A figure is no part of a word, an address, a time of day or a longer number. A group of
# three digits after a point, comma or space is thousands, unless a zero stands before it.
_SPACE = "[ \u00a0\u202f]"
_GROUPS = rf"[1-9]\d{{0,2}}(?:(?:{_SPACE}|[.,])\d{{3}})+"
_FIGURE = re.compile(
    rf"(?<![\w.,:])(?<![^\W\d_]-)({_GROUPS}(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d+)?)(?![\d:]|[.,]\d)"
    rf"{_SPACE}?(%|per\s?cent|percent|процент\w*|відсотк\w*|prozent|p(?:ou|o|e)r c[ei]e?nto?)?"
    rf"(?:{_SPACE}?([^\W\d_]+))?",
    re.IGNORECASE,
)
_GROUPED = re.compile(_GROUPS)
_ORDINAL_DIGITS = re.compile(
    r"(?<![\w.,])(\d{1,2})(?:st|nd|rd|th|-?(?:ый|ий|ой|й|ая|я|ое|е|го|му|ю|га|ша|та|ым|им|м)|er|re|de|e|ème"
    r"|\.?[ºª])(?!\w)"
)
_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")


def numbers_in(text: str, language: str) -> dict[str, str]:
    """Figures as ``20``, ``3.5e+06`` or ``12%``, each with the form in which it was written.

    Years and bare single digits are left out: they are everywhere.
    """
    found: dict[str, str] = {}
    scale = lexicon(language).scale
    for match in _FIGURE.finditer(text):
        digits, percent, unit = match.groups()
        if _ORDINAL_DIGITS.match(text, match.start()):
            continue
        value = _value(digits)
        factor = scale.get((unit or "").lower().rstrip("."), 1.0)
        plain = factor == 1.0 and not percent
        if plain and (value < 10 or (1900 <= value <= 2100 and digits.isdigit())):
            continue
        key = f"{value:g}%" if percent else f"{value * factor:g}"
        shown = digits + (" %" if percent else f" {unit}" if factor != 1.0 else "")
        found.setdefault(key, shown)
    return found


def _value(digits: str) -> float:
    if _GROUPED.fullmatch(digits):
        return float(re.sub(r"\D", "", digits))
    head, _, tail = re.sub(_SPACE, "", digits).replace(",", ".").rpartition(".")
    return float(f"{head.replace('.', '')}.{tail}") if head else float(tail)


_ONE_FORM = ("en", "de")
"""Where words are compared as written: "ten seconds" names no second."""

_MORE_ORDINALS = {"fr": {"second": 2, "seconde": 2}, "uk": {"друга": 2}}
"""What num2words or the dictionary does not lead to."""


@cache
def _ordinal_words(language: str) -> dict[str, int]:
    words: dict[str, int] = dict(_MORE_ORDINALS.get(language, {}))
    for number in range(1, 13):
        try:
            word = str(num2words(number, to="ordinal", lang=language)).lower()
        except (RuntimeError, OverflowError, KeyError):  # a language that num2words lacks
            return {}
        # German dictionaries lead from "dritten" and "dritter" to two different words.
        endings = ("", "n", "r", "s", "m") if language == "de" else ("",)
        words |= {word + ending: number for ending in endings}
        if language not in _ONE_FORM:
            words[base_form(word, language)] = number
    return words


def ordinals_in(text: str, language: str) -> frozenset[int]:
    """Ordinals from 1 to 99 that are written as words (to 12) or digits."""
    words = _ordinal_words(language)
    found = {int(m.group(1)) for m in _ORDINAL_DIGITS.finditer(text)}
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        form = word if language in _ONE_FORM else base_form(word, language)
        number = words.get(word) or words.get(form)
        if number:
            found.add(number)
    return frozenset(found)

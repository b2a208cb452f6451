"""Names of people, companies and bodies, by keys that are alike across scripts.

A key is the consonant skeleton of the romanised name (after the idea of Soundex, Russell
1918, and of consonant-skeleton transliteration matching, Freeman et al., NAACL 2006):
Lavrov, Lawrow and Лавров all give ``lfrf``. What it costs: vowels do not tell names apart
(Putin and Patton, Merz and Mars share a key), nor do names that another language renders
by another sound (Reuters and Рейтер) get one. Short names keep vowels and case endings (Буша).
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache, lru_cache

from anyascii import anyascii
from babel.core import UnknownLocaleError
from babel.dates import get_day_names

from monitors.facts.terms import is_common_word

_TOKEN = re.compile(r"[\w][\w'’.&-]*")
_CYRILLIC = re.compile("[а-яёєіїґ]", re.IGNORECASE)
# Only endings with a consonant: vowels go anyway. Газпром and Ростелеком end so themselves.
_CASE_ENDING = re.compile(
    "(?:[ая]ми|[ое]го|[ое]му|(?<!пр)(?<!ек)ом|ем|[ыи]м|[ая]х|ів)$", re.IGNORECASE
)
_ELISION = re.compile(r"^(?:[ldjmnstc]|qu|dell|all|nell|un)['’](?=\w)", re.IGNORECASE)
_SOUNDS = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        (r"^ui|^uo", "v"), (r"kh", "h"), (r"(?<=[iy])j", "i"),
        (r"dzh|dsch|dj|shch|sch|sh|ch|zh|tch|tsch|cz|sz", "s"), (r"th", "t"), (r"ph", "f"),
        (r"g(?=[eiy])|j", "s"), (r"c(?=[eiy])", "s"), (r"[ckq]h?", "k"), (r"x", "ks"),
        (r"[vw]", "f"), (r"t+[sz]|z", "s"), (r"m(?=[bp])", "n"),
    )
)  # fmt: skip
_WEAK = re.compile(r"[aeiouyh'.&-]")
_REPEAT = re.compile(r"(.)\1+")
_GENITIVE = re.compile(r"['’]s$")

MOST_WORDS = 4
"""Of what somebody is called; the last ones."""


def bare(word: str) -> str:
    """Without the ending of an English genitive (Trump's)."""
    return _GENITIVE.sub("", word)


@lru_cache(maxsize=100_000)
def name_key(name: str) -> str:
    """The key of one word of a name; empty where too little is left of it."""
    word = bare(name)
    if _CYRILLIC.search(word) and len(word) > 5:
        word = _CASE_ENDING.sub("", word)
    latin = str(anyascii(word)).lower()
    if name.isupper() and len(latin) <= 5:
        return latin  # an acronym is its own key
    sound = latin
    for pattern, letter in _SOUNDS:
        sound = pattern.sub(letter, sound)
    sound = _REPEAT.sub(r"\1", sound)
    key = _REPEAT.sub(r"\1", _WEAK.sub("", sound))
    # With fewer consonants left the vowels must tell names apart.
    return key if len(key) >= 3 else re.sub("[^a-z0-9]|h", "", sound.replace("y", "i"))


def names_in(text: str, language: str) -> dict[str, str]:
    """Keys of the names in ``text``, each with the form in which it was written.

    A capitalised word counts; at the start of a sentence, in a headline with capitals
    throughout, and in German, only where no dictionary knows it in lower case. Days of the
    week do not count.
    """
    found: dict[str, str] = {}
    words = [(m.group().strip(".'’-"), m.start()) for m in _TOKEN.finditer(text)]
    capitals = sum(word[:1].isupper() for word, _ in words)
    shouted = sum(word.isupper() for word, _ in words) > 0.6 * max(len(words), 1)
    strict = language == "de" or capitals > 0.6 * max(len(words), 1)
    for written, at in words:
        word = _ELISION.sub("", written) if language in ("fr", "it") else written
        if shouted:
            word = word.title()
        if len(word) < 3 or not word[0].isupper() or word.isdigit():
            continue
        before = text[:at].rstrip(" \"'«»“”„–—-")
        opens = not before or before[-1] in ".!?:…\n"
        plain = bare(word).lower()
        if plain in _weekdays(language):
            continue
        if (strict or opens) and not word.isupper() and is_common_word(plain, language):
            continue
        key = name_key(word)
        if len(key) >= 2:
            found.setdefault(key, word)
    return found


def called(text: str, names: Container[str]) -> dict[str, str]:
    """What each is called in full: the key of the last word to "President Donald Trump".

    A word that only ever stands before another (Donald) is part of what that one is called.

    :param names: keys of those that :func:`names_in` found
    """
    found: dict[str, str] = {}
    run: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word = match.group().strip(".'’-")
        key = name_key(word) if word[:1].isupper() else ""
        if text[end : match.start()].strip(" ") or not key or key not in names:
            run = []
        if key and key in names:
            if run:  # the word before was no last one here
                before = name_key(run[-1])
                if found.get(before) == " ".join(run):
                    del found[before]
            run = [*run, word][-MOST_WORDS:]
            found[key] = max(found.get(key, ""), " ".join(run), key=len)
            if re.search(r"['’]s?$", match.group()):  # another's (Trump's Moscow)
                run = []
        end = match.end()
    return found


@cache
def _weekdays(language: str) -> frozenset[str]:
    """In lower case; none where CLDR does not know the language."""
    try:
        names = get_day_names("wide", locale=language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    return frozenset(name.lower() for name in names.values())

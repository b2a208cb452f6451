"""Base forms of the content words of a text, in Latin letters."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import stopwordsiso
from anyascii import anyascii
from simplemma import Lemmatizer
from simplemma.strategies import DefaultStrategy, DictionaryLookupStrategy
from simplemma.strategies.dictionaries import StreamDictionaryFactory
from simplemma.utils import normalize_token

KEPT = 16
"""Languages whose dictionaries are kept; of more, the one not asked for longest goes."""

# Read where they lie, not as Python's dicts: of eleven languages 118 MB instead of 839, for
# 32 microseconds a word instead of 6; each word is looked up once, see the caches below.
_DICTIONARIES = StreamDictionaryFactory(cache_max_size=KEPT)
_LEMMAS = Lemmatizer(lemmatization_strategy=DefaultStrategy(dictionary_factory=_DICTIONARIES))
_WORDS = DictionaryLookupStrategy(_DICTIONARIES)
_WORD = re.compile(r"[^\W\d_][\w'’-]*[\w]")


@cache
def _stop(language: str) -> frozenset[str]:
    return (
        frozenset(stopwordsiso.stopwords(language))
        if language in stopwordsiso.langs()
        else frozenset()
    )


@cache
def _has_lemmas(language: str) -> bool:
    try:
        _LEMMAS.lemmatize("a", lang=language)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=200_000)
def base_form(word: str, language: str) -> str:
    """The dictionary form of a lower-case ``word`` where one is known, in ASCII."""
    lemma = _LEMMAS.lemmatize(word, lang=language) if _has_lemmas(language) else word
    return str(anyascii(lemma).lower())


@lru_cache(maxsize=100_000)
def is_common_word(word: str, language: str) -> bool:
    """Whether a lower-case ``word`` stands in the language's dictionary, and not as a name.

    A dictionary that lists names gives them a capital (Путин); German gives one to every
    noun, so there whatever is listed counts as common.
    """
    if not _has_lemmas(language) or _WORDS.get_lemma(normalize_token(word), language) is None:
        return False
    return language == "de" or str(_LEMMAS.lemmatize(word, lang=language)).islower()


def terms_in(text: str, language: str) -> frozenset[str]:
    """Base forms of the words of ``text`` that carry content."""
    stop = _stop(language)
    words = (match.group().lower().removesuffix("'s") for match in _WORD.finditer(text))
    return frozenset(base_form(w, language) for w in words if len(w) > 2 and w not in stop)

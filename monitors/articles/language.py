"""Which language a text is in, as an ISO 639-1 code."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNKNOWN = "und"

_SURE = 0.8
_SHORT = 40
_ENOUGH = 4_000
_ISO_639_1 = re.findall(
    r"\w+",
    "af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy "
    "id is it ja ka kk km kn ko ku ky lb lo lt lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro "
    "ru si sk sl so sq sr sv sw ta te tg th tk tl tr tt ug uk ur uz vi zh",
)
_ALIASES = {
    "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "nb": "no", "nn": "no", "fil": "tl",
    "eng": "en", "rus": "ru", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "ukr": "uk",
    "spa": "es", "ita": "it", "por": "pt", "pol": "pl", "nld": "nl", "dut": "nl", "ua": "uk",
}  # fmt: skip
_SCRIPTS = {
    "CYRILLIC": ["be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "tt", "uk"],
    "GREEK": ["el"],
    "HEBREW": ["he"],
    "ARABIC": ["ar", "fa", "ps", "ug", "ur", "ku"],
    "ARMENIAN": ["hy"],
    "GEORGIAN": ["ka"],
    "THAI": ["th"],
    "HANGUL": ["ko"],
    "HIRAGANA": ["ja"],
    "KATAKANA": ["ja"],
    "CJK": ["zh", "ja"],
    "DEVANAGARI": ["hi", "mr", "ne"],
}
_NEVER_LATIN = {c for codes in _SCRIPTS.values() for c in codes} - {"sr", "ku", "tt", "kk"}


def normalise(code: str | None) -> str | None:
    """``en-GB``, ``ru_RU``, ``eng`` and the like as a two-letter code, None where it is none."""
    match = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", code or "")
    if not match:
        return None
    base = match[1].lower()
    base = _ALIASES.get(base, base)
    return base if len(base) == 2 else None


def detect(text: str, hint: str | None = None) -> str:
    """The language of ``text``.

    :param hint: what the page or the source claims. It wins over the detector where the
        text is short or the detector unsure, unless the text's script contradicts it
    :returns: ISO 639-1, or ``und`` where there is nothing to go by
    """
    text = text[:_ENOUGH]
    script = script_of(text)
    claim = normalise(hint)
    if script is None:
        return claim or UNKNOWN
    possible = _SCRIPTS.get(script)
    if claim and not writes_in(claim, script):
        claim = None
    letters = sum(map(str.isalpha, text))
    if claim and letters < _SHORT:
        return claim
    if possible and len(possible) == 1:
        return possible[0]
    best, confidence = _rank(text, possible)
    if claim and best != claim and confidence < _SURE:
        return claim
    return best


def script_of(text: str) -> str | None:
    """The script of most letters, as Unicode names it (``LATIN``, ``CYRILLIC``), or None."""
    scripts = Counter(_script(c) for c in text[:_ENOUGH] if c.isalpha())
    if not scripts:
        return None
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0.1 * scripts.total():
        return "HIRAGANA"
    return scripts.most_common(1)[0][0]


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0].split("-")[0]


def writes_in(code: str, script: str) -> bool:
    """Whether language ``code`` may be written in ``script``; True where nothing is known."""
    writers = _SCRIPTS.get(script)
    if writers is not None:
        return code in writers
    return script != "LATIN" or code not in _NEVER_LATIN


def _rank(text: str, possible: list[str] | None) -> tuple[str, float]:
    """The likeliest language among ``possible``, and its share of the probability."""
    ranked = _identifier().rank(text)
    wanted = [(c, p) for c, p in ranked if possible is None or c in possible]
    total = sum(p for _, p in wanted)
    if not wanted or total <= 0:
        return (possible[0] if possible else UNKNOWN), 0.0
    code, share = wanted[0]
    return code, share / total


@cache
def _identifier() -> LanguageIdentifier:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Rare languages and dialects only add mistakes on short news texts.
    whole.set_languages([c for c in _ISO_639_1 if c in set(whole.labels)])
    # Anew from what is left: the whole one keeps all its languages, 27 MB, to go back to them.
    return LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )

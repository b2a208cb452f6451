"""Small helpers on strings that every step of reading shares."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"  # they carry meaning in Persian, Hindi and others
_ENDING = re.compile(r"[.!?…。！？؟]\s?[\"'»”’“)\]]*$")


def tidy(text: str) -> str:
    """``text`` in one line: NFC, single spaces, no control, bidi or zero-width characters."""
    text = _SPACE.sub(" ", unicodedata.normalize("NFC", text))
    if not text.isascii() or not text.isprintable():
        text = "".join(
            c for c in text if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
        )
    return text.strip()


def words_of(text: str) -> str:
    """``text`` as bare lower-case words: what two writings of the same text have in common."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", folded))


def ends_sentence(text: str) -> bool:
    """Whether ``text`` closes as a sentence does, quotation marks aside."""
    return _ENDING.search(text.rstrip()) is not None


def shown(url: str) -> str:
    """``url`` as errors may show it: without userinfo, query and fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an unreadable address"
    return f"{parts.scheme}://{host}{port}{parts.path}" if host else parts.path or "a page"

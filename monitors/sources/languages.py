"""Language tags, as sources write them, to ISO 639-1."""

from __future__ import annotations

import functools
import re

from babel import Locale
from babel.core import get_global

_HABITS = {"ua": "uk", "cz": "cs", "jp": "ja", "cn": "zh", "kr": "ko", "gr": "el", "by": "be"}
# Codes of libraries (ISO 639-2/B) that CLDR does not know.
_LIBRARY = {"ger": "de", "fre": "fr", "chi": "zh", "cze": "cs", "dut": "nl", "gre": "el"}


@functools.lru_cache(maxsize=1024)
def normalise_language(tag: str | None) -> str | None:
    """``en-US``, ``eng`` or ``English`` to ``en``; None where it names no language."""
    if not tag:
        return None
    first = re.split(r"[-_,;\s]", tag.strip().lower(), maxsplit=1)[0]
    aliases: dict[str, str] = get_global("language_aliases")
    code = _LIBRARY.get(first) or aliases.get(first, first)
    code = re.split(r"[-_]", code)[0]
    names = _names()
    if code in names.values():
        return code
    return _HABITS.get(first) or names.get(first)


@functools.cache
def _names() -> dict[str, str]:
    """English and own names, lower case, to two-letter codes."""
    english = {code: name for code, name in Locale("en").languages.items() if len(code) == 2}
    return {name.lower(): code for code, name in english.items()}

"""URLs without their secrets, for error texts, logs and reports."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SECRET_NAME = re.compile(
    r"token|key|secret|auth|pass|pwd|sig|sess|credential|jwt|^(code|sid|user|login|email)$",
    re.IGNORECASE,
)
# Long and random-looking: letters and digits mixed, without words in between.
_RANDOM = re.compile(r"(?=[^=]*\d)(?=[^=]*[A-Za-z])[A-Za-z0-9_~.%+/=-]{24,}")
_HEX = re.compile(r"(?=.*\d)[0-9a-fA-F]{16,}")
_LONGEST = 300


def redact(url: str) -> str:
    """``url`` on one line and not too long, without its secrets: see :func:`masked`."""
    return _shorten(masked(url))


def masked(url: str) -> str:
    """``url`` in full, without userinfo and with secret query values masked.

    A parameter is masked where its name looks secret (token, key, signature, ...) or its
    value looks random. Never raises; of what is no URL at all, everything doubtful goes.
    """
    clean = "".join(c if c.isprintable() else " " for c in url).strip()
    try:
        parts = urlsplit(clean)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not parts.netloc:
        return re.sub(r"//[^/?#]*@", "//", clean).split("?")[0].split("#")[0]
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.replace("@", "%40")
    shown = f"{parts.scheme}://{host}{path}"
    if parts.query:
        shown += "?" + "&".join(_masked(pair) for pair in parts.query.split("&"))
    return shown


def _masked(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return "***" if _looks_random(name) else name
    if value and (_SECRET_NAME.search(name) or _looks_random(value)):
        return f"{name}=***"
    return pair


def _looks_random(value: str) -> bool:
    return bool(_RANDOM.fullmatch(value) or _HEX.fullmatch(value))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

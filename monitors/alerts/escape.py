"""Makes text from the net harmless before it is shown.

News text is written by strangers. Whatever it holds, it must not ping a channel, hide a
link behind other words, reverse the reading direction or reach a terminal as a command.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

ELLIPSIS = "…"
MAX_URL = 1500
_MAX_MARKS = 3
# Letters and symbols by category, but drawn as nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def clean(text: str, limit: int | None = None) -> str:
    """One line of ``text`` without anything that is not seen.

    Control characters, bidirectional and zero-width marks, lone surrogates and blank
    letters go; white space is folded; of stacked accents the first three stay.

    :param limit: cut to so many characters, as :func:`cut` does
    """
    if limit is not None:
        text = text[: limit * 8 + 4000]  # a megabyte of title is not worth walking through
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if char.isspace():
            kept.append(" ")
        elif category in {"Cc", "Cf", "Cs"} or char in _BLANK:
            continue
        elif category in {"Mn", "Me"}:
            marks += 1
            if marks <= _MAX_MARKS:
                kept.append(char)
            continue
        else:
            kept.append(char)
        marks = 0
    line = " ".join("".join(kept).split())
    return line if limit is None else cut(line, limit)


def length(text: str) -> int:
    """Length as Slack counts it: in UTF-16 units, so that most emoji are two."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` units, ended by an ellipsis at a word where it is cut."""
    if length(text) <= limit:
        return text
    room = limit - 1
    head = text[:room]
    while length(head) > room:
        head = head[:-1]
    at_word = head.rfind(" ")
    if at_word > room // 2 and not text[len(head) : len(head) + 1].isspace():
        head = head[:at_word]
    while head and (head[-1] in " ,;:-–—" or unicodedata.combining(head[-1])):
        head = head[:-1]
    return head + ELLIPSIS


def escape(text: str) -> str:
    """``text`` for a field that Slack parses: ``&``, ``<`` and ``>`` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The inverse of :func:`escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def safe_url(url: str) -> str | None:
    """``url`` as it may be linked, or None where it may not.

    Only http and https with a host. User and password go, the host becomes ASCII so that
    look-alike letters show, and everything that Slack could read as markup is
    percent-encoded.
    """
    if len(url) > 4 * MAX_URL:
        return None
    try:
        parts = urlsplit(clean(url))
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not host or set(host) & set(" <>|\"'`\\"):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc += f":{port}"
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    fragment = quote(parts.fragment, safe="/?%:@!$&'()*+,;=~-._")
    safe = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return safe if len(safe) <= MAX_URL else None


def host_of(url: str) -> str:
    """The host of ``url`` without ``www.``, for people to see where a link leads."""
    return (urlsplit(url).hostname or "").removeprefix("www.")

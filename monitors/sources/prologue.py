"""What stands before a document's root element, and what no XML parser may see.

A feed's own text begins with its root element. What comes before it is a declaration of
the charset, which is known by then, style sheets for browsers, a document type, and on
misconfigured servers blank lines and warnings. None of it is needed, so all of it goes;
only entity declarations are looked for first, since a document that makes any is refused.
"""

from __future__ import annotations

import re
from html.entities import html5

from monitors.errors import UnsafeDocument

_FEED = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel|entry|urlset|sitemapindex)(?=[\s>/])",
    re.IGNORECASE,
)
_HTML = re.compile(rb"\s*<(?:html|head|body|!doctype\s+html)\b", re.IGNORECASE)
_WRAPPED = re.compile(rb"<(?:rss\s+version|rdf:RDF\s|feed\s+xmlns)", re.IGNORECASE)
_FORBIDDEN = bytes({*range(9), 11, 12, *range(14, 32)})  # in XML 1.0
_BLANKS = bytes.maketrans(_FORBIDDEN, b" " * len(_FORBIDDEN))
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,50})|([0-9]{1,50}));?")
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")
_XML_NAMES = (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;")
_BARE = re.compile(rb"&(?!(?:#[0-9]+|#[xX][0-9A-Fa-f]+|amp|lt|gt|quot|apos);)")
_ELEMENT = re.compile(rb"<\w")
_MARKS = re.compile(rb"[\"'\[\]<>]")
_HEAD = 1 << 18


def from_root(text: bytes, subject: str) -> tuple[bytes, list[str]]:
    """``text`` (UTF-8) from its root element on, without what stops a parser for nothing.

    Characters that XML forbids become blanks, and HTML's names for characters, such as
    ``&nbsp;``, which XML does not know, become their numbers. Ampersands that were not
    escaped, as in ``?a=1&b=2``, are: parsers drop what follows them.

    :returns: the text, whole where no root of a feed or sitemap is found; and a line about
        what was passed over, where that was neither declaration nor comment
    :raises UnsafeDocument: it declares entities
    """
    text = text.translate(_BLANKS).replace(b"\xef\xbf\xbe", b" ").replace(b"\xef\xbf\xbf", b" ")
    root, junk = _root(text)
    refuse_entities(text[: root or _first_element(text)], subject)
    problems = []
    if junk:
        problems.append(f"{junk} bytes before the feed itself are passed over")
    return _escaped(_NAMED.sub(_numbered, _REFERENCE.sub(_allowed, text[root:]))), problems


def refuse_entities(head: bytes, subject: str) -> None:
    """Refuse an XML document that declares entities; feeds have no use for them.

    :param head: the document up to its root element, in UTF-8
    :raises UnsafeDocument: there is a declaration in it, outside comments
    """
    first, *others = head.split(b"<!--")
    open_text = [other.partition(b"-->")[2] if b"-->" in other else other for other in others]
    if b"<!ENTITY" in b"".join([first, *open_text]).upper():
        raise UnsafeDocument(
            subject,
            "the document declares XML entities, which can be used to attack its readers",
            "Tell the publisher; nothing was read from it",
        )


def _first_element(text: bytes) -> int:
    found = _ELEMENT.search(text)
    return found.start() if found else len(text)


def _root(text: bytes) -> tuple[int, int]:
    """Where the root element begins, and how many bytes before it have no business there."""
    at, first = 0, -1
    junk = 0
    while 0 <= (start := text.find(b"<", at)) < len(text) - 1:
        junk += len(text[at:start].strip())
        following = text[start + 1 : start + 2]
        if following == b"?":
            end = text.find(b"?>", start) + 2
        elif text.startswith(b"<!--", start):
            end = text.find(b"-->", start) + 3
        elif following == b"!":
            end = _after_doctype(text, start)
        else:
            first = start
            break
        if end <= start:  # it never ends
            return _feed_root(text, start, junk) or (0, 0)
        at = end
    if first < 0:
        return 0, 0
    if _FEED.match(text, first):
        return first, junk
    return _feed_root(text, first, junk) or (first, 0)


def _feed_root(text: bytes, start: int, junk: int) -> tuple[int, int] | None:
    """The root of a feed behind what is no feed: a warning of the server, for example."""
    pattern = _WRAPPED if _HTML.match(text) or _HTML.match(text, start) else _FEED
    found = pattern.search(text, start, start + _HEAD)
    return (found.start(), junk + found.start() - start) if found else None


def _after_doctype(text: bytes, start: int) -> int:
    """Behind the ``>`` that ends a declaration, its internal subset included."""
    depth, quote = 0, b""
    at = start
    while match := _MARKS.search(text, at):
        mark, at = match[0], match.end()
        if quote:
            quote = b"" if mark == quote else quote
        elif text.startswith(b"<!--", match.start()):
            at = text.find(b"-->", at) + 3
            if at < match.end():
                break
        elif mark in b"\"'":
            quote = mark
        elif mark in b"[<":
            depth += 1
        else:
            depth -= 1
            if depth <= 0 and mark == b">":
                return at
    return 0


def _escaped(text: bytes) -> bytes:
    """``text`` with bare ampersands escaped, but in CDATA, where they stand for themselves."""
    if b"<" not in text:
        return text  # a list of addresses, not XML
    first, *others = text.split(b"<![CDATA[")
    parts = [_BARE.sub(b"&amp;", first)]
    for other in others:
        inside, end, outside = other.partition(b"]]>")
        parts.append(inside + end + _BARE.sub(b"&amp;", outside))
    return b"<![CDATA[".join(parts)


def _allowed(match: re.Match[bytes]) -> bytes:
    """A character reference as it stands, or a blank for what is no character."""
    code = int(match[1], 16) if match[1] else int(match[2])
    if code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE:
        return match[0]
    return match[0] if 0x10000 <= code <= 0x10FFFF else b" "


def _numbered(match: re.Match[bytes]) -> bytes:
    """A character's name in HTML as its number; other names as they stand."""
    meant = "" if match[1] in _XML_NAMES else html5.get(match[1].decode("ascii"), "")
    return "".join(f"&#{ord(c)};" for c in meant).encode("ascii") or match[0]

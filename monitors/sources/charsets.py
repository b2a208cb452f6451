"""Bytes in whatever charset to UTF-8."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']|<meta[^>]+?charset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE,
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 4096


def to_utf8(body: bytes, content_type: str) -> bytes:
    """``body`` in UTF-8, without BOM and XML declaration.

    Servers and documents often name the wrong charset. What counts, in this order: a BOM;
    bytes that are UTF-8; what the document says; what the server says; what the bytes
    look like. A charset that does not fit the bytes is passed over.

    :param content_type: the server's header, may be empty
    """
    for charset in _candidates(body, content_type):
        try:
            text = body.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
        return _without_declaration(text).encode("utf-8", "replace")
    best = from_bytes(body[: 1 << 16]).best()
    text = body.decode(best.encoding if best else "utf-8", "replace")
    return _without_declaration(text).encode("utf-8", "replace")


def _candidates(body: bytes, content_type: str) -> list[str]:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return [charset]
    if body[:4] == b"<\0?\0":
        return ["utf-16-le"]
    if body[:4] == b"\0<\0?":
        return ["utf-16-be"]
    declared = _DECLARED.search(body[:_HEAD])
    document = (declared[1] or declared[2]).decode("ascii") if declared else ""
    header = _HEADER.search(content_type)
    server = header[1] if header else ""
    named = [name for name in (document, server) if name]
    named = [name for name in named if not name.lower().startswith(("utf-7", "utf-16", "utf-32"))]
    if body.isascii():  # ISO-2022-JP and its like are ASCII bytes, too
        return [*named, "ascii"]
    # Anything can be read as Latin-1, so a server that names it has said little.
    weak = [n for n in named if n.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii")]
    strong = [n for n in named if n not in weak]
    western = ["windows-1252"] if weak and weak == named[:1] else []
    return ["utf-8", *strong, *western]


def _without_declaration(text: str) -> str:
    return _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)

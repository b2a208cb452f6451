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
# How "<?xm" or "<" and a letter begin in charsets whose bytes are not those of ASCII.
_STARTS = (
    (re.compile(rb"<\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<"), "utf-32-be"),
    (re.compile(rb"(?:\s\0)*<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0\s)*\0<\0[^\0]"), "utf-16-be"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94\x93"
# Python calls these charsets, too. No document is in one; some are slow, or hide markup.
_NONE = frozenset(
    ("utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs")
)
# What browsers take these labels for.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
          "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs"}  # fmt: skip
_WEAK = frozenset(("iso8859-1", "ascii"))
_HEAD = 4096
_TOLERATED = 0.01


def to_utf8(body: bytes, content_type: str) -> bytes:
    """``body`` in UTF-8, without BOM and XML declaration.

    Servers and documents often name the wrong charset. What counts, in this order: a BOM;
    bytes that are UTF-8; what the document says; what the server says; UTF-8, or what was
    said, but for a few broken bytes; what the bytes look like. A charset that does not fit
    the bytes is passed over.

    :param content_type: the server's header, may be empty
    """
    candidates = _candidates(body, content_type)
    for charset in candidates:
        text = _decoded(body, charset)
        if text is not None:
            return _clean(text)
    for charset in candidates:
        text = body.decode(charset, "replace")
        if text.count("\ufffd") <= _TOLERATED * len(text):
            return _clean(text)
    best = from_bytes(body[: 1 << 16]).best()
    return _clean(body.decode(best.encoding if best else "utf-8", "replace"))


def _candidates(body: bytes, content_type: str) -> list[str]:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return [charset]
    for start, charset in _STARTS:
        if start.match(body):
            return [charset]
    head = body[:_HEAD]
    if body.startswith(_EBCDIC):
        head = head.decode("cp037").encode("latin-1", "replace")
    declared = _DECLARED.search(head)
    document = (declared[1] or declared[2]).decode("ascii") if declared else ""
    header = _HEADER.search(content_type)
    known = [_known(document), _known(header[1] if header else "")]
    named = list(dict.fromkeys(name for name in known if name))
    if body.startswith(_EBCDIC):
        return [*named, "cp037"]
    if body.isascii():  # ISO-2022-JP and its like are ASCII bytes, too
        return [*(name for name in named if name not in _WEAK), "ascii"]
    # Anything can be read as Latin-1, so who names it has said little.
    strong = [name for name in named if name not in _WEAK]
    western = ["cp1252", "latin-1"] if named[:1] and named[0] in _WEAK else []
    return ["utf-8", *strong, *western]


def _known(label: str) -> str | None:
    """The codec that is meant by ``label``; none where bytes cannot be in it."""
    try:
        name = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return None
    if name in _NONE or name.startswith(("utf-16", "utf-32")):
        return None
    try:
        b"<".decode(name)  # "hex" and its like turn no bytes into text
    except (LookupError, UnicodeError, ValueError):
        return None
    return name if name in _WEAK else _MEANT.get(name, name)


def _decoded(body: bytes, charset: str) -> str | None:
    """``body`` in ``charset``, or None where it is not in that."""
    try:
        text = body.decode(charset)
    except (UnicodeError, ValueError):
        return None
    # An EBCDIC declared by mistake reads any bytes, and leaves no markup.
    return text if "<" in text or "{" in text or b"<" not in body else None


def _clean(text: str) -> bytes:
    """Without BOM and declaration, and without halves of characters."""
    return _DECLARATION.sub("", text.lstrip("\ufeff"), count=1).encode("utf-8", "replace")

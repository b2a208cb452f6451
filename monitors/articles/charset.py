"""Bytes of a page to text, with the charset that they are really in."""

from __future__ import annotations

import codecs
import re
from email.message import Message

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*="
    rb"\s*[\"']?\s*([\w.:-]{2,40})",
    re.IGNORECASE,
)
# What browsers take these labels for.
_LABELS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252",
           "us-ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
           "ks_c_5601-1987": "cp949", "shift_jis": "cp932", "x-sjis": "cp932"}  # fmt: skip
_TOLERATED = 0.01
_ACCENTED = re.compile(r"[\u00c0-\u00ff]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKUP = re.compile(r"<[^>]{0,2000}>")


def decode(body: bytes, content_type: str = "") -> str:
    """``body`` as text; never fails.

    A byte order mark decides first. Valid UTF-8 is UTF-8 whatever is declared, since other
    charsets almost never pass for it. Then come the header's charset and the page's own,
    unless the text they give is plainly garbled, and last what the bytes look like.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace")
    declared = [c for c in (_of_header(content_type), _of_page(body)) if c]
    if not any(c.startswith(("utf-16", "utf-7", "iso2022", "hz")) for c in declared):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for charset in declared:
        text = body.decode(charset, "replace")
        if not _is_garbled(text, charset):
            return text
    best = from_bytes(body[:60_000]).best()
    return body.decode(best.encoding if best else "cp1252", "replace")


def _of_header(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    charset = message.get_param("charset")
    return _known(charset) if isinstance(charset, str) else None


def _of_page(body: bytes) -> str | None:
    match = _META.search(body[:4096])
    return _known(match[1].decode("ascii", "replace")) if match else None


def _known(label: str) -> str | None:
    label = label.strip("\"' ").lower()
    try:
        info = codecs.lookup(_LABELS.get(label, label))
    except (LookupError, ValueError):
        return None
    # Codecs such as "hex" or "rot13" are no charsets.
    return info.name if getattr(info, "_is_text_encoding", True) else None


def _is_garbled(text: str, charset: str) -> bool:
    if text.count("\ufffd") > _TOLERATED * len(text):
        return True
    if charset not in ("cp1252", "iso8859-15", "iso8859-2", "cp1250"):
        return False
    prose = _MARKUP.sub(" ", text[:60_000])
    # No language in Latin letters has accents on every third one: this is Cyrillic misread.
    return len(_ACCENTED.findall(prose)) * 3 > len(_LETTER.findall(prose))

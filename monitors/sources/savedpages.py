"""Saved HTML pages as entries. Runs in the sandbox."""

from __future__ import annotations

import email
import re
from datetime import datetime

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from monitors.errors import SourceError
from monitors.model import Entry
from monitors.sources.charsets import to_utf8
from monitors.sources.dates import parse_date
from monitors.sources.documents import absolute_url
from monitors.sources.languages import normalise_language
from monitors.sources.text import squeeze

# How browsers, and the extension SingleFile, note where a page came from.
_SAVED_FROM = re.compile(
    rb"<!--\s*(?:saved from url=(?:\(\d+\))?|Page saved with SingleFile\s+url:)\s*(\S+)"
)
_ARCHIVE = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)


def read_saved(body: bytes, source_id: str, now: datetime) -> Entry | None:
    """The article on a saved page; None where the page does not name its own address.

    :raises SourceError: there is no HTML in it
    """
    body, located = _unarchived(body)
    text = to_utf8(body, "")
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise SourceError("the saved page", "it holds no HTML", "Save the page again") from None
    url = _address(text, root, located)
    if url is None:
        return None
    found = trafilatura.bare_extraction(root, url=url, favor_recall=True, with_metadata=True)
    fields = found.as_dict() if found is not None else {}
    raw = fields.get("date") or ""
    return Entry(
        source_id=source_id,
        url=url,
        title=squeeze(fields.get("title") or root.findtext(".//title") or ""),
        summary=squeeze(fields.get("description") or ""),
        published=parse_date(raw, now),
        published_raw=raw,
        language=normalise_language(root.get("lang")),
        paragraphs=tuple(filter(None, map(squeeze, (fields.get("text") or "").split("\n")))),
    )


def _address(text: bytes, root: lxml_html.HtmlElement, located: str) -> str | None:
    saved = _SAVED_FROM.search(text[:4096])
    candidates = [
        *(link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"),
        *(m.get("content") for m in root.iter("meta") if m.get("property") == "og:url"),
        saved[1].decode("ascii", "replace") if saved else None,
        located,
    ]
    return next((u for c in candidates if c and (u := absolute_url(c, ""))), None)


def _unarchived(body: bytes) -> tuple[bytes, str]:
    """The page in an archive of type ``.mhtml``, and where it came from; else ``body``."""
    head = body[:4096]
    if head.lstrip()[:1] == b"<" or not _ARCHIVE.search(head):
        return body, ""
    for part in email.message_from_bytes(body).walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = part.get_payload(decode=True)
            return page if isinstance(page, bytes) else b"", part.get("Content-Location") or ""
    return body, ""

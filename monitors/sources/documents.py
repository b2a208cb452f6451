"""What the readers of documents share: safety, links, and telling what a document is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from monitors.sources.text import shorten, squeeze

MOST_PROBLEMS = 50
LEFT_OUT = ": left out"
"""How a problem ends that stands for an entry that is of no use."""

_MANY = re.compile(r"(?:and )?(\d+) (?:more entries|items are)")
_HEAD = 1 << 16
_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip file"),
)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,500}?)</title>", re.IGNORECASE | re.DOTALL)
_LONGEST_URL = 2048
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\x21-\x7e]*")
_UNUSABLE = re.compile(r"[\x00-\x1f\ud800-\udfff]")


def absolute_url(link: str, base: str) -> str | None:
    """``link`` as an absolute http(s) URL without userinfo, or None where it is none."""
    if _PLAIN.fullmatch(link) and len(link) <= _LONGEST_URL and "/." not in link:
        return link  # as most are; the long way takes seconds for a large sitemap
    link = re.sub(r"[\n\r\t]", "", link).strip()
    try:
        if not link or (urlsplit(link).scheme and not urlsplit(link).hostname):
            return None  # joining would give the base itself
        url = urljoin(base, link)
        parts = urlsplit(url)
        usable = bool(parts.hostname) and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not usable or len(url) > _LONGEST_URL:
        return None
    if _UNUSABLE.search(url):
        return None
    return url.replace(" ", "%20")


def describe(body: bytes) -> str:
    """What ``body`` (UTF-8, or no text at all) seems to be, in a few words."""
    if not body.strip():
        return "an empty body"
    for magic, name in _MAGIC:
        if body.startswith(magic):
            return name
    head = body[:_HEAD].decode("utf-8", "replace")
    start = re.sub(r"^\s*(?:<\?.*?\?>|<!--.*?-->|\s)*", "", head, flags=re.DOTALL)
    if start.startswith(("{", "[")):
        return f"JSON that is no feed: {shorten(squeeze(start), 80)}"
    if re.match(r"<!doctype html|<html", start, re.IGNORECASE):
        title = re.search(
            r"<title[^>]{0,200}>(.{0,500}?)</title>", head, re.IGNORECASE | re.DOTALL
        )
        named = f" titled '{shorten(squeeze(title[1]), 60)}'" if title else ""
        return f"an HTML page{named}"
    root = re.match(r"<!DOCTYPE[^>]*>\s*<([\w:.-]+)|<([\w:.-]+)", start)
    if root:
        return f"an XML document <{root[1] or root[2]}>"
    return f"text: '{shorten(squeeze(start), 60)}'"


def limited(problems: list[str]) -> list[str]:
    """At most as many lines as a person reads; entries that were left out are still counted."""
    shown, rest = problems[:MOST_PROBLEMS], problems[MOST_PROBLEMS:]
    gone = count_left_out(rest)
    others = sum(not line.endswith(LEFT_OUT) for line in rest)
    if gone:
        shown.append(f"and {gone} more entries{LEFT_OUT}")
    return [*shown, f"and {others} more like these"] if others else shown


def count_left_out(problems: Iterable[str]) -> int:
    """How many entries ``problems`` say were left out: one a line, or as many as it names."""
    found = (_MANY.match(line) for line in problems if line.endswith(LEFT_OUT))
    return sum(int(several[1]) if several else 1 for several in found)

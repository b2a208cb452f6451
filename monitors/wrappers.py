"""The publisher's address inside the address of an aggregator, cache or mail filter.

Only what stands in the address itself is read: a parameter, a path, or the part of a Google
News link that holds it. Links that hide where they lead (newer ones of Google News) stay as
they are, and short links are followed as what they are: redirects.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote, urlsplit

_DEPTH = 4
_GOOGLE = re.compile(r"(?:www\.|news\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})")
_BY_PARAMETER: tuple[tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(host), re.compile(path), names)
    for host, path, names in (
        (_GOOGLE.pattern, r"/(?:url|news/url)", ("url", "q")),
        (r"(?:www\.)?bing\.com", r"/news/apiclick\.aspx", ("url",)),
        (r"lm?\.facebook\.com|l\.instagram\.com", r"/l\.php|/", ("u",)),
        (r"(?:away\.)?vk\.com", r"/away(?:\.php)?", ("to",)),
        (r"out\.reddit\.com", r"/.*", ("url",)),
        (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
        (r"t\.umblr\.com", r"/redirect", ("z",)),
        (r"\w+\.safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
        (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go)", ("url",)),
        (r"yandex\.(?:ru|com|by|kz)", r"/turbo", ("text",)),
        (r"exit\.sc|disq\.us", r"/.*", ("url",)),
    )
)
# Most addresses are told from wrappers by this one look.
_SUSPECT = re.compile(
    r"https?://[^/]*(?:google|bing|facebook|instagram|vk\.com|reddit|youtube|umblr|outlook|linkedin|"
    r"yandex|exit\.sc|disq\.us|yahoo|ampproject|turbopages)",
    re.IGNORECASE,
)
_GOOGLE_NEWS = re.compile(r"/(?:rss/)?(?:articles|read)/([A-Za-z0-9_=-]{20,4000})/?")
_AMP_PATH = re.compile(r"/(?:amp|[cvi]|wp|turbo)/(s/)?([^/]+\.[^/]+)(/.*)?$")
_TURBO_PATH = re.compile(r"/([^/]+\.[^/]+)/(s)(/.*)?$")
_URL_FIELD = 0x22  # of the protocol buffer in a Google News link: field 4, a string


def unwrapped(url: str) -> str:
    """The address that ``url`` wraps, also several times; ``url`` itself where it wraps none."""
    if not _SUSPECT.match(url):
        return url
    for _ in range(_DEPTH):
        inner = _inside(url)
        if inner is None:
            break
        url = inner
    return url


def _inside(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host:
            return None
        for hosts, paths, names in _BY_PARAMETER:
            if hosts.fullmatch(host) and paths.fullmatch(parts.path):
                given = parse_qs(parts.query)
                return _usable(next((given[n][0] for n in names if n in given), ""))
        if host == "news.google.com" and (match := _GOOGLE_NEWS.fullmatch(parts.path)):
            return _usable(_of_google_news(match[1]))
        if host == "r.search.yahoo.com" and (match := re.search(r"/RU=([^/]+)", parts.path)):
            return _usable(unquote(match[1]))
        found = _cached(host, parts.path)
        return _usable(found + (f"?{parts.query}" if parts.query else "")) if found else None
    except ValueError:
        return None


def _cached(host: str, path: str) -> str | None:
    """Behind AMP caches and viewers, and Yandex' turbo pages."""
    viewer = _GOOGLE.fullmatch(host) and path.startswith("/amp/")
    viewer = viewer or (host in ("www.bing.com", "bing.com") and path.startswith("/amp/"))
    viewer = viewer or (host.startswith("yandex.") and path.startswith("/turbo/"))
    match = None
    if viewer or host.endswith((".cdn.ampproject.org", ".bing-amp.com")):
        match = _AMP_PATH.match(path)
        secure, site, rest = match.groups() if match else (None, None, None)
    elif host.endswith(".turbopages.org"):
        match = _TURBO_PATH.match(path)
        site, secure, rest = match.groups() if match else (None, None, None)
    return f"{'https' if secure else 'http'}://{site}{rest or '/'}" if match else None


def _of_google_news(code: str) -> str:
    """The address in an older Google News link; empty where it is hidden."""
    try:
        data = base64.urlsafe_b64decode(code.rstrip("=") + "=" * (-len(code.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return ""
    if data[:2] != b"\x08\x13" or data[2:3] != bytes([_URL_FIELD]) or len(data) < 5:
        return ""
    size, start = data[3], 4
    if size & 0x80:  # the length needs a second byte
        size, start = size & 0x7F | data[4] << 7, 5
    return data[start : start + size].decode("ascii", "replace")


def _usable(url: str) -> str | None:
    parts = urlsplit(url)
    good = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    return url if good and len(url) <= 2048 and url.isprintable() and " " not in url else None

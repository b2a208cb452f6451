"""The items of an XML feed, with feedparser. Runs in the sandbox."""

from __future__ import annotations

import io
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import feedparser

from monitors.sources.documents import absolute_url
from monitors.sources.feeditems import FeedItem, RawFeed
from monitors.sources.feedrecover import recover_feed
from monitors.sources.languages import normalise_language

_SECONDS = 2.5  # of a call's eight, so that there is time for the other reader
# feedparser needs about a second for a megabyte, or for as many tags as that usually has.
_LARGE, _MANY_TAGS = 2_000_000, 60_000


def read_xml(text: bytes, url: str) -> RawFeed | None:
    """What feedparser makes of ``text``; None where it is no feed.

    Where that fails or is too slow, the lenient and fast reader of
    :mod:`monitors.sources.feedrecover` takes its place, so that no item is lost to it.

    :param text: UTF-8, from the root element on
    :param url: its final address
    """
    if len(text) > _LARGE or text.count(b"<") > _MANY_TAGS:
        return recover_feed(text, url)
    try:
        with _at_most(_SECONDS):
            return _parsed(text, url)
    except Exception as error:  # whatever feedparser fails with, there is another reader
        feed = recover_feed(text, url)
        if feed is not None:
            why = "too slow" if isinstance(error, _TooSlowError) else type(error).__name__
            feed.problems.append(f"the feed's XML is too odd for feedparser ({why}): read simply")
        return feed


def _parsed(text: bytes, url: str) -> RawFeed | None:
    parsed = feedparser.parse(
        io.BytesIO(text),  # never a str: feedparser would open it as a file or URL
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # all tags are dropped anyway
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        return None
    problems = []
    if parsed.bozo:
        reason = " ".join(str(parsed.get("bozo_exception", "")).split())[:120]
        problems.append(f"the feed is broken XML ({reason}): read as well as it can be")
    home = absolute_url(str(parsed.feed.get("link") or ""), url)
    language = normalise_language(parsed.feed.get("language"))
    return RawFeed([_item(entry, url) for entry in parsed.entries], problems, language, home)


def _item(entry: Any, url: str) -> Callable[[], FeedItem]:
    """Made only when it is asked for: an entry that cannot be read must not stop the others."""

    def make() -> FeedItem:
        detail = entry.get("title_detail") or {}
        contents = [c.get("value") or "" for c in entry.get("content") or []]
        languages = [c.get("language") for c in entry.get("content") or []]
        # dict.get, because feedparser's own warns where it stands in for a missing "updated"
        dates = ("published", "updated", "created", "expired")
        written = next((name for name in dates[:3] if dict.get(entry, name)), "updated")
        return FeedItem(
            url=_link(entry, url),
            id=str(entry.get("id") or ""),
            title=entry.get("title") or "",
            title_is_html="html" in (detail.get("type") or ""),
            summary=entry.get("summary") or "",
            content=max(contents, key=len, default=""),
            published=str(dict.get(entry, written) or ""),
            guess=dict.get(entry, f"{written}_parsed"),
            language=entry.get("language")
            or detail.get("language")
            or next(filter(None, languages), None),
            publisher=str((entry.get("source") or {}).get("title") or ""),
        )

    return make


def _link(entry: Any, url: str) -> str:
    """The article's address: the link, or a guid that is meant as one."""
    guid = entry.get("id") or ""
    candidates = [entry.get("feedburner_origlink"), entry.get("link")]
    candidates += [
        link.get("href")
        for link in entry.get("links") or []
        if link.get("rel", "alternate") == "alternate"
    ]
    for candidate in candidates:
        # feedparser offers any guid as the link, also one like "12345".
        if candidate and (candidate != guid or guid.startswith(("http://", "https://"))):
            found = absolute_url(candidate, url)
            if found:
                return found
    return ""


class _TooSlowError(Exception):
    """feedparser's time is up."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise after ``seconds`` of processor time, where that can be done: in a main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

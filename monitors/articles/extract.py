"""Clean text out of a page's bytes.

The work is done by :func:`extract_bytes`, a plain function of picklable values, so that it
can run in a process that is killed when a page is built to hang it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trafilatura
from lxml import etree

from monitors.articles import language, linked, metadata, quality
from monitors.articles.bodytext import body_text, captions_of
from monitors.articles.canonical import canonical_of
from monitors.articles.charset import decode
from monitors.articles.edges import trimmed
from monitors.articles.listings import listed
from monitors.articles.texts import shown, tidy
from monitors.errors import TidingsError, Unreadable
from monitors.model import Extraction, Page, PageSigns

MAX_BYTES = 10_000_000

Runner = Callable[..., Any]

_HTML_TYPES = ("text/html", "application/xhtml+xml", "")
_NOT_HTML = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x00")


class TrafilaturaExtractor:
    """The Extractor port on trafilatura.

    :param runner: calls ``runner(func, *args)``; hand in a sandbox to bound time and memory
    """

    def __init__(self, runner: Runner | None = None) -> None:
        self._run = runner or _directly

    def extract(self, page: Page) -> Extraction:
        """The text and metadata of ``page``; see :class:`monitors.ports.Extractor`."""
        try:
            found: Extraction = self._run(extract_bytes, page.body, page.url, page.content_type)
        except Unreadable:
            raise
        except TidingsError as stopped:
            problem = f"extracting its text was stopped: {stopped.problem}"
            raise _unreadable(page.url, _stopped_by(stopped), problem) from stopped
        cause = quality.misled(page) or quality.judge(found, status=page.status)
        if cause is not None:
            raise _unreadable(page.url, cause, quality.PROBLEMS[cause])
        return found


def extract_bytes(body: bytes, url: str, content_type: str) -> Extraction:
    """The text and metadata of one page. Uses no network; has no state.

    :param body: as fetched, decompressed
    :param content_type: the header's value, or empty where it is not known
    :returns: an extraction, not yet judged: its text may be empty or a cookie notice
    :raises Unreadable: the bytes are no HTML, or too many
    """
    mime = content_type.partition(";")[0].strip().lower()
    start = body[:1024].lstrip().lower()
    if mime not in _HTML_TYPES and b"<html" not in start and b"<!doctype html" not in start:
        raise _unreadable(url, "not html", f"the page is {mime}, not HTML")
    if start.startswith(_NOT_HTML):
        raise _unreadable(url, "not html", "it is declared as HTML but holds something else")
    if len(body) > MAX_BYTES:
        raise _unreadable(url, "too large", f"the page has over {MAX_BYTES:,} bytes")
    if not start:
        raise _unreadable(url, "empty", "the page is empty")
    tree = trafilatura.load_html(decode(body, content_type))
    if tree is None:
        raise _unreadable(url, "not html", "the page holds no HTML that can be read")
    for reading in tree.xpath("//rt | //rp"):  # how a word is spoken is no part of the text
        reading.drop_tree()
    etree.strip_tags(tree, "ruby", "rb")
    things = linked.things(tree)
    title = metadata.title_of(tree, things)
    published, published_by = metadata.published_of(tree, url, things)
    closed = linked.is_closed(things)
    # What a publisher keeps for its readers is not taken from where search engines get it.
    told = () if closed else linked.body_of(things)
    headings = [tidy(heading.text_content()) for heading in tree.xpath("//h1")[:3]]
    paragraphs, asides = trimmed(body_text(tree, url, told), [title, *headings])
    claimed = metadata.language_of(tree, things)
    return Extraction(
        title=title,
        paragraphs=paragraphs,
        published=published,
        published_by=published_by,
        language=language.detect(" ".join(paragraphs) or title, claimed),
        author=metadata.author_of(tree, things),
        section=metadata.section_of(tree, things),
        canonical_url=canonical_of(tree, url, title),
        captions=captions_of(tree),
        asides=asides,
        signs=PageSigns(
            closed=closed,
            words=linked.words_claimed(things),
            listed=listed(tree, url, paragraphs),
            translated=metadata.says_translated(tree),
        ),
    )


def warm_up() -> None:
    """Load what extraction needs, so that the first page is not slower than the others."""
    sentence = "The council met on Tuesday to talk about the ferry and the harbour, it said. "
    page = f"<html><title>Council meets</title><article>{f'<p>{sentence * 3}</p>' * 5}</article>"
    extract_bytes(page.encode(), "https://example.org/2025/council-meets", "text/html")


def _unreadable(url: str, cause: str, problem: str) -> Unreadable:
    return Unreadable(shown(url), cause, problem, "Only its title and summary can be judged")


def _stopped_by(error: TidingsError) -> str:
    if "memory" in error.problem:
        return "too large"
    return "too slow" if "too long" in error.problem else "not parsed"


def _directly(func: Callable[..., Any], *args: Any) -> Any:
    return func(*args)

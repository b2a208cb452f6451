"""Clean text out of a page's bytes.

The work is done by :func:`extract_bytes`, a plain function of picklable values, so that it
can run in a process that is killed when a page is built to hang it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import trafilatura

from monitors.articles import language, metadata, quality
from monitors.articles.canonical import canonical_of
from monitors.articles.charset import decode
from monitors.articles.markers import CREDIT, POSITION
from monitors.articles.texts import shown, tidy
from monitors.errors import TidingsError, Unreadable
from monitors.model import Extraction, Page

MAX_BYTES = 10_000_000
MAX_PARAGRAPHS = 1_000
MAX_PARAGRAPH = 20_000

Runner = Callable[..., Any]

_HTML_TYPES = ("text/html", "application/xhtml+xml", "")
_NOT_HTML = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x00")
_BLOCKS = frozenset({"p", "head", "item", "list", "quote", "table", "row", "code", "div", "ab"})


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
            raise _unreadable(page.url, "too slow", problem) from stopped
        cause = quality.judge(found, status=page.status)
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
    title = metadata.title_of(tree)
    claims = Extraction(
        title=title,
        paragraphs=(),
        published=metadata.published_of(tree, url),
        author=metadata.author_of(tree),
        canonical_url=canonical_of(tree, url, title),
    )
    claimed_language = metadata.language_of(tree)
    _keep_captions(tree)
    document = trafilatura.bare_extraction(
        tree,
        url=url,
        favor_precision=False,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        with_metadata=False,
    )
    found = [] if document is None else list(_paragraphs(document.body))
    return Extraction(
        title=claims.title,
        paragraphs=tuple(found[:MAX_PARAGRAPHS]),
        published=claims.published,
        language=language.detect(" ".join([claims.title, *found]), claimed_language),
        author=claims.author,
        canonical_url=claims.canonical_url,
    )


def warm_up() -> None:
    """Load what extraction needs, so that the first page is not slower than the others."""
    sentence = "The council met on Tuesday to talk about the ferry and the harbour, it said. "
    page = f"<html><title>Council meets</title><article>{f'<p>{sentence * 3}</p>' * 5}</article>"
    extract_bytes(page.encode(), "https://example.org/2025/council-meets", "text/html")


def _unreadable(url: str, cause: str, problem: str) -> Unreadable:
    return Unreadable(shown(url), cause, problem, "Only its title and summary can be judged")


def _directly(func: Callable[..., Any], *args: Any) -> Any:
    return func(*args)


def _keep_captions(tree: metadata.Tree) -> None:
    """Turn the captions of an article's figures into paragraphs that read as captions.

    Trafilatura drops figures whole. A caption without a credit would read as a sentence of
    the article, so it is marked.
    """
    inside = "//*[self::article or self::main or @itemprop='articleBody']"
    for figure in tree.xpath(f"{inside}//figure[.//figcaption]"):
        text = tidy(" ".join(c.text_content() for c in figure.iter("figcaption")))
        parent = figure.getparent()
        if not text or parent is None or figure.find(".//table") is not None:
            continue
        recognised = CREDIT.match(text) or POSITION.search(text)
        paragraph = tree.makeelement("p")
        paragraph.text = text if recognised else f"Photo: {text}"
        paragraph.tail = figure.tail
        parent.replace(figure, paragraph)


def _paragraphs(body: Any) -> Iterator[str]:
    """The blocks of trafilatura's tree, one text each."""
    for text in _blocks(body):
        text = tidy(text)[:MAX_PARAGRAPH]
        if text:
            yield text


def _blocks(element: Any) -> Iterator[str]:
    """Texts of ``element``: nested blocks and line breaks end one, inline elements do not."""
    buffer: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):  # a comment
            buffer.append(child.tail or "")
        elif child.tag == "lb":
            yield "".join(buffer)
            buffer = [child.tail or ""]
        elif child.tag in _BLOCKS:
            yield "".join(buffer)
            yield from _blocks(child)
            buffer = [child.tail or ""]
        elif child.tag == "cell":
            buffer.append(" " + " ".join(_blocks(child)) + " " + (child.tail or ""))
        else:
            buffer.append("".join(child.itertext()) + (child.tail or ""))
    yield "".join(buffer)

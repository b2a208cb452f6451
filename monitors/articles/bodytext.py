"""The body text of a page: trafilatura's, checked against what the page says in JSON-LD.

Nothing that trafilatura takes for text is dropped here: what in it is a caption, a link to
something else or a call to subscribe is told later, by :mod:`monitors.articles.passages`,
and kept out of evidence there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import trafilatura
from trafilatura.baseline import baseline

from monitors.articles.texts import tidy, words_of

Tree = Any
"""An element of lxml."""

MAX_PARAGRAPHS = 1_000
MAX_PARAGRAPH = 100_000

FULLER = 1.5
"""So many times the words of the page's text, the text in JSON-LD is taken for the fuller."""

AGREES = 0.8
"""So large a share of the text in JSON-LD found on the page, both are the same article."""

_SAME = 0.97
_APART = 0.85  # below this F1 against JSON-LD another setting may do better
_PROSE = 80  # letters of what is a paragraph rather than a datum
_ENOUGH = 60  # words of a text in JSON-LD that can be a whole article
_SHINGLE = 4
_BLOCKS = frozenset({"p", "head", "item", "list", "quote", "table", "row", "code", "div", "ab"})
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[\+?\d* ?\w*\]|\[&hellip;\])\s*$")


def body_text(tree: Tree, url: str, linked: Sequence[str]) -> tuple[str, ...]:
    """The paragraphs of the article on the page, in reading order; none where there are none.

    :param linked: the text that the page carries in JSON-LD. It is taken where it is much
        fuller than what the page shows, as where a script builds the page; where both
        are the same article but one of them has more, it tells which of trafilatura's
        settings found the text best
    """
    found = _extracted(tree, url)
    if not linked or _CUT_OFF.search(linked[-1]):
        return _bounded(found)
    told, shown = _shingles(linked), _shingles(found)
    words, own = _count(linked), _count(found)
    fuller = words >= _ENOUGH and words > FULLER * own
    if fuller and (own < _ENOUGH or _share(shown, told) > 0.5):
        return _bounded(linked)
    agreement = _f1(told, shown)
    if agreement >= _SAME and len(linked) >= 2 * len(found):
        return _bounded(linked)  # the same words, and paragraphs that the page lost
    if words < _ENOUGH or _share(told, shown) < AGREES or agreement >= _APART:
        return _bounded(found)
    strict = _extracted(tree, url, favor_precision=True)
    return _bounded(max((found, strict), key=lambda text: _f1(told, _shingles(text))))


def captions_of(tree: Tree) -> tuple[str, ...]:
    """The captions of the figures in the article; they are no part of its text."""
    inside = "//*[self::article or self::main or @itemprop='articleBody']"
    texts = (
        tidy(" ".join(caption.text_content() for caption in figure.iter("figcaption")))
        for figure in tree.xpath(f"{inside}//figure[.//figcaption and not(.//table)]")[:50]
    )
    return tuple(dict.fromkeys(text[:1_000] for text in texts if text))


def _extracted(tree: Tree, url: str, *, favor_precision: bool = False) -> list[str]:
    """Trafilatura's text; what makes its full cascade fail is read by its simplest means."""
    try:
        document = trafilatura.bare_extraction(
            tree,
            url=url,
            favor_precision=favor_precision,
            include_comments=False,
            include_tables=True,
            deduplicate=False,
            with_metadata=False,
        )
        body = None if document is None else document.body
    except (ArithmeticError, LookupError, AttributeError, RecursionError, AssertionError):
        body = baseline(tree)[0]
    return [] if body is None else [text for text in map(tidy, _blocks(body)) if text]


def _bounded(paragraphs: Sequence[str]) -> tuple[str, ...]:
    return tuple(text[:MAX_PARAGRAPH] for text in paragraphs[:MAX_PARAGRAPHS])


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
            inside = [text for text in _blocks(child) if text.strip()]
            if _is_layout(inside):
                yield "".join(buffer)
                yield from inside
                buffer = [child.tail or ""]
            else:
                buffer.append(" " + " ".join(inside) + " " + (child.tail or ""))
        else:
            buffer.append("".join(child.itertext()) + (child.tail or ""))
    yield "".join(buffer)


def _is_layout(blocks: Sequence[str]) -> bool:
    """Whether a cell holds a text, as on pages that are laid out by a table; not a datum."""
    return sum(len(block) >= _PROSE for block in blocks) > 1


def _words(paragraphs: Sequence[str]) -> list[str]:
    """Words; of scripts that write none apart, each character."""
    text = words_of(" ".join(paragraphs))
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+", text)


def _count(paragraphs: Sequence[str]) -> int:
    return len(_words(paragraphs))


def _shingles(paragraphs: Sequence[str]) -> Counter[tuple[str, ...]]:
    words = _words(paragraphs)
    size = min(_SHINGLE, len(words)) or 1
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def _share(of: Counter[tuple[str, ...]], within: Counter[tuple[str, ...]]) -> float:
    return (of & within).total() / (of.total() or 1)


def _f1(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0

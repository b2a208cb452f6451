"""Plain text out of the bits of HTML that feeds carry."""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml import html as lxml_html

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body dd details div dl dt fieldset footer h1 h2 h3 h4 h5"
        " h6 header hr li main nav ol p pre section table tbody td th thead tr ul",
    )
)
_SKIPPED = frozenset(
    ("script", "style", "noscript", "iframe", "template", "form", "button", "svg", "head")
) | {"figure", "figcaption"}
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\ud800-\udfff]")


def paragraphs_of(markup: str) -> list[str]:
    """The text of each block of ``markup``, in order, without tags, scripts and figures."""
    if not _TAG.search(markup):
        pieces = re.split(r"\n\s*\n", html.unescape(markup))
        return [text for text in map(squeeze, pieces) if text]
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    document = f"<html><body>{_UNSEEN.sub(' ', markup)}</body></html>"
    try:
        root = lxml_html.document_fromstring(document.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        return []
    return [text for text in map(squeeze, _blocks(root)) if text]


def plain(markup: str) -> str:
    """``markup`` as one line of text."""
    return " ".join(paragraphs_of(markup))


def title_text(value: str, is_html: bool) -> str:
    """A headline as one line: entities decoded, and tags dropped where it is HTML."""
    if is_html and _TAG.search(value):
        value = plain(value)
    return squeeze(html.unescape(value))


def first_sentence(text: str, longest: int = 200) -> str:
    """The first sentence of ``text``, cut at a word where it is longer than ``longest``."""
    sentence = re.split(r"(?<=[.!?…。！？])\s+", text.strip(), maxsplit=1)[0]
    return shorten(sentence, longest)


def shorten(text: str, longest: int) -> str:
    """``text``, cut at a word and marked with an ellipsis where it is too long."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip() + "…"


def squeeze(text: str) -> str:
    """One line, single spaces, nothing unseen."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def _blocks(root: etree._Element) -> list[str]:
    """Walks without recursion: hostile markup is nested deeply."""
    blocks = [""]
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            blocks[-1] += (element.tail or "") if not skipped else ""
            continue
        tag = element.tag
        if event == "start":
            if tag in _BLOCKS:
                blocks.append("")
            skipped += tag in _SKIPPED
            if not skipped:
                blocks[-1] += element.text or ""
            continue
        skipped -= tag in _SKIPPED
        if tag in _BLOCKS:
            blocks.append("")
        elif tag == "br":
            _break(blocks)
        if not skipped:
            blocks[-1] += element.tail or ""
    return blocks


def _break(blocks: list[str]) -> None:
    """One ``<br>`` is a space, two in a row begin a new paragraph."""
    if blocks[-1].rstrip(" \t").endswith("\n"):
        blocks.append("")
    else:
        blocks[-1] = blocks[-1].rstrip() + "\n"

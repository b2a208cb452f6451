"""How well the text of a page is found: ``python -m benchmarks.extraction``.

The pages in ``benchmarks/pages`` are our own, one for each way in which sites build theirs.
What is the article's text is marked in them (``data-gold``, or ``<x-gold>`` where the page
shows it by script); the marks are taken out before a page is read. Ours is compared with
trafilatura alone in each of its settings: F1 of words as a bag, and of runs of four words,
averaged over the pages. Fails where ours is below trafilatura's best.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import lxml.html
import trafilatura

from monitors.articles.extract import extract_bytes
from monitors.articles.quality import judge

PAGES = Path(__file__).parent / "pages"

_MARKS = re.compile(r"(\w+)=(\S+)")
_ONLY_GOLD = re.compile(r"<x-gold>.*?</x-gold>", re.DOTALL)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_TOLERANCE = 0.0005

SETTINGS: dict[str, dict[str, bool]] = {
    "trafilatura": {},
    "trafilatura, precision": {"favor_precision": True},
    "trafilatura, recall": {"favor_recall": True},
    "trafilatura, fast": {"fast": True},
}


@dataclass(frozen=True)
class GoldPage:
    """A page as it would be fetched, and the text of its article."""

    name: str
    url: str
    body: bytes
    gold: str


def load(path: Path) -> GoldPage:
    """The page in ``path``, in the charset that its first line names."""
    first, marked = path.read_text(encoding="utf-8").split("\n", 1)
    marks = dict(_MARKS.findall(first))
    tree = lxml.html.document_fromstring(marked)
    gold = "\n".join(
        " ".join(" ".join(e.itertext()).split())
        for e in tree.xpath("//*[@data-gold] | //x-gold/*")
    )
    page = _ONLY_GOLD.sub("", marked).replace(" data-gold", "")
    body = page.encode(marks.get("charset", "utf-8"), "xmlcharrefreplace")
    return GoldPage(path.stem, marks["url"], body, gold)


def pages() -> list[GoldPage]:
    return [load(path) for path in sorted(PAGES.glob("*.html"))]


def ours(page: GoldPage) -> str:
    return "\n".join(extract_bytes(page.body, page.url, "text/html").paragraphs)


def bare(**setting: bool) -> Callable[[GoldPage], str]:
    def read(page: GoldPage) -> str:
        return (
            trafilatura.extract(page.body, url=page.url, include_comments=False, **setting) or ""
        )

    return read


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def shingles(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    size = min(size, len(tokens)) or 1
    return Counter(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def f1(found: str, gold: str, size: int) -> float:
    one, two = shingles(words(found), size), shingles(words(gold), size)
    total = one.total() + two.total()
    return 2 * (one & two).total() / total if total else 1.0


def score(read: Callable[[GoldPage], str], gold: Sequence[GoldPage]) -> list[tuple[float, float]]:
    """F1 of each page: by single words, and by runs of four."""
    texts = [read(page) for page in gold]
    return [
        (f1(text, page.gold, 1), f1(text, page.gold, 4))
        for text, page in zip(texts, gold, strict=True)
    ]


def mean(rows: Sequence[tuple[float, float]], column: int) -> float:
    return sum(row[column] for row in rows) / len(rows)


def main() -> None:
    gold = pages()
    readers = {"ours": ours} | {name: bare(**setting) for name, setting in SETTINGS.items()}
    table = {name: score(read, gold) for name, read in readers.items()}
    print(f"{len(gold)} pages                words  runs of 4")
    for name, rows in table.items():
        print(f"{name:25} {mean(rows, 0):6.4f} {mean(rows, 1):6.4f}")
    if "--pages" in sys.argv:
        print("\npage: runs of 4, in the order above")
        for i, page in enumerate(gold):
            print(f"{page.name:38}", *(f"{rows[i][1]:.3f}" for rows in table.values()))
    refused = [p.name for p in gold if judge(extract_bytes(p.body, p.url, "text/html"))]
    best = max(mean(rows, 1) for name, rows in table.items() if name != "ours")
    if refused:
        sys.exit(f"the gate refuses {', '.join(refused)}")
    if mean(table["ours"], 1) < best - _TOLERANCE:
        sys.exit(f"ours is below {best:.4f}")


if __name__ == "__main__":
    main()

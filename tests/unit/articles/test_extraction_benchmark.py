"""The floor of the extraction benchmark; ``python -m benchmarks.extraction`` says more."""

from __future__ import annotations

from benchmarks.extraction import bare, mean, ours, pages, score
from monitors.articles.extract import extract_bytes
from monitors.articles.quality import judge


def test_ours_is_above_its_floor_and_above_trafilatura_alone() -> None:
    gold = pages()

    own, alone = score(ours, gold), score(bare(), gold)

    assert len(gold) >= 25
    assert mean(own, 1) >= 0.95
    assert mean(own, 1) > mean(alone, 1)
    assert all(one >= other - 0.001 for (_, one), (_, other) in zip(own, alone, strict=True))


def test_the_gate_lets_every_article_through() -> None:
    causes = {p.name: judge(extract_bytes(p.body, p.url, "text/html")) for p in pages()}

    assert {name: cause for name, cause in causes.items() if cause} == {}


def test_a_remark_beside_the_text_says_that_a_machine_translated_it() -> None:
    translated = {p.name for p in pages() if extract_bytes(p.body, p.url, "").signs.translated}

    assert translated == {"24-newsletter-site-dirty-en"}

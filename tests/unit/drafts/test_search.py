"""Articles that hold given words, to pick examples from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitors.drafts.draft import proposed_description
from monitors.drafts.search import search, shared_words
from monitors.model import Article, Passage, PassageKind

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


def article(number: int, title: str, lead: str = "", language: str = "en") -> Article:
    passages = (
        Passage(0, PassageKind.TITLE, title),
        Passage(1, PassageKind.BODY, lead),
    )
    return Article(
        id=f"A-{number}",
        source_id="courier",
        entry_id=number,
        url=f"https://courier.example/{number}",
        revision=1,
        title=title,
        passages=passages,
        fingerprint=str(number),
        first_seen=NOW + timedelta(hours=number),
        published=None,
        language=language,
    )


TALKS = article(1, "Arms control talks resume in Geneva", "Envoys discuss warheads.")
TREATY = article(2, "Treaty on warheads expires", "Inspectors of warheads left.")
SPORT = article(3, "Keeper injured", "He misses the final.")
RUSSIAN = article(4, "Переговоры о договоре начались", "Стороны обсудили договор.", "ru")
ALL = [TALKS, TREATY, SPORT, RUSSIAN]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("warhead", ["A-2", "A-1"]),
        ("warheads talks", ["A-1", "A-2"]),
        ("договор", ["A-4"]),
        ("TREATY", ["A-2"]),
        ('"arms control"', ["A-1"]),
        ("arms control, final", ["A-3", "A-1"]),
        ("eaty", []),
        ("(.*", []),
        ("", []),
    ],
)
def test_articles_with_the_words_come_most_words_first_then_newest(
    words: str, found: list[str]
) -> None:
    assert [hit.article.id for hit in search(ALL, words)] == found


def test_of_articles_with_the_same_title_the_last_is_kept() -> None:
    again = article(9, TALKS.title, "Envoys discuss warheads.")
    assert [hit.article.id for hit in search([TALKS, again], "talks")] == ["A-9"]


def test_only_so_many_are_found() -> None:
    many = [article(n, f"Talks, day {n}") for n in range(30)]
    assert [hit.article.id for hit in search(many, "talks", most=2)] == ["A-29", "A-28"]


def test_words_that_articles_share_are_proposed_for_the_description() -> None:
    assert shared_words([TALKS, TREATY]) == ["warheads"]
    assert proposed_description("Arms control", [TALKS, TREATY]).endswith("It is about warheads.")
    assert "about" not in proposed_description("Arms control", [])

from __future__ import annotations

from datetime import UTC, datetime

from monitors.articles.boilerplate import key_of, passage_keys, site_of, without_repeated
from monitors.model import Article, Passage, PassageKind

K = PassageKind
CALL = "You are reading one of our free articles of this month."
NEWS = "The board approved the new ferry terminal on Thursday after a long debate."


def _article(
    *passages: tuple[PassageKind, str], url: str = "https://www.courier.example/a/1"
) -> Article:
    pieces = tuple(Passage(i, kind, text) for i, (kind, text) in enumerate(passages))
    return Article("A-1", "courier", url, "Board", pieces, "f", datetime(2025, 3, 14, tzinfo=UTC))


def test_a_repeated_passage_leaves_the_evidence_and_the_next_one_leads() -> None:
    article = _article((K.TITLE, "Board"), (K.LEAD, CALL), (K.BODY, NEWS))

    kept = without_repeated(article, frozenset([key_of(CALL.upper())]))

    assert kept is not None
    assert [p.kind for p in kept.passages] == [K.TITLE, K.BOILERPLATE, K.LEAD]
    assert (kept.fingerprint, kept.id) == (article.fingerprint, article.id)
    assert kept.lead == f"Board {NEWS}"


def test_where_nothing_else_is_left_there_is_no_text() -> None:
    article = _article((K.TITLE, "Board"), (K.LEAD, CALL), (K.BODY, NEWS), (K.BODY, "Ends."))

    assert without_repeated(article, frozenset([key_of(CALL), key_of(NEWS)])) is None


def test_an_article_of_its_own_stays_as_it_is() -> None:
    article = _article((K.TITLE, "Board"), (K.LEAD, NEWS))

    assert without_repeated(article, frozenset()) is article


def test_titles_labels_and_captions_are_not_learnt() -> None:
    article = _article(
        (K.TITLE, NEWS + " Really."), (K.LEAD, NEWS), (K.BODY, "Short label"), (K.CAPTION, CALL)
    )

    assert passage_keys(article) == [key_of(NEWS)]


def test_a_site_is_a_host() -> None:
    assert site_of(_article()) == "courier.example"
    assert site_of(_article(url="https://sport.courier.example/x")) == "sport.courier.example"
    assert site_of(_article(url="saved:page")) == ""

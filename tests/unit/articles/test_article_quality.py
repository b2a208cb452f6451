from __future__ import annotations

import pytest

from monitors.articles.quality import PROBLEMS, judge, misled
from monitors.model import UNREADABLE_CAUSES, Extraction, Page, PageSigns

SENTENCE = "The harbour board approved the new ferry terminal after a long debate on Thursday. "


def page(title: str, *paragraphs: str) -> Extraction:
    return Extraction(title, paragraphs)


@pytest.mark.parametrize(
    ("extraction", "cause"),
    [
        (page("Just a moment...", "Checking your browser before you go on."), "bot wall"),
        (page("Courier", "Please enable JavaScript and reload this page."), "bot wall"),
        (page("Подождите", "Идёт проверка вашего браузера. Включите JavaScript."), "bot wall"),
        (page("Bitte warten", "Bestätigen Sie, dass Sie kein Roboter sind."), "bot wall"),
        (page("404 Not Found", "Go back to the front page."), "error page"),
        (page("Страница не найдена", "Вернитесь на главную."), "error page"),
        (page("Seite nicht gefunden"), "error page"),
        (page("Access denied", "You cannot see this page from here."), "error page"),
        (page("Courier", "We use cookies on this site.", "Accept all cookies"), "cookie wall"),
        (page("Bote", "Wir verwenden Cookies. Alle akzeptieren?"), "cookie wall"),
        (page("Вестник", "Мы используем файлы cookie для работы сайта."), "cookie wall"),
        (page("Le Courrier", "Nous utilisons des cookies. Tout accepter ?"), "cookie wall"),
        (page("Terminal", SENTENCE, "Subscribe to continue reading."), "paywall"),
        (page("Terminal", SENTENCE, "Этот материал доступен только по подписке."), "paywall"),
        (page("Terminal", SENTENCE, "La suite est réservée aux abonnés."), "paywall"),
        (page("Terminal", SENTENCE, "Dieser Artikel ist nur für Abonnenten."), "paywall"),
        (page("Terminal"), "empty"),
        (page("Terminal", "***", "12:30"), "empty"),
        (page("News", *(f"Headline number {i} about the town" for i in range(12))), "listing"),
    ],
)
def test_what_is_no_article_has_its_cause(extraction: Extraction, cause: str) -> None:
    assert judge(extraction) == cause


@pytest.mark.parametrize(
    "extraction",
    [
        page("Terminal approved", SENTENCE, SENTENCE),
        page("Pier open", "The pier has opened again."),
        page("Regulator fines site over cookies", *[SENTENCE] * 20, "We use cookies, it said."),
        page("Access denied: how a town lost its harbour", *[SENTENCE] * 6),
        page("Court: robots may not vote", *[SENTENCE] * 8, "I am not a robot, he joked."),
        page("Live: the vote", *(f"{i} o'clock. The board meets again." for i in range(12))),
        page("A long read", *[SENTENCE * 3] * 12, "Subscribe to continue reading more like this."),
        page("会談", "会談が始まった。両国は合意した。"),
        page("Staff", *["A short line about it"] * 4, SENTENCE * 4, SENTENCE * 4, SENTENCE),
    ],
)
def test_articles_are_let_through(extraction: Extraction) -> None:
    assert judge(extraction) is None


@pytest.mark.parametrize(
    ("extraction", "cause"),
    [
        (Extraction("Pier", (SENTENCE,), signs=PageSigns(closed=True)), "paywall"),
        (Extraction("Pier", (), signs=PageSigns(closed=True)), "paywall"),
        (Extraction("Pier", (SENTENCE + "But the…",), signs=PageSigns(words=900)), "paywall"),
        (Extraction("Pier", (SENTENCE,), signs=PageSigns(words=900)), None),
        (Extraction("Pier", (SENTENCE * 30,), signs=PageSigns(closed=True)), None),
        (Extraction("News", (SENTENCE,) * 10, signs=PageSigns(listed=8)), "listing"),
        (Extraction("Pier", (SENTENCE * 4,) * 10, signs=PageSigns(listed=8)), None),
    ],
)
def test_what_the_page_gives_away_counts(extraction: Extraction, cause: str | None) -> None:
    assert judge(extraction) == cause


ASKED = "https://courier.example.com/harbour/terminal-approved"


@pytest.mark.parametrize(
    ("reached", "cause"),
    [
        (ASKED, None),
        ("https://courier.example.com/harbour/terminal-approved-1", None),
        ("https://courier.example.com/", "error page"),
        ("https://courier.example.com/en", "error page"),
        ("https://courier.example.com/404.html", "error page"),
        ("https://consent.example.com/collect?next=x", "cookie wall"),
        ("https://courier.example.com/login?next=%2Fharbour", "paywall"),
        ("https://courier.example.com/showcaptcha", "bot wall"),
        ("https://courier.example.com/error-in-harbour-plans", None),
    ],
)
def test_a_redirect_to_somewhere_else_is_no_article(reached: str, cause: str | None) -> None:
    assert misled(Page(reached, ASKED, 200, b"")) == cause


def test_an_error_status_is_an_error_page_whatever_it_says() -> None:
    assert judge(page("Terminal", *[SENTENCE] * 20), status=503) == "error page"


def test_every_cause_has_its_words() -> None:
    assert set(PROBLEMS) == set(UNREADABLE_CAUSES)

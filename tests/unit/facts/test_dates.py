from __future__ import annotations

from datetime import date

import pytest

from monitors.facts.dates import dates_in

TODAY = date(2025, 2, 10)
THE_DAY = date(2025, 2, 18)


def days(text: str, language: str = "en", today: date | None = TODAY) -> frozenset[date]:
    return dates_in(text, language, today)[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "on 18 February"),
        ("en", "on February 18"),
        ("en", "on Feb. 18 in Riyadh"),
        ("en", "on the 18th of February"),
        ("en", "on February 18th"),
        ("ru", "состоится 18 февраля в Эр-Рияде"),
        ("uk", "відбудеться 18 лютого"),
        ("de", "am 18. Februar in Riad"),
        ("fr", "le 18 février à Riyad"),
        ("es", "el 18 de febrero en Riad"),
        ("it", "il 18 febbraio a Riad"),
        ("pl", "18 lutego w Rijadzie"),
        ("pt", "em 18 de fevereiro"),
        ("tr", "18 Şubat günü"),
    ],
)
def test_a_day_without_a_year_is_read(language: str, text: str) -> None:
    assert days(text, language) == {THE_DAY}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "18 February 2024"),
        ("en", "February 18, 2024"),
        ("ru", "18 февраля 2024 года"),
        ("uk", "18 лютого 2024 року"),
        ("de", "18. Februar 2024"),
        ("fr", "18 février 2024"),
        ("es", "18 de febrero de 2024"),
        ("es", "18 de febrero del 2024"),
        ("it", "18 febbraio 2024"),
        ("pl", "18 lutego 2024"),
        ("xx", "2024-02-18"),
        ("xx", "2024-02-18T10:00:00Z"),
        ("xx", "2024/02/18"),
        ("xx", "18.02.2024"),
        ("xx", "18.2.2024"),
    ],
)
@pytest.mark.parametrize("today", [TODAY, None])
def test_a_day_with_a_year_needs_no_article_date(
    language: str, text: str, today: date | None
) -> None:
    assert days(text, language, today) == {date(2024, 2, 18)}


def test_without_an_article_date_a_day_without_a_year_is_left_open() -> None:
    assert days("on 9 May", today=None) == frozenset()


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("28 December", date(2025, 1, 3), date(2024, 12, 28)),
        ("3 January", date(2024, 12, 28), date(2025, 1, 3)),
        ("31 December", date(2024, 12, 31), date(2024, 12, 31)),
        ("9 May", date(2025, 2, 10), date(2025, 5, 9)),
        ("9 May", date(2024, 11, 3), date(2025, 5, 9)),
        ("9 May", date(2024, 9, 3), date(2024, 5, 9)),
        ("10 February", date(2025, 2, 12), date(2025, 2, 10)),
        ("29 February", date(2025, 2, 10), date(2024, 2, 29)),
        ("29 February", date(2027, 9, 1), date(2028, 2, 29)),
    ],
)
def test_the_year_is_the_nearest_one(text: str, today: date, expected: date) -> None:
    assert days(text, today=today) == {expected}


@pytest.mark.parametrize(
    "text",
    ["31 February", "30 Feb 2025", "2025-02-30", "32.01.2025", "0 May", "2025-13-01", "45 May"],
)
def test_impossible_days_are_no_days(text: str) -> None:
    assert days(text) == frozenset()


@pytest.mark.parametrize(
    "text",
    ["he may 20 times", "they march 12 miles", "in May 2025", "February", "Mayor 12", "12 Maybes"],
)
def test_ordinary_words_are_no_months(text: str) -> None:
    assert days(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("18-19 February", "en"),
        ("February 18–19", "en"),
        ("February 18 and 19", "en"),
        ("18 and 19 February 2025", "en"),
        ("с 18 по 19 февраля", "ru"),
        ("18. bis 19. Februar", "de"),
        ("les 18 et 19 février", "fr"),
        ("18 y 19 de febrero", "es"),
    ],
)
def test_both_ends_of_a_span_are_read(text: str, language: str) -> None:
    assert days(text, language) == {THE_DAY, date(2025, 2, 19)}


@pytest.mark.parametrize("text", ["talks on 18 February", "20-21 May", "2025-02-18 it is"])
def test_found_days_are_blanked_out(text: str) -> None:
    _, rest = dates_in(text, "en", TODAY)
    assert len(rest) == len(text)
    assert not any(c.isdigit() for c in rest)


def test_letters_that_grow_in_lower_case_do_not_shift_what_is_blanked() -> None:
    found, rest = dates_in("İİİ 18 Şubat son", "tr", TODAY)
    assert found == {THE_DAY}
    assert rest.split() == ["İİİ", "son"]


def test_a_day_with_a_year_is_not_read_twice() -> None:
    assert days("February 18, 2024 and 18 February 2024") == {date(2024, 2, 18)}


def test_a_time_of_day_behind_a_day_is_no_year() -> None:
    assert days("Feb 18, 2000 people") == {date(2000, 2, 18)}
    assert days("Feb 18 at 20:15") == {THE_DAY}

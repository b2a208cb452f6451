from __future__ import annotations

import pytest

from monitors.facts.numbers import numbers_in, ordinals_in


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3.5 million people", "en"),
        ("$3.5m lost", "en"),
        ("3,5 Mio. Menschen", "de"),
        ("3,5 Millionen Menschen", "de"),
        ("3,5 млн человек", "ru"),
        ("3,5 миллиона человек", "ru"),
        ("3,5 млн осіб", "uk"),
        ("3,5 millions de personnes", "fr"),
        ("3,5 millones de personas", "es"),
        ("3,500,000 people", "en"),
        ("3.500.000 Menschen", "de"),
        ("3 500 000 человек", "ru"),
    ],
)
def test_one_amount_has_one_key_in_every_language(text: str, language: str) -> None:
    assert set(numbers_in(text, language)) == {"3.5e+06"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("12% more", "en"),
        ("12 % more", "en"),
        ("12 percent", "en"),
        ("12 per cent", "en"),
        ("12 Prozent", "de"),
        ("12 процентов", "ru"),
        ("12 процента", "ru"),
        ("12 відсотків", "uk"),
        ("12 pour cent", "fr"),
        ("12\u202f%", "fr"),
        ("12 por ciento", "es"),
        ("12 per cento", "it"),
    ],
)
def test_percentages_have_one_key_in_every_language(text: str, language: str) -> None:
    assert set(numbers_in(text, language)) == {"12%"}


@pytest.mark.parametrize(
    "written", ["1,200", "1.200", "1 200", "1\u00a0200", "1\u202f200", "1200", "1,200.00"]
)
def test_thousands_are_grouped_in_any_way(written: str) -> None:
    assert set(numbers_in(f"about {written} people", "en")) == {"1200"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("20 billion", {"2e+10"}),
        ("300m and 40k", {"3e+08", "40000"}),
        ("1,234.5", {"1234.5"}),
        ("1.234,5", {"1234.5"}),
        ("0.250 and 12.75", {"12.75"}),
        ("9 million", {"9e+06"}),
        ("5%", {"5%"}),
        ("20 banks, 20 people", {"20"}),
        ("50-50 between 10 and 15", {"50", "10", "15"}),
        ("Article 15. 30 sanctions", {"15", "30"}),
        ("2,024 people", {"2024"}),
    ],
)
def test_figures_are_read(text: str, keys: set[str]) -> None:
    assert set(numbers_in(text, "en")) == keys


@pytest.mark.parametrize(
    "text",
    [
        "in 2024 and 1999",
        "5 people and 3 banks",
        "version 2.0.1",
        "at 10:30 and 18:00:05",
        "an F-16 and COVID-19",
        "the 20th time, the 12-й раунд",
        "3.14159",
        "A4 and B2B12",
        "",
    ],
)
def test_years_single_digits_times_and_parts_of_words_are_left_out(text: str) -> None:
    assert numbers_in(text, "en") == {}


def test_a_year_with_a_scale_is_an_amount() -> None:
    assert set(numbers_in("2025 million", "en")) == {"2.025e+09"}


def test_the_written_form_is_kept_for_people() -> None:
    shown = numbers_in("12 Prozent von 3,5 Mio. oder 1.200", "de")
    assert shown == {"12%": "12 %", "3.5e+06": "3,5 Mio", "1200": "1.200"}


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("en", 1, "first First"),
        ("en", 2, "second Second 2nd"),
        ("en", 3, "third 3rd"),
        ("en", 12, "twelfth 12th"),
        ("en", 21, "21st"),
        ("ru", 1, "первый первого первая первую первом первые"),
        ("ru", 2, "второй второго второму вторым втором вторая вторую вторые 2-й 2-го 2-я 2-ой"),
        ("ru", 3, "третий третьего третья третьей третьем 3-й 3-м"),
        ("ru", 10, "десятый десятого десятая"),
        ("de", 1, "erste ersten erster erstes erstem"),
        ("de", 2, "zweite zweiten zweiter zweites zweitem"),
        ("de", 3, "dritte dritten dritter drittes"),
        ("de", 4, "vierte vierten vierter"),
        ("de", 7, "siebte siebten siebter"),
        ("de", 12, "zwölfte zwölften"),
        ("fr", 1, "premier première premiers 1er 1re"),
        ("fr", 2, "deuxième seconde second 2e 2ème 2de"),
        ("fr", 3, "troisième 3e"),
        ("es", 1, "primero primera primer 1º 1.ª"),
        ("es", 2, "segundo segunda 2º 2.º 2ª"),
        ("es", 3, "tercero tercera tercer"),
        ("uk", 1, "перший першого перша першу"),
        ("uk", 2, "другий другого друга другу другому 2-й 2-го 2-га"),
        ("uk", 3, "третій третього третя"),
    ],
)
def test_ordinals_are_read_in_every_form(language: str, number: int, words: str) -> None:
    missed = [w for w in words.split() if ordinals_in(f"x {w} x", language) != {number}]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("it took ten seconds", "en"),
        ("the twenty-first century", "en"),
        ("2 Sekunden", "de"),
        ("8 o 9 personas, de 3 a 5", "es"),
        ("na segunda-feira", "pt"),
        ("20 banks at 10:30", "en"),
        ("0.2nd", "en"),
        ("", "en"),
    ],
)
def test_what_only_looks_like_an_ordinal_is_none(text: str, language: str) -> None:
    assert ordinals_in(text, language) == frozenset()


def test_a_language_without_number_words_still_has_digits() -> None:
    assert ordinals_in("the 2nd bla", "xx") == {2}

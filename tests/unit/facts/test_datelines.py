"""The agency of a dateline is no part of the news; everything else of it is."""

from __future__ import annotations

from datetime import date

import pytest

from monitors.facts.datelines import without_agency
from monitors.facts.extract import facts_of


@pytest.mark.parametrize(
    ("opening", "left"),
    [
        ("LISBON, April 3 (Anchor Wire) - Ports close.", "LISBON, April 3 - Ports close."),
        ("Lisbon (AWX) — Ports close.", "Lisbon - Ports close."),
        ("МОСКВА, 25 февраля. /Волга-Пресс/. Порт закрыт.", "МОСКВА, 25 февраля. - Порт закрыт."),
        ("DEN HAAG (AND) – De haven sluit.", "DEN HAAG - De haven sluit."),
    ],
)
def test_the_agency_is_taken_out_of_a_dateline(opening: str, left: str) -> None:
    assert without_agency(opening) == left


@pytest.mark.parametrize(
    "text",
    [
        "The port of Lisbon (the largest) closes.",
        "Ports close. Lisbon (Portugal) - the largest - is first.",
        "Traffic and/or trade - both suffer.",
        "(Anchor Wire)",
        "",
    ],
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert without_agency(text) == text


def test_agencies_and_weekdays_are_no_names_of_the_news() -> None:
    facts = facts_of(
        "Keller signs the port accord",
        "LISBON, April 3 (Anchor Wire) - Mara Keller signed it on Friday at the Ajuda palace.",
        "en",
        date(2026, 4, 4),
    )
    shown = set(facts.shown.values())
    assert {"Mara Keller", "Ajuda", "3 April 2026"} <= shown
    assert not {"Anchor", "Wire", "Friday"} & shown


def test_a_language_that_nobody_described_has_no_weekdays() -> None:
    assert "Friday" in facts_of("", "we met Friday there", "xx", None).shown.values()


def test_places_months_and_cut_words_are_no_names_to_show() -> None:
    body = "DOHA (AWX) - U.S. envoys met in February. Keller goes to Ista"
    shown = set(facts_of("Sarnia signs in Doha", body, "en", None).shown.values())
    assert {"U.S.", "Keller"} <= shown
    assert not {"DOHA", "Doha", "U.S", "February", "Ista"} & shown


def test_a_place_in_another_case_is_no_name_to_show() -> None:
    facts = facts_of("Встреча в Эр-Рияде", "Келлер прибыл в Эр-Рияд утром.", "ru", None)
    assert facts.places == {"Riyadh"}
    assert set(facts.shown.values()) == {"Келлер"}

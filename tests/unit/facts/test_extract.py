from __future__ import annotations

from datetime import date

import pytest

from monitors.facts import facts_of
from monitors.facts.names import name_key
from monitors.facts.terms import base_form, is_common_word, terms_in
from monitors.model import Facts, Stage

TODAY = date(2025, 2, 10)


def test_all_facts_of_a_text() -> None:
    facts = facts_of(
        "Lavrov and Rubio agree on second round of talks in Istanbul on 27 February",
        "The United States lifted sanctions on 20 banks, worth 3.5 billion dollars.",
        "en",
        TODAY,
    )
    assert facts.stage is Stage.AGREED
    assert {name_key("Lavrov"), name_key("Rubio")} <= facts.names
    assert facts.places == {"Istanbul"}
    assert facts.ordinals == {2}
    assert facts.dates == {date(2025, 2, 27)}
    assert facts.numbers == {"20", "3.5e+09"}
    assert facts.direction == 1
    assert "talk" in facts.terms


def test_the_same_report_in_two_languages_has_the_same_facts() -> None:
    english = facts_of(
        "Second round of talks to be held in Istanbul on 27 February, Lavrov says", "", "en", TODAY
    )
    russian = facts_of(
        "Второй раунд переговоров пройдёт в Стамбуле 27 февраля, заявил Лавров", "", "ru", TODAY
    )
    assert name_key("Lavrov") in english.names & russian.names
    assert english.places == russian.places == {"Istanbul"}
    assert english.ordinals == russian.ordinals == {2}
    assert english.dates == russian.dates == {date(2025, 2, 27)}


def test_places_are_not_counted_as_names_again() -> None:
    facts = facts_of("Later they flew from Moscow to New York with Lavrov", "", "en", TODAY)
    assert facts.places == {"Moscow", "New York City"}
    assert facts.names == {name_key("Lavrov")}


def test_days_of_dates_are_no_numbers() -> None:
    facts = facts_of("Talks on 18-19 February, 2025-02-27 and May 12", "", "en", TODAY)
    assert facts.numbers == frozenset()
    assert len(facts.dates) == 4


def test_every_name_number_and_date_can_be_shown() -> None:
    facts = facts_of("Later Lavrov named 1,200 people on 9 May", "", "en", TODAY)
    assert facts.shown[name_key("Lavrov")] == "Lavrov"
    assert facts.shown["1200"] == "1,200"
    assert facts.shown["2025-05-09"] == "9 May 2025"
    assert facts.names | facts.numbers | {d.isoformat() for d in facts.dates} == set(facts.shown)


def test_the_title_decides_stage_and_direction() -> None:
    facts = facts_of("Bank lifts limit", "A fine was imposed and extended.", "en", TODAY)
    assert facts.direction == 1
    body_only = facts_of("Bank news", "The ban was imposed.", "en", TODAY)
    assert body_only.direction == -1


def test_a_title_that_says_as_much_for_both_ways_has_no_direction() -> None:
    assert facts_of("Bank lifts and imposes limits", "Relief.", "en", TODAY).direction == 0


def test_cues_of_the_body_are_kept_apart() -> None:
    facts = facts_of("They met", "Sources said that a deal was signed.", "en", TODAY)
    assert "held" in facts.cues
    assert {"body rumoured", "body signed"} <= facts.cues
    assert "signed" not in facts.cues


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Treasury may lift sanctions", Stage.SPECULATED),
        ("Treasury reportedly lifted sanctions", Stage.RUMOURED),
        ("Ministers plan a meeting", Stage.PLANNED),
        ("Ministers signed the treaty", Stage.SIGNED),
        ("Ministers met in Riyadh", Stage.HELD),
        ("Meeting cancelled", Stage.REVERSED),
        ("A quiet day", Stage.NONE),
    ],
)
def test_the_stage_is_read_from_the_title(title: str, stage: Stage) -> None:
    assert facts_of(title, "", "en", TODAY).stage is stage


def test_without_a_lexicon_there_are_no_cues_but_other_facts() -> None:
    facts = facts_of("Istanbul 2025-02-18", "", "xx", None)
    assert facts.stage is Stage.NONE
    assert facts.cues == frozenset()
    assert facts.places == {"Istanbul"}
    assert facts.dates == {date(2025, 2, 18)}


@pytest.mark.parametrize("text", ["", " ", "\0", "🙂" * 50, "!" * 1000])
def test_odd_texts_have_no_facts(text: str) -> None:
    assert facts_of(text, "", "en", TODAY) == Facts()


def test_terms_are_base_forms_without_stop_words() -> None:
    assert terms_in("The ministers' talks were resumed", "en") >= {"minister", "talk", "resume"}
    assert "the" not in terms_in("The ministers", "en")
    assert terms_in("переговорами", "ru") == terms_in("переговоры", "ru")


def test_names_in_a_dictionary_are_no_common_words() -> None:
    assert is_common_word("talks", "en")
    assert is_common_word("переговоры", "ru")
    assert not is_common_word("путин", "ru")
    assert not is_common_word("helsinki", "en")
    assert not is_common_word("talks", "xx")


def test_a_language_without_a_dictionary_keeps_words_as_they_are() -> None:
    assert base_form("häuser", "xx") == "hauser"


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Ministers agree to reopen the embassies; summit unlikely next week", Stage.AGREED),
        ("Summit unlikely next week; ministers agree to reopen the embassies", Stage.AGREED),
        ("Ministers may agree to reopen the embassies", Stage.SPECULATED),
        ("Summit unlikely next week; venue might change", Stage.SPECULATED),
    ],
)
def test_of_a_headline_with_two_clauses_the_one_that_has_got_furthest_counts(
    title: str, stage: Stage
) -> None:
    assert facts_of(title, "", "en", None).stage is stage

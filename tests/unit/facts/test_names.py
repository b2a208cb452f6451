from __future__ import annotations

import pytest

from monitors.decide.novelty import new_facts
from monitors.facts import facts_of
from monitors.facts.names import called, name_key, names_in


@pytest.mark.parametrize(
    "forms",
    [
        "Lavrov Lawrow Lavroff Lavróv Lavrov's Lavrov’s Лавров Лаврова Лаврову Лавровым Лаврове",
        "Witkoff Уиткофф Уиткоффа Уиткоффу Уиткоффом Уиткоффе Виткофф Віткофф",
        "Putin Poutine Путин Путина Путину Путиным Путине Путін",
        "Zelensky Zelenskyy Zelenski Selenskyj Зеленский Зеленского Зеленским Зеленський",
        "Merz Мерц Мерца Мерцу",
        "Vance Вэнс Вэнса",
        "Johnson Джонсон Джонсона Джонсоном",
        "Harris Харрис",
        "Hegseth Хегсет Хегсета",
        "Zakharova Sacharowa Захарова Захаровой",
        "Dmitriev Dmitrijew Дмитриев Дмитриева",
        "Gorbachev Gorbatschow Горбачёв Горбачев Горбачева",
        "Shoigu Schoigu Шойгу",
        "Waltz Уолтц Уолц",
        "Gazprom Газпром Газпрома",
        "Rosneft Роснефть Роснефти",
        "Sergei Сергей Сергея Сергею",
        "Bush Буш",
        "NATO НАТО",
    ],
    ids=lambda forms: forms.split()[0],
)
def test_spellings_scripts_and_cases_of_one_name_share_a_key(forms: str) -> None:
    keys = {form: name_key(form) for form in forms.split()}
    assert len(set(keys.values())) == 1, keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lavrov", "Rubio"),
        ("Putin", "Trump"),
        ("Putin", "Biden"),
        ("Lavrov", "Medvedev"),
        ("Zelensky", "Yeltsin"),
        ("Macron", "Merkel"),
        ("Merz", "Starmer"),
        ("Bush", "Biden"),
        ("Bush", "Rubio"),
        ("Scholz", "Merkel"),
        ("Rosneft", "Gazprom"),
        ("OFAC", "OPEC"),
        ("EU", "UN"),
        ("Ushakov", "Peskov"),
    ],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Putin", "Patton"), ("Merz", "Mars"), ("Scholz", "Schultz")]
)
def test_vowels_alone_do_not_tell_long_names_apart(one: str, other: str) -> None:
    """What the method cannot do, and its docstring says so."""
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Reuters", "Рейтер"), ("Kremlin", "Кремль")])
def test_names_that_a_language_renders_by_other_sounds_stay_apart(one: str, other: str) -> None:
    """What the method cannot do, and its docstring says so."""
    assert name_key(one) != name_key(other)


def test_short_names_keep_their_vowels() -> None:
    assert name_key("Rubio") == name_key("Рубио") != name_key("Rabe")


def test_short_names_keep_their_case_ending_too() -> None:
    """What the method cannot do: without its vowels too little would be left of Буш."""
    assert name_key("Буша") != name_key("Bush")


def test_the_written_form_is_kept_for_people() -> None:
    assert names_in("Talks with Лавровым went on", "en") == {name_key("Lavrov"): "Лавровым"}


def found(text: str, language: str) -> set[str]:
    return set(names_in(text, language).values())


def test_a_capital_in_the_middle_of_a_sentence_makes_a_name() -> None:
    text = "Later that day Lavrov met Rubio, and then Apple paid OFAC again."
    assert found(text, "en") == {"Lavrov", "Rubio", "Apple", "OFAC"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Officials left. Talks ended! Yesterday it rained. “Nothing changed,” they said", "en"),
        ("Переговоры прошли. Вчера шёл дождь. «Завтра» — тоже", "ru"),
        ("Переговори тривали. Вчора йшов дощ", "uk"),
        ("Les ministres partent. Hier, rien. « Demain » aussi", "fr"),
        ("Los ministros salieron. Ayer nada", "es"),
    ],
)
def test_words_that_only_open_a_sentence_are_no_names(text: str, language: str) -> None:
    assert found(text, language) == set()


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Путин встретился с министром", "ru", "Путин"),
        ("Встреча прошла. Ушаков назвал её полезной", "ru", "Ушаков"),
        ("Зеленський прибув до столиці", "uk", "Зеленський"),
        ("Lavrov left early", "en", "Lavrov"),
    ],
)
def test_a_name_that_opens_a_sentence_is_found(text: str, language: str, name: str) -> None:
    assert name in found(text, language)


def test_a_headline_with_capitals_throughout_gives_names_only() -> None:
    headline = "Putin and Lavrov Agree to Hold Second Summit Next Month, Kremlin Says"
    assert found(headline, "en") == {"Putin", "Lavrov", "Kremlin"}


def test_a_shouted_headline_gives_names_with_the_same_keys() -> None:
    shouted = names_in("PUTIN MEETS LAVROV FOR TALKS ON SANCTIONS", "en")
    assert set(shouted) == {name_key("Putin"), name_key("Lavrov")}


def test_german_nouns_are_no_names() -> None:
    text = "Die Regierung beschließt Sanktionen gegen Rosneft, sagte Lawrow im Bundestag."
    assert found(text, "de") == {"Rosneft", "Lawrow"}


def test_an_elided_article_is_no_part_of_a_name() -> None:
    names = names_in("La visite de l'Élysée et d’Orban a déçu", "fr")
    assert set(names) == {name_key("Élysée"), name_key("Orbán")}


@pytest.mark.parametrize("text", ["", "   ", "12 of 30", "...", "-", "«»"])
def test_a_text_without_names_gives_none(text: str) -> None:
    assert names_in(text, "en") == {}


def test_an_unknown_language_still_finds_capitals_within_sentences() -> None:
    assert "Lavrov" in found("bla bla Lavrov bla", "xx")


@pytest.mark.parametrize("word", ["", "'s", "-", "ь", "А", "李明", "\0", "İ", "🙂"])
def test_odd_words_have_some_key(word: str) -> None:
    assert isinstance(name_key(word), str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He told President Donald Trump that Trump had won", {"President Donald Trump"}),
        ("Then Lavrov met Rubio", {"Then Lavrov", "Rubio"}),
        ("the talks of Lavrov, Rubio and Ushakov", {"Lavrov", "Rubio", "Ushakov"}),
        ("at Trump's Kremlin talks", {"Trump's", "Kremlin"}),
        ("the late Jean Paul Marie Claude Duval", {"Paul Marie Claude Duval"}),
        ("nobody at all", set()),
    ],
)
def test_what_somebody_is_called_is_told_in_full(text: str, expected: set[str]) -> None:
    words = {name_key(word.strip(",")) for word in text.split() if word[0].isupper()}
    found = called(text, words - {name_key("He")})
    assert set(found.values()) == expected
    for key, name in found.items():
        assert name_key(name.split()[-1]) == key


def test_who_is_known_by_the_last_name_is_not_new_by_the_first() -> None:
    stated = facts_of("", "An envoy saw President Donald Trump in the old palace.", "en", None)
    known = facts_of("", "An envoy called Trump from the old palace.", "en", None)
    assert name_key("Donald") in stated.names - known.names
    assert new_facts(stated, [known]) == ()
    assert new_facts(stated, []) == ("name: President Donald Trump",)

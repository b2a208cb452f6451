from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from deciding_values import CALIBRATION, TOPIC, article, profile, reading, vector

from monitors.decide.match import excluded, match
from monitors.decide.reading import closeness, keyword_hit
from monitors.decide.reading import profile as measured
from monitors.model import Facts, Keywords, Passage, PassageKind


@pytest.mark.parametrize(
    ("word", "text", "hit"),
    [
        ("OFAC", "ofac delists a bank", True),
        ("sanction*", "New Sanctions imposed", True),
        ("sanction", "New sanctions imposed", False),
        ("санкци*", "Санкций больше нет", True),
        ("bank", "embankment", False),
        ("bank", "the (bank)", True),
        ("central bank", "the Central Bank said", True),
        ("c++", "written in C++ today", True),
        ("U.S.", "the U.S. said", True),
        ("", "anything", False),
    ],
)
def test_keywords_are_whole_words_in_any_case(word: str, text: str, hit: bool) -> None:
    assert (keyword_hit([word], text) is not None) == hit


def test_the_first_keyword_that_stands_in_the_text_is_named() -> None:
    assert keyword_hit(("swift", "bank*"), "Banks leave SWIFT") == "swift"


def test_excluding_words_are_looked_for_in_title_and_lead_only() -> None:
    topic = profile(replace(TOPIC, keywords=Keywords(none=("body", "lead"))))
    assert excluded(reading(), topic) == "body"  # within the first 400 characters
    long = article(
        passages=(
            Passage(0, PassageKind.LEAD, "word " * 100),
            Passage(1, PassageKind.BODY, "body"),
            Passage(2, PassageKind.BODY, "body"),
        )
    )
    assert excluded(replace(reading(), article=long, key_text=long.lead), topic) is None


@pytest.mark.parametrize(("words", "value"), [((), 0.0), (("body",), 1.0), (("nowhere",), -1.0)])
def test_wanted_keywords_are_looked_for_in_every_passage(
    words: tuple[str, ...], value: float
) -> None:
    topic = profile(replace(TOPIC, keywords=Keywords(any=words)))
    assert match(reading(), topic, [], CALIBRATION).parts["keyword"] == value


def test_wanted_keywords_of_title_and_lead_are_told_apart() -> None:
    topic = profile(replace(TOPIC, keywords=Keywords(any=("body",))))
    deep = replace(reading(), key_text="Title and lead")
    parts = match(deep, topic, [], CALIBRATION).parts
    assert (parts["keyword"], parts["keyword in lead"]) == (1.0, -1.0)


def test_names_of_the_topic_count_by_how_often_its_own_words_hold_them() -> None:
    topic = profile(subject={"rssa": 0.75, "frns": 0.25})
    full, part, none = (
        match(reading(stated=Facts(names=frozenset(names))), topic, [], CALIBRATION).parts
        for names in (("rssa", "frns"), ("frns",), ())
    )
    assert [p["subject"] for p in (full, part, none)] == [1.0, 0.25, 0.0]
    assert [p["subject missing"] for p in (full, part, none)] == [0.0, 1.0, 1.0]


def test_a_topic_without_names_misses_none() -> None:
    parts = match(reading(), profile(), [], CALIBRATION).parts
    assert parts["subject"] == parts["subject missing"] == 0.0


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("a ban is lifted", 1.0),
        ("선해전자-코베인 특허 재판 21일 시작", 0.0),
        ("قدمار تعلن منطقة تفتيش في مضيق مرّان", 0.0),
        ("Запрет снят", 1.0),
        ("", 0.0),
    ],
    ids=["English", "Korean", "Arabic", "Russian", "nothing"],
)
def test_no_name_is_missing_where_none_could_be_found(text: str, missing: float) -> None:
    topic = profile(subject={"rusia": 0.8})
    found = match(replace(reading(), key_text=text), topic, [], CALIBRATION)
    assert found.parts["subject missing"] == missing


def test_scores_are_told_above_what_general_news_score() -> None:
    topic = profile(level=(0.2, 0.1))
    assert match(reading(fit=0.5), topic, [], CALIBRATION).parts["topic"] == pytest.approx(3.0)


def test_the_level_is_measured_on_general_news() -> None:
    nothing = np.empty((0, 4), dtype=np.float32)
    near = vector(0.3, 0, 0, 0.954)[None]
    topic = measured(TOPIC, near, nothing, nothing, Facts(), {}, CALIBRATION)
    assert topic.level == (pytest.approx(0.954, abs=0.001), pytest.approx(0.001))


def test_so_is_what_they_score_on_what_the_topic_is_not() -> None:
    nothing = np.empty((0, 4), dtype=np.float32)
    near = vector(0.3, 0, 0, 0.954)[None]
    topic = measured(TOPIC, near, nothing, near, Facts(), {}, CALIBRATION)
    assert topic.apart == topic.level[0] > 0.9
    assert measured(TOPIC, near, nothing, nothing, Facts(), {}, CALIBRATION).apart == 0.0


def test_a_text_of_what_a_topic_is_not_moves_only_what_is_nearer_to_it_than_general_news() -> None:
    usual = 0.6
    away = profile(not_examples=vector(0, 1, 0, 0)[None], level=(usual, 1.0), apart=usual)
    first = replace(reading(), key_vector=vector(0.8, 0.6, 0, 0), passage_vectors=np.empty((0, 4)))
    parts = match(replace(first, passages=()), away, [], CALIBRATION).parts
    assert parts["not"] == pytest.approx(0.0, abs=1e-6)
    assert parts["over not"] == pytest.approx(0.8 - usual)


def test_a_topic_without_examples_is_known_as_one() -> None:
    written = profile(examples=vector(0, 1, 0, 0)[None])
    assert match(reading(), profile(), [], CALIBRATION).parts["no examples"] == 1.0
    assert match(reading(), written, [], CALIBRATION).parts["no examples"] == 0.0


def test_siblings_and_not_examples_are_held_against_it() -> None:
    sibling = profile(about=vector(0, 1, 0, 0)[None])
    topic = profile(not_examples=vector(0, 1, 0, 0)[None])
    parts = match(reading(fit=0.6), topic, [sibling], CALIBRATION).parts
    assert parts["over siblings"] == pytest.approx(0.6 - 1.0)
    assert parts["over not"] == pytest.approx(0.6)
    assert parts["not"] == pytest.approx(0.0)


def test_without_siblings_and_not_examples_nothing_is_held_against_it() -> None:
    parts = match(reading(), profile(), [], CALIBRATION).parts
    assert parts["over siblings"] == parts["over not"] == parts["not"] == parts["examples"] == 0.0


def test_examples_count_as_the_topic() -> None:
    topic = profile(about=vector(0, 0, 1, 0)[None], examples=vector(1, 0, 0, 0)[None])
    parts = match(reading(), topic, [], CALIBRATION).parts
    assert parts["topic"] == parts["examples"] == pytest.approx(1.0)
    assert parts["about"] == pytest.approx(0.0)


@pytest.mark.parametrize(("ours", "expected"), [(1, 1.0), (-1, -1.0), (0, 0.0)])
def test_direction_is_held_against_the_topics_own(ours: int, expected: float) -> None:
    topic = profile(facts=Facts(direction=1))
    article_facts = Facts(direction=ours)
    assert match(reading(stated=article_facts), topic, [], CALIBRATION).parts["same way"] == (
        expected
    )


def test_shared_words_are_a_share_of_the_topics_own() -> None:
    topic = profile(facts=Facts(terms=frozenset({"sanction", "bank"})))
    stated = Facts(terms=frozenset({"bank", "cat"}))
    assert match(reading(stated=stated), topic, [], CALIBRATION).parts["words"] == 0.5


def test_where_the_headline_fits_best_the_lead_is_quoted() -> None:
    best = replace(reading(fit=0.1), key_vector=vector(1, 0, 0, 0))
    assert match(best, profile(), [], CALIBRATION).passage.text == "Lead of 1."
    bare = replace(best, article=article(passages=(Passage(0, PassageKind.TITLE, "T"),)))
    assert match(bare, profile(), [], CALIBRATION).passage.kind is PassageKind.TITLE


def test_an_article_without_passages_is_matched_by_its_headline() -> None:
    bare = replace(reading(), passages=(), passage_vectors=np.empty((0, 4), dtype=np.float32))
    assert match(bare, profile(), [], CALIBRATION).parts["topic"] == pytest.approx(0.0)


def test_closeness_without_references_is_zero() -> None:
    nothing = np.empty((0, 4), dtype=np.float32)
    assert closeness(vector(1, 0, 0, 0)[None], nothing).tolist() == [0.0]
    assert closeness(nothing, vector(1, 0, 0, 0)[None]).tolist() == []

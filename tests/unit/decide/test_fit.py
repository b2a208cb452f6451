from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from deciding_values import CALIBRATION, TOPIC, profile, reading, vector

from monitors.decide.calibration import Logistic
from monitors.decide.fit import TopicFit, unit
from monitors.decide.match import match
from monitors.model import WEIGHT_SCALE, Topic, Vector

FIT = TopicFit(model_id="by hand", scale=10.0, bias=0.5, size=4)
LEARNT = replace(CALIBRATION, fit=FIT)


def both(first: Vector, event: Vector | None = None, odds: float = 0.0) -> Vector:
    """What the adapters make of a text: two vectors side by side, and log odds."""
    other = vector(1, 0, 0, 0) if event is None else event
    said = np.array([max(odds, 0.0), max(-odds, 0.0)], dtype=np.float32) / WEIGHT_SCALE
    return unit(np.concatenate([first, other, said]))


def seen_as(text: Vector) -> Vector:
    """A topic in one wording, as its profile holds it."""
    return FIT.topics(text[None])


HERE, THERE = both(vector(1, 0, 0, 0)), both(vector(0, 0, 1, 0))


def test_log_odds_of_a_match_are_even_at_the_bias() -> None:
    half = both(vector(0.5, math.sqrt(0.75), 0, 0))
    assert FIT.matches(half, seen_as(HERE)) == pytest.approx(0.0, abs=1e-5)
    assert FIT.matches(HERE, seen_as(HERE)) == pytest.approx(5.0)


def test_a_topic_in_two_wordings_is_their_mean() -> None:
    assert FIT.matches(HERE, FIT.topics(np.stack([HERE, THERE]))) == pytest.approx([5.0, -5.0])


@pytest.mark.parametrize("odds", [0.55, -3.0, 0.0])
def test_what_is_worth_a_message_is_told_by_two_numbers_alone(odds: float) -> None:
    weighty = both(vector(1, 0, 0, 0), vector(0, 0.6, 0.8, 0), odds)
    assert FIT.weighs(weighty) == pytest.approx(odds, abs=1e-5)
    assert FIT.matches(weighty, seen_as(HERE)) == pytest.approx(5.0)


def test_the_weight_is_no_part_of_the_match() -> None:
    article = replace(reading(), fit_vector=both(vector(1, 0, 0, 0), odds=0.75))
    own = replace(profile(), fit=seen_as(HERE))
    swayed = replace(LEARNT, match=Logistic(0.0, {"weight": 100.0}))
    found = match(article, own, [], swayed)
    assert found.score == pytest.approx(0.5)
    assert found.parts["weight"] == pytest.approx(0.75)


def test_an_article_is_held_against_sibling_topics() -> None:
    article = replace(reading(), fit_vector=HERE)
    own = replace(profile(), fit=seen_as(HERE))
    other = replace(profile(Topic("other", "Other", "Other.")), fit=seen_as(THERE))
    parts = match(article, own, [other], LEARNT).parts
    assert parts["fit"] == pytest.approx(5.0)
    assert parts["fit over siblings"] == pytest.approx(5.0)
    rival = replace(other, fit=seen_as(HERE))
    assert match(article, own, [other, rival], LEARNT).parts["fit over siblings"] == 0.0


def test_that_siblings_fit_still_less_says_nothing_of_an_article_that_fits_no_topic() -> None:
    article = replace(reading(), fit_vector=THERE)
    own = replace(profile(), fit=seen_as(HERE))
    alone = match(article, own, [], LEARNT).parts
    beside = match(article, own, [replace(own, topic=Topic("x", "X", "X."))], LEARNT).parts
    assert alone["fit over siblings"] == beside["fit over siblings"] == alone["fit"] < 0.0


def test_what_all_news_have_in_common_is_no_event() -> None:
    """Of what stands side by side only the event is compared, less what is usual."""
    usual = vector(0, 0, 0, 1)
    learnt = replace(FIT, usual=usual)
    common = 0.8 * usual

    texts = np.stack(
        [
            both(vector(1, 0, 0, 0), common + 0.6 * vector(*own), 2.0)
            for own in ((1, 0, 0, 0), (0, 1, 0, 0))
        ]
    )
    raw = unit(texts[:, 4:8])
    assert raw[0] @ raw[1] == pytest.approx(0.64)
    found = learnt.events(texts)
    assert found.shape == (2, 4)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0)
    assert found[0] @ found[1] == pytest.approx(0.04 / 0.4)
    assert learnt.matches(texts[0], learnt.topics(texts)) == pytest.approx([5.0, 5.0])


def test_a_report_is_compared_by_its_event_where_there_is_one() -> None:
    seen = reading()
    assert seen.compared_by is seen.key_vector
    assert replace(seen, event_vector=HERE).compared_by is HERE


def test_without_an_adapted_encoder_nothing_is_said() -> None:
    assert "fit" not in match(reading(), profile(), [], LEARNT).parts
    seen = replace(reading(), fit_vector=HERE)
    assert "fit" not in match(seen, profile(TOPIC), [], CALIBRATION).parts

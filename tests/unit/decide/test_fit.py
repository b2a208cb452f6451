from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from deciding_values import CALIBRATION, TOPIC, profile, reading, vector

from monitors.decide.calibration import Logistic
from monitors.decide.fit import TopicFit
from monitors.decide.match import match
from monitors.model import Topic, Vector

FIT = TopicFit(
    model_id="by hand",
    scale=10.0,
    bias=0.5,
    weight=vector(0, 0, 1, 0),
    offset=-0.25,
)
LEARNT = replace(CALIBRATION, fit=FIT)


def both(first: Vector, second: Vector | None = None) -> Vector:
    """What the two adapters make of a text, side by side."""
    other = vector(1, 0, 0, 0) if second is None else second
    whole: Vector = np.concatenate([first, other]) / np.sqrt(2.0)
    return whole


HERE, THERE = both(vector(1, 0, 0, 0)), both(vector(0, 0, 1, 0))


def test_log_odds_of_a_match_are_even_at_the_bias() -> None:
    half = both(vector(0.5, math.sqrt(0.75), 0, 0))
    assert FIT.matches(half, HERE[None]) == pytest.approx(0.0, abs=1e-5)
    assert FIT.matches(HERE, HERE[None]) == pytest.approx(5.0)


def test_a_topic_in_two_wordings_is_their_mean() -> None:
    assert FIT.matches(HERE, np.stack([HERE, THERE])) == pytest.approx([5.0, -5.0])


def test_what_is_worth_a_message_is_told_by_the_second_adapter_alone() -> None:
    weighty = both(vector(1, 0, 0, 0), vector(0, 0.6, 0.8, 0))
    assert FIT.weighs(weighty) == pytest.approx(0.8 - 0.25)
    assert FIT.matches(weighty, HERE[None]) == pytest.approx(5.0)


def test_the_weight_is_no_part_of_the_match() -> None:
    article = replace(reading(), fit_vector=both(vector(1, 0, 0, 0), vector(0, 0, 1, 0)))
    own = replace(profile(), fit=HERE[None])
    swayed = replace(LEARNT, match=Logistic(0.0, {"weight": 100.0}))
    found = match(article, own, [], swayed)
    assert found.score == pytest.approx(0.5)
    assert found.parts["weight"] == pytest.approx(0.75)


def test_an_article_is_held_against_sibling_topics() -> None:
    article = replace(reading(), fit_vector=HERE)
    own = replace(profile(), fit=HERE[None])
    other = replace(profile(Topic("other", "Other", "Other.")), fit=THERE[None])
    parts = match(article, own, [other], LEARNT).parts
    assert parts["fit"] == pytest.approx(5.0)
    assert parts["fit over siblings"] == pytest.approx(5.0)
    rival = replace(other, fit=HERE[None])
    assert match(article, own, [other, rival], LEARNT).parts["fit over siblings"] == 0.0


def test_that_siblings_fit_still_less_says_nothing_of_an_article_that_fits_no_topic() -> None:
    article = replace(reading(), fit_vector=THERE)
    own = replace(profile(), fit=HERE[None])
    alone = match(article, own, [], LEARNT).parts
    beside = match(article, own, [replace(own, topic=Topic("x", "X", "X."))], LEARNT).parts
    assert alone["fit over siblings"] == beside["fit over siblings"] == alone["fit"] < 0.0


def test_what_all_news_have_in_common_is_no_event() -> None:
    """Three parts side by side; only the third is compared, less what is usual."""
    usual = vector(0, 0, 0, 1)
    learnt = replace(FIT, usual=usual)
    common = 0.8 * usual

    def article(own: Vector) -> Vector:
        parts = [vector(1, 0, 0, 0), vector(0, 1, 0, 0), common + 0.6 * own]
        whole: Vector = np.concatenate(parts) / np.sqrt(3.0)
        return whole

    texts = np.stack([article(vector(1, 0, 0, 0)), article(vector(0, 1, 0, 0))])
    raw = texts[:, 8:] * np.sqrt(3.0)
    assert raw[0] @ raw[1] == pytest.approx(0.64)
    found = learnt.events(texts)
    assert found.shape == (2, 4)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0)
    assert found[0] @ found[1] == pytest.approx(0.04 / 0.4)
    assert learnt.matches(texts[0], texts) == pytest.approx([5.0, 5.0])


def test_a_report_is_compared_by_its_event_where_there_is_one() -> None:
    seen = reading()
    assert seen.compared_by is seen.key_vector
    assert replace(seen, event_vector=HERE).compared_by is HERE


def test_without_an_adapted_encoder_nothing_is_said() -> None:
    assert "fit" not in match(reading(), profile(), [], LEARNT).parts
    seen = replace(reading(), fit_vector=HERE)
    assert "fit" not in match(seen, profile(TOPIC), [], CALIBRATION).parts

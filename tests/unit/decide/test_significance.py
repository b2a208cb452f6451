from __future__ import annotations

import pytest
from deciding_values import MAY, facts, reading

from monitors.decide.reading import Reading
from monitors.decide.significance import significance_features
from monitors.model import Facts, Tier


def features(article: Reading) -> dict[str, float]:
    return significance_features(article, 0.8, {"headline": 2.5, "weight": -1.5, "fit": 2.5})


def test_the_more_official_the_source_the_higher_its_tier() -> None:
    tiers = [features(reading(tier=tier))["tier"] for tier in Tier]
    assert tiers == sorted(tiers, reverse=True)
    assert len(set(tiers)) == len(Tier)


def test_weight_and_fit_count_as_they_were_read() -> None:
    found = features(reading())
    assert (found["weight"], found["fit"]) == (-1.5, 2.5)


def test_cues_of_title_and_body_count_apart() -> None:
    stated = facts("Ministers signed a treaty", "en", "Sources said that more may follow.")
    found = features(reading(stated=stated))
    assert found["title signed"] == found["body rumoured"] == found["body speculated"] == 1.0
    assert found["title speculated"] == found["body signed"] == 0.0


def test_a_question_a_date_figures_and_silence_are_seen() -> None:
    stated = Facts(dates=frozenset({MAY}), numbers=frozenset({"12", "20"}))
    found = features(reading(stated=stated, title="Will it last? "))
    assert found["question"] == found["dated"] == found["no cue"] == 1.0
    assert found["figures"] == pytest.approx(2 / 3)
    assert found["match"] == 0.8
    assert found["headline"] == 0.5


def test_a_missing_headline_score_counts_as_zero() -> None:
    assert significance_features(reading(), 0.8, {})["headline"] == 0.0

"""What is alike never speaks against being the same, whatever a few streams would have it."""

from __future__ import annotations

import numpy as np

from monitors.learning.regressions import AGAINST, FOR, Data, draw_times, learn


def learnt_from(pairs: int, archive: str = "") -> Data:
    """Pairs whose leads tell, and whose words say the same and a little less than nothing."""
    rng, data = np.random.default_rng(3), Data()
    for number in range(pairs):
        same = number % 3 == 0
        lead = float(rng.normal(0.7 if same else 0.4, 0.15))
        words = lead - (0.1 if same else 0.0) + float(rng.normal(0, 0.02))
        days = 0.1 + (0.2 if same else 0.0) + float(rng.normal(0, 0.05))
        features = {"lead": lead, "words": words, "days": days, "same language": 1.0}
        features |= {"hours": 0.0, "two days": 0.0, "same source": 0.0, "busy": 0.0}
        data.same.add(features, same, archive if archive and number % 2 else "streams")
        data.match.add({"fit": lead, "about": words, "roundup": -lead}, same, "streams")
        data.significance.add({"weight": lead}, same, "streams")
    return data


def test_no_feature_speaks_for_what_it_speaks_against() -> None:
    weights = learn(learnt_from(600))["same"]["weights"]
    assert weights["lead"] > 0
    assert all(weights.get(name, 0.0) >= 0 for name in FOR["same"])
    assert all(weights.get(name, 0.0) <= 0 for name in AGAINST["same"])


def test_features_that_would_are_left_out_and_all_else_is_learnt() -> None:
    learnt = learn(learnt_from(600))
    assert not {"words", "days"} & set(learnt["same"]["weights"])
    assert set(learnt["match"]["weights"]) == {"fit", "roundup"}
    assert learnt["match"]["weights"]["fit"] > 0 > learnt["match"]["weights"]["roundup"]


def test_an_archive_is_known_by_having_had_its_times_drawn_and_weighs_less() -> None:
    data = learnt_from(600, archive="old")
    assert not data.same.archived().any()
    unknown = learn(data)["same"]["weights"]["lead"]
    draw_times(data.same, "old")
    assert data.same.archived().sum() == 300
    assert data.without("streams").same.archived().all()
    assert learn(data)["same"]["weights"]["lead"] != unknown

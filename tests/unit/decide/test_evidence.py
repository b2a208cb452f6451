from __future__ import annotations

import pytest
from deciding_values import mention, reading

from monitors.decide.evidence import log_odds, together
from monitors.model import Match, Passage

PASSAGE: Passage = reading().passages[0]


def fit(score: float, **parts: float) -> Match:
    return Match(score, PASSAGE, parts)


def test_a_report_alone_says_what_it_says() -> None:
    alone = together(fit(0.7, weight=1.5), [])
    assert alone.score == pytest.approx(0.7)
    assert alone.parts == {"weight": 1.5}


def test_reports_are_averaged_in_log_odds() -> None:
    found = together(fit(0.9, weight=4.0), [mention(match=0.1, weight=-1.0), mention(match=0.5)])
    assert found.score == pytest.approx(0.5)
    assert found.parts["weight"] == pytest.approx(1.5)


def test_a_report_of_which_nothing_is_known_says_nothing() -> None:
    assert together(fit(0.8, weight=2.0), [mention(), mention()]).score == pytest.approx(0.8)


def test_no_weight_is_made_where_none_was_read() -> None:
    assert "weight" not in together(fit(0.8), [mention(match=0.8, weight=2.0)]).parts


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_a_certain_report_does_not_outweigh_all_others(certain: float) -> None:
    many = [mention(match=1.0 - certain)] * 3
    assert (together(fit(certain), many).score > 0.5) is (certain == 0.0)
    assert abs(log_odds(certain)) < 20.0

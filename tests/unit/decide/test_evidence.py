from __future__ import annotations

from dataclasses import replace

import pytest
from deciding_values import mention

from monitors.decide.evidence import Evidence, together


def test_one_report_is_the_product_of_its_parts() -> None:
    assert Evidence(0.5, 0.8).confidence(0.9) == pytest.approx(0.36)


def test_the_odds_grow_with_the_root_of_the_sources() -> None:
    confidences = [Evidence(0.5, 0.9, n, n).confidence(1.0) for n in (1, 2, 4)]
    odds = [c / (1 - c) for c in confidences]
    assert odds[1] / odds[0] == pytest.approx(2**0.5)
    assert odds[2] / odds[0] == pytest.approx(2.0)


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_certainty_stays_what_it_is(sure: float) -> None:
    assert Evidence(sure, 1.0, 9, 9).confidence(1.0) == sure


def test_the_best_of_each_part_counts() -> None:
    earlier = [
        replace(mention(1), match=0.9, significance=0.2),
        replace(mention(2), match=0.3, significance=0.7),
    ]
    assert together(0.5, 0.5, earlier, 3) == Evidence(0.9, 0.7, 3, 3)


def test_a_weaker_report_takes_nothing_from_the_first() -> None:
    first = replace(mention(1), match=0.9, significance=0.9)
    joined = together(0.1, 0.1, [first], 1)
    assert joined.confidence(1.0) == Evidence(0.9, 0.9).confidence(1.0)


def test_reports_that_were_stored_without_their_parts_add_nothing_but_themselves() -> None:
    assert together(0.5, 0.6, [mention(1)], 2) == Evidence(0.5, 0.6, 2, 2)


def test_words_say_how_many_reports_there_are() -> None:
    assert Evidence(0.5, 0.6).describe(1.0) == "match 0.50, novelty 1.00, significance 0.60"
    assert (
        Evidence(0.5, 0.6, 3, 2)
        .describe(1.0)
        .endswith("; the best of 3 reports, independent sources: 2")
    )

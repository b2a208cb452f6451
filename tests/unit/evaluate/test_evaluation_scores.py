from __future__ import annotations

from collections.abc import Callable

import pytest

from monitors.evaluate import DecisionRecord, evaluate
from monitors.evaluate.scoring import story_pairs
from monitors.streams import LabelledStream

StreamOf = Callable[..., LabelledStream]
Decide = Callable[..., list[DecisionRecord]]


def test_a_run_computed_by_hand(stream_of: StreamOf, decide: Decide) -> None:
    stream = stream_of(
        "A.F",  # alert: correct
        "A.R",  # alert: duplicate
        "B.F C.F",  # alert: correct once, two told
        "D.F",  # passed over
        "",  # alert: false, off topic
        "D.R",  # alert: correct and late, 20 minutes
        "E-.F",  # alert: false
        "F.F",  # digest: missed
        "x.F",  # alert: false, though not off topic
    )
    decisions = decide("0:alert 1:alert 2:alert 4:alert 5:alert 6:alert 7:digest 8:alert")
    scores = evaluate(stream, decisions).topics["one"]

    assert (scores.alerts, scores.correct, scores.late) == (7, 3, 1)
    assert (scores.duplicates, scores.false, scores.false_off_topic) == (1, 3, 1)
    assert (scores.wanted, scores.told, scores.missed) == (5, 4, 1)
    assert scores.precision.value == pytest.approx(3 / 7)
    assert scores.recall.value == pytest.approx(4 / 5)
    assert scores.f1.value == pytest.approx(2 * (3 / 7) * 0.8 / (3 / 7 + 0.8))
    assert scores.duplicate_rate.value == pytest.approx(1 / 7)
    assert scores.delay_median.value == 0.0
    assert scores.delay_p90.value == pytest.approx(14.0)  # of 0 0 0 20
    for each in (scores.precision, scores.recall, scores.f1):
        assert each.low is not None
        assert each.high is not None
        assert each.value is not None
        assert each.low <= each.value <= each.high


def test_over_all_topics_the_counts_are_pooled(stream_of: StreamOf, decide: Decide) -> None:
    stream = stream_of("A.F", "b.F", "c.F")
    decisions = [*decide("0:alert 1:alert"), *decide("1:alert", topic="two")]
    evaluation = evaluate(stream, decisions)
    assert evaluation.topics["one"].precision.value == 0.5
    assert evaluation.topics["two"].recall.value == 0.5
    assert (evaluation.overall.alerts, evaluation.overall.wanted) == (3, 3)
    assert evaluation.overall.precision.value == pytest.approx(2 / 3)
    assert (evaluation.articles, evaluation.decisions) == (3, 3)


def test_silence_has_no_precision_and_finds_nothing(stream_of: StreamOf) -> None:
    scores = evaluate(stream_of("A.F"), []).overall
    assert scores.precision.value is None
    assert scores.duplicate_rate.value is None
    assert scores.delay_median.value is None
    assert (scores.recall.value, scores.f1.value) == (0.0, 0.0)
    assert scores.missed == 1


def test_with_nothing_to_tell_there_is_no_recall(stream_of: StreamOf, decide: Decide) -> None:
    scores = evaluate(stream_of("", ""), decide("0:alert")).overall
    assert scores.precision.value == 0.0
    assert scores.recall.value is None
    assert scores.f1.value is None


def test_a_stream_without_articles_is_scored(stream_of: StreamOf) -> None:
    scores = evaluate(stream_of(), []).overall
    assert (scores.alerts, scores.wanted, scores.story_quality.items) == (0, 0, 0)


def test_story_quality_compares_alerted_and_updated_reports(
    stream_of: StreamOf, decide: Decide
) -> None:
    stream = stream_of("A.F", "A.R", "A.B B.F", "A.B", "", "B.R C-.F", "B.R", "B.R")
    decisions = decide(
        "0:alert=s1 1:update=s1 2:alert=s1 3:update=s1 4:update=s1 5:update=s2 6:none=s2 7:update"
    )
    # Left out: 3 (background only), 4 (no label), 6 (neither alerted nor updated).
    # 5 counts for its first label, B; 7 names no development and stands alone.
    assert story_pairs(stream, decisions) == [
        (("one", "s1"), "A"),
        (("one", "s1"), "A"),
        (("one", "s1"), "B"),
        (("one", "s2"), "B"),
        (("one", "alone", "n7"), "B"),
    ]
    quality = evaluate(stream, decisions).topics["one"].story_quality
    assert quality.items == 5
    assert quality.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert quality.recall == pytest.approx((1 + 1 + 1 / 3 + 1 / 3 + 1 / 3) / 5)


def test_equal_ids_in_two_topics_are_two_clusters(stream_of: StreamOf, decide: Decide) -> None:
    stream = stream_of("A.F b.F")
    decisions = [*decide("0:alert=s"), *decide("0:alert=s", topic="two")]
    assert evaluate(stream, decisions).overall.story_quality.precision == 1.0

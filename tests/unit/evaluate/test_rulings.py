from __future__ import annotations

from collections.abc import Callable

import pytest

from monitors.errors import StreamError
from monitors.evaluate import DecisionRecord
from monitors.evaluate.rulings import judge
from monitors.streams import LabelledStream

StreamOf = Callable[..., LabelledStream]
Decide = Callable[..., list[DecisionRecord]]


@pytest.mark.parametrize(
    ("labels", "alerts", "rulings"),
    [
        # The first article, then a rewrite of it.
        (["A.F", "A.R"], "0 1", "correct duplicate"),
        # A first that was passed over, then its repeat: correct but late; then again.
        (["A.F", "A.R", "A.R"], "1 2", "late duplicate"),
        # Two developments at once count once; each is then told.
        (["A.F B.F", "A.R", "B.R"], "0 1 2", "correct duplicate duplicate"),
        # One of two was told before: still correct, for the other one.
        (["A.F", "A.R B.F"], "0 1", "correct correct"),
        # The new one of the two stands as a repeat: late.
        (["A.F", "B.F", "A.R B.R"], "0 2", "correct late"),
        # A repeat of a told development beside one that is new: not late.
        (["A.F", "A.R B.F", "B.R"], "0 1 2", "correct correct duplicate"),
        # Only insignificant: false, however often.
        (["A-.F", "A-.R"], "0 1", "false false"),
        # Insignificant beside a told one: the reader is told again.
        (["A.F", "A.R B-.F"], "0 1", "correct duplicate"),
        # Insignificant, with a told one in the background: false.
        (["A.F", "A.B B-.F"], "0 1", "correct false"),
        # Background only: duplicate where told, false where not, and it tells nothing.
        (["A.F", "A.B"], "0 1", "correct duplicate"),
        (["A.F", "A.B", "A.R"], "1 2", "false late"),
        (["A.F", "B.F", "A.B B.B"], "0 2", "correct false"),
        (["A.F", "B.F", "A.B B.B"], "0 1 2", "correct correct duplicate"),
        # Background of a told one does not spoil a new step.
        (["A.F", "A.B B.F"], "0 1", "correct correct"),
        # No label in this topic, labels in another or none at all.
        (["a.F", ""], "0 1", "false off-topic"),
    ],
)
def test_each_alert_is_judged(
    stream_of: StreamOf, decide: Decide, labels: list[str], alerts: str, rulings: str
) -> None:
    decisions = decide(" ".join(f"{number}:alert" for number in alerts.split()))
    judged = judge(stream_of(*labels), decisions)
    names = [
        "late" if alert.late else "off-topic" if alert.off_topic else alert.ruling.value
        for alert in judged.alerts
    ]
    assert " ".join(names) == rulings


def test_only_alerts_tell(stream_of: StreamOf, decide: Decide) -> None:
    judged = judge(stream_of("A.F", "A.R", "A.R"), decide("0:digest 1:update 2:none"))
    assert judged.alerts == ()
    assert judged.delays == {}
    assert judged.wanted["one"] == ("A",)


def test_the_order_of_the_stream_counts_not_that_of_the_decisions(
    stream_of: StreamOf, decide: Decide
) -> None:
    judged = judge(stream_of("A.F", "A.R"), decide("1:alert 0:alert"))
    assert [(a.decision.article, a.ruling.value) for a in judged.alerts] == [
        ("n0", "correct"),
        ("n1", "duplicate"),
    ]


def test_topics_do_not_disturb_each_other(stream_of: StreamOf, decide: Decide) -> None:
    stream = stream_of("A.F b.F", "A.R b.R")
    judged = judge(stream, [*decide("0:alert"), *decide("1:alert", topic="two")])
    assert [a.late for a in judged.alerts] == [False, True]
    assert judged.delays == {"A": 0.0, "b": 10.0}


def test_the_delay_runs_from_the_first_report_not_from_background(
    stream_of: StreamOf, decide: Decide
) -> None:
    judged = judge(stream_of("A.B", "A.R", "A.F", "A.R"), decide("3:alert"))
    assert judged.delays == {"A": 20.0}


def test_what_no_article_reports_is_not_wanted(stream_of: StreamOf) -> None:
    judged = judge(stream_of("A.B", "B-.F", "C.R"), [])
    assert judged.wanted == {"one": ("C",), "two": ()}


def test_decisions_that_do_not_fit_the_stream_are_refused(
    stream_of: StreamOf, decide: Decide
) -> None:
    stream = stream_of("A.F")
    with pytest.raises(StreamError, match="no such article"):
        judge(stream, decide("7:alert"))
    with pytest.raises(StreamError, match="no such topic"):
        judge(stream, decide("0:alert", topic="three"))
    with pytest.raises(StreamError, match="two decisions"):
        judge(stream, decide("0:alert 0:none"))

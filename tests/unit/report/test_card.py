from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitors.model import (
    Alert,
    AlertKind,
    Answer,
    AnswerKind,
    Decision,
    Delivery,
    DeliveryState,
    Hold,
    Reason,
    Topic,
    Verdict,
    label_key,
)
from monitors.report.card import QualityCard, quality_card, samples, wilson
from tests.support.report_values import HOUR, NOW

TOPICS = (Topic("a", "A", "A."), Topic("b", "B", "B."))
SINCE = NOW - timedelta(days=7)


def _sent(number: int, topics: tuple[str, ...] = ("a",), **changes: Any) -> Delivery:
    alert = Alert(f"K-{number}", AlertKind.STORY, "#a", NOW, "H", topics, article_id=f"A-{number}")
    delivery = Delivery(number, alert, DeliveryState.SENT, NOW, sent_at=NOW - HOUR)
    return replace(delivery, **changes)


def _answer(number: int, kind: AnswerKind, who: str = "R", **changes: Any) -> Answer:
    return replace(Answer(kind, who, NOW, f"K-{number}"), **changes)


def _card(sent: list[Delivery], answers: tuple[Answer, ...] = (), **seen: Any) -> QualityCard:
    return quality_card(TOPICS, sent, answers, seen, [], SINCE, NOW)


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    # From Newcombe 1998, table I, method 3 (score, without continuity correction).
    [(81 / 263, 263, 0.2553, 0.3662), (15 / 148, 148, 0.0624, 0.1605), (0.0, 20, 0.0, 0.1611),
     (1 / 29, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_intervals_are_those_of_the_literature(
    share: float, n: int, low: float, high: float
) -> None:
    rate = wilson(share, n)
    assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        wilson(0.0, 0)


def test_each_message_counts_once_however_many_answer() -> None:
    card = _card(
        [_sent(1), _sent(2), _sent(3)],
        (
            _answer(1, AnswerKind.USEFUL, "R-1"),
            _answer(1, AnswerKind.USEFUL, "R-2"),
            _answer(1, AnswerKind.NOT_RELEVANT, "R-3"),
            _answer(2, AnswerKind.NOT_NEW),
            _answer(2, AnswerKind.MUTE),
        ),
    )
    total = card.total
    assert (total.told, total.answered) == (3, 2)
    assert (total.useful, total.not_new) == (pytest.approx(2 / 3), 1.0)
    assert total.precision == wilson(total.useful / 2, 2)
    assert total.duplicates == wilson(0.5, 2)


def test_undone_answers_and_answers_to_older_messages_do_not_count() -> None:
    old = _sent(2, sent_at=SINCE - HOUR)
    answers = (
        _answer(1, AnswerKind.USEFUL, undone_at=NOW),
        _answer(2, AnswerKind.USEFUL),
        _answer(9, AnswerKind.USEFUL),
    )
    total = _card([_sent(1), old], answers).total
    assert (total.told, total.answered, total.precision) == (1, 0, None)


def test_a_message_of_two_topics_counts_for_both_and_once_in_all() -> None:
    card = _card([_sent(1, ("a", "b"))], (_answer(1, AnswerKind.USEFUL),))
    assert [(t.told, t.answered) for t in (*card.topics, card.total)] == [(1, 1)] * 3


def test_edits_digests_and_notices_are_no_messages_to_judge() -> None:
    others = [
        replace(_sent(n), alert=replace(_sent(n).alert, kind=kind))
        for n, kind in enumerate((AlertKind.EDIT, AlertKind.DIGEST, AlertKind.NOTICE))
    ]
    assert _card(others).total.told == 0


def test_delay_leaves_out_what_was_held_on_purpose() -> None:
    seen = {f"A-{n}": NOW - HOUR - timedelta(minutes=n) for n in range(1, 12)}
    sent = [_sent(n) for n in range(1, 10)]
    sent += [_sent(10, hold=Hold.QUIET), _sent(11, hold=Hold.WEIGHED), _sent(99)]
    delay = _card(sent, **seen).delay
    assert (delay.messages, delay.held) == (10, 1)
    assert delay.median == timedelta(minutes=5.5)
    assert delay.slow == timedelta(minutes=9.2)


def test_without_messages_there_is_no_delay() -> None:
    assert _card([]).delay.median is None


def test_samples_take_reasons_and_topics_by_turns_the_nearest_first() -> None:
    def decided(name: str, topic: str, reason: Reason, score: float) -> Decision:
        return Decision(name, topic, Verdict.NONE, reason, NOW, score, "p")

    found = samples(
        [
            decided("far", "a", Reason.NEAR_MISS, 0.2),
            decided("near", "a", Reason.NEAR_MISS, 0.4),
            decided("other", "b", Reason.NEAR_MISS, 0.3),
            decided("weak", "a", Reason.NOT_SIGNIFICANT, 0.9),
            decided("off", "a", Reason.OFF_TOPIC, 0.1),
            replace(decided("told", "a", Reason.REPEAT, 0.9), verdict=Verdict.ALERT),
        ]
    )
    assert [d.article_id for d in found] == ["near", "other", "weak", "far"]
    assert len(samples(found, most=2)) == 2


def _quiet(name: str, reason: Reason = Reason.NEAR_MISS) -> Decision:
    return Decision(name, "a", Verdict.NONE, reason, NOW - HOUR, 0.4, "p")


def _label(article: str, kind: AnswerKind, **changes: Any) -> Answer:
    key = label_key(article, "a")
    return replace(Answer(kind, "command line", NOW, key, topic_ids=("a",)), **changes)


def test_a_label_of_a_message_counts_as_an_answer_to_it() -> None:
    total = _card([_sent(1)], (_label("A-1", AnswerKind.NOT_NEW),)).total
    assert (total.answered, total.not_new) == (1, 1.0)


def test_labels_of_what_told_nobody_say_how_much_was_missed() -> None:
    quiet = [_quiet("x"), _quiet("y"), _quiet("z"), _quiet("w", Reason.OFF_TOPIC)]
    labels = [
        _label("x", AnswerKind.USEFUL),
        _label("y", AnswerKind.NOT_RELEVANT),
        _label("w", AnswerKind.USEFUL),
        _label("z", AnswerKind.USEFUL, undone_at=NOW),
    ]
    card = quality_card(TOPICS, [], labels, {}, quiet, SINCE, NOW, ["a: lesson 1 is active"])
    assert (card.missed.labelled, card.missed.wanted) == (3, 2)
    assert card.missed.rate == wilson(2 / 3, 3)
    assert [d.article_id for d in card.samples] == ["z"]
    assert card.lessons == ("a: lesson 1 is active",)


def test_without_labels_nothing_is_said_of_what_was_missed() -> None:
    card = quality_card(TOPICS, [], [], {}, [_quiet("x")], SINCE, NOW)
    assert (card.missed.labelled, card.missed.rate) == (0, None)

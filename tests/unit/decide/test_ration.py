from __future__ import annotations

from monitors.decide.ration import ration
from monitors.model import Alert
from monitors.testing import sample_alert


def _alert(significance: float, *topics: str) -> Alert:
    return sample_alert(f"{significance}", significance=significance, topic_ids=topics or ("t",))


def test_the_most_significant_pass() -> None:
    alerts = [_alert(0.2), _alert(0.9), _alert(0.5), _alert(0.7)]
    assert ration(alerts, {"t": 2}) == [False, True, False, True]


def test_the_earlier_of_equals_passes() -> None:
    assert ration([_alert(0.5), _alert(0.5)], {"t": 1}) == [True, False]


def test_no_budget_lets_everybody_through() -> None:
    assert ration([_alert(0.1), _alert(0.2, "other")], {}) == [True, True]


def test_a_channel_has_a_budget_of_its_own() -> None:
    alerts = [_alert(0.2, "a"), _alert(0.9, "b"), _alert(0.5, "c")]
    assert ration(alerts, {}, 1) == [False, True, False]
    assert ration(alerts, {"b": 0}, 1) == [False, False, True]


def test_a_message_for_two_topics_passes_where_one_has_room_and_counts_for_both() -> None:
    alerts = [_alert(0.9, "a", "b"), _alert(0.8, "b"), _alert(0.7, "a")]
    assert ration(alerts, {"a": 1, "b": 0}) == [True, False, False]


def test_nothing_to_ration() -> None:
    assert ration([], {"t": 1}, 1) == []

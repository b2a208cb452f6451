from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitors.model import Fate, Reason
from monitors.runs import RunReport

NOON = datetime(2025, 2, 18, 12, tzinfo=UTC)


def report() -> RunReport:
    return RunReport("R-1", NOON)


def test_a_quiet_run_says_so() -> None:
    assert report().headline() == "0 new, 0 matched, 0 alerts"


def test_the_headline_counts_what_happened() -> None:
    full = report()
    full.listed["new"] = 312
    full.reasons.update({"new story": 1, "corroboration": 3, "off topic": 40, "near miss": 2})
    full.verdicts["alert"] = 1
    full.failures = {"TASS": "TASS: timed out", "BBC": "BBC: 404"}
    full.delivered["dead"] = 1
    assert full.headline() == "312 new, 4 matched, 1 alert, 2 sources failed, 1 undeliverable"


@pytest.mark.parametrize(("alerts", "said"), [(0, "0 alerts"), (1, "1 alert"), (2, "2 alerts")])
def test_alerts_are_counted_in_english(alerts: int, said: str) -> None:
    one = report()
    one.verdicts["alert"] = alerts
    assert one.headline().endswith(said)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_either_a_match_or_none(reason: Reason) -> None:
    one = report()
    one.reasons[reason.value] = 3
    none = (
        Reason.OFF_TOPIC, Reason.NEAR_MISS, Reason.OPPOSITE, Reason.EXCLUDED, Reason.UNREADABLE,
    )  # fmt: skip
    assert one.matched == (0 if reason in none else 3)


def test_a_report_is_plain_json() -> None:
    full = report()
    full.finished = NOON + timedelta(seconds=3)
    full.listed["new"] = 2
    full.ledger.of("tass").end(Fate.NEW, 2)
    full.alerts.append({"topic": "relief", "headline": "Банк"})
    plain = json.loads(json.dumps(full.as_json()))
    assert plain["run_id"] == "R-1"
    assert plain["started"] == "2025-02-18T12:00:00+00:00"
    assert plain["finished"] == "2025-02-18T12:00:03+00:00"
    assert (plain["listed"], plain["fates"]) == ({"new": 2}, {"new": 2})
    assert plain["headline"] == full.headline()
    assert plain["alerts"] == full.alerts


def test_a_running_report_has_no_end() -> None:
    assert report().as_json()["finished"] is None


def test_the_plain_report_is_a_copy() -> None:
    one = report()
    plain = one.as_json()
    plain["fates"]["new"] = 9
    plain["problems"].append("x")
    assert one.fates == {}
    assert one.problems == []


def test_reports_share_nothing() -> None:
    one, two = report(), report()
    one.ledger.of("tass").end(Fate.NEW)
    one.problems.append("x")
    assert two.fates == {}
    assert two.problems == []

from __future__ import annotations

from datetime import timedelta

from store_values import HOUR, MINUTE, NOW

from monitors.model import Fate
from monitors.store import SqlStore


def test_a_lease_is_held_by_one(store: SqlStore) -> None:
    assert store.runs.acquire("monitor", "a", NOW, HOUR) is None
    assert store.runs.acquire("monitor", "b", NOW, HOUR) == "a"
    assert store.runs.acquire("digest", "b", NOW, HOUR) is None


def test_a_holder_renews_its_lease(store: SqlStore) -> None:
    store.runs.acquire("monitor", "a", NOW, HOUR)
    assert store.runs.acquire("monitor", "a", NOW + MINUTE, HOUR) is None
    assert store.runs.acquire("monitor", "b", NOW + HOUR, HOUR) == "a"
    assert store.runs.acquire("monitor", "b", NOW + HOUR + MINUTE, HOUR) is None


def test_only_the_holder_releases(store: SqlStore) -> None:
    store.runs.acquire("monitor", "a", NOW, HOUR)
    store.runs.release("monitor", "b")
    assert store.runs.acquire("monitor", "b", NOW, HOUR) == "a"
    store.runs.release("monitor", "a")
    assert store.runs.acquire("monitor", "b", NOW, HOUR) is None
    store.runs.release("never taken", "a")


def test_reports_are_replaced_and_come_newest_first(store: SqlStore) -> None:
    store.runs.save("r1", NOW, {"new": 1})
    store.runs.save("r2", NOW + HOUR, {"new": 2})
    store.runs.save("r1", NOW, {"new": 3, "sources": {"тасс": [1, None, 0.5]}})
    assert store.runs.latest(5) == [
        {"new": 2, "run_id": "r2", "started": NOW + HOUR},
        {"new": 3, "sources": {"тасс": [1, None, 0.5]}, "run_id": "r1", "started": NOW},
    ]
    assert [r["run_id"] for r in store.runs.latest()] == ["r2"]


def test_reports_may_hold_times_durations_and_enums(store: SqlStore) -> None:
    report = {"at": NOW, "took": timedelta(seconds=90), "fates": {Fate.NEW: 1}, "ids": {"b", "a"}}
    store.runs.save("r1", NOW, report)
    (found,) = store.runs.latest()
    assert found["at"] == NOW.isoformat()
    assert (found["took"], found["fates"], found["ids"]) == (90.0, {"new": 1}, ["a", "b"])


def test_an_allowance_is_spent_and_then_used_up(store: SqlStore) -> None:
    limits = {"day": 3, "run": 2}
    assert [store.runs.spend(limits, NOW) for _ in range(3)] == [True, True, False]
    assert [store.runs.spend({"day": 3, "run 2": 2}, NOW) for _ in range(2)] == [True, False]
    assert store.runs.spend({"run": 3}, NOW), "what was refused was not counted"
    assert not store.runs.spend({"run": 3}, NOW)


def test_an_allowance_of_none_is_used_up_from_the_start(store: SqlStore) -> None:
    assert not store.runs.spend({"day": 0}, NOW)
    assert store.runs.spend({}, NOW)


def test_an_allowance_that_nobody_used_for_a_week_is_forgotten(store: SqlStore) -> None:
    week = timedelta(days=7)
    assert store.runs.spend({"old": 1}, NOW)
    assert not store.runs.spend({"old": 1}, NOW + week)
    assert store.runs.spend({"other": 1}, NOW + 2 * week + HOUR)
    assert store.runs.spend({"old": 1}, NOW + 2 * week + HOUR)

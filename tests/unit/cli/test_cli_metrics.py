"""``tidings metrics``: what Prometheus reads."""

from __future__ import annotations

import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from cli_values import NOW, Tidings
from prometheus_client import start_http_server
from prometheus_client.parser import text_string_to_metric_families

from monitors.clock import FixedClock
from monitors.metrics import exposition, registry
from monitors.model import Topic
from monitors.store import SqlStore, open_store

RELIEF = Topic("relief", "Sanctions relief", "Sanctions are lifted.")


def values(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f":{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_runs_sources_and_messages_are_counted(tidings: Tidings, filled: SqlStore) -> None:
    report = {"ended": NOW.isoformat(), "seconds": {"read": 2.5}, "failed": True}
    filled.runs.save("R-1", NOW, report)
    done = tidings("metrics")
    assert done.exit_code == 0, done.output
    found = values(done.output)
    assert found["tidings_up"] == 1
    assert found["tidings_last_run_finished_timestamp_seconds"] == NOW.timestamp()
    assert found["tidings_last_run_seconds:read"] == 2.5
    assert found["tidings_last_run_failed"] == 1
    assert found["tidings_messages:dead"] == 1
    assert found["tidings_messages:pending"] == 1
    assert found["tidings_sources:unknown"] == 1
    assert found["tidings_alerts_last_day:relief"] == 1


def test_an_empty_database_has_numbers_too(tidings: Tidings, store: SqlStore) -> None:
    found = values(tidings("metrics").output)
    assert found["tidings_entries_waiting"] == 0
    assert "tidings_last_run_finished_timestamp_seconds" not in found


def test_a_database_that_does_not_answer_is_down(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/nowhere/tidings.db")) as store:
        assert values(exposition(store, (RELIEF,), FixedClock(NOW))) == {"tidings_up": 0}


def test_metrics_are_served_as_of_each_scrape(filled: SqlStore) -> None:
    server, thread = start_http_server(
        0, "127.0.0.1", registry(filled, (RELIEF,), FixedClock(NOW))
    )
    try:
        address = f"http://127.0.0.1:{server.server_port}/metrics"

        def scrape() -> dict[str, float]:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return values(answer.read().decode("utf-8"))

        assert scrape()["tidings_messages:dead"] == 1
        filled.outbox.requeue([2], NOW)
        assert scrape()["tidings_messages:dead"] == 0
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("place", ["9464", "host:", ":9464", "127.0.0.1:99999", "a:b"])
def test_what_is_no_place_is_refused(tidings: Tidings, store: SqlStore, place: str) -> None:
    assert tidings("metrics", "--listen", place).exit_code == 2

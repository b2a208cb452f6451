"""Events and automations, on a real Prefect server."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from flow_world import EVIL, Place
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker

from flows.automations import apply
from flows.deliver import deliver
from flows.schedules import deployments
from monitors.errors import ConfigError, TidingsError

READY_MADE = Path(__file__).parents[2] / "deploy" / "automations.yaml"
NAMES = [
    "Tidings: a message cannot be delivered",
    "Tidings: a run failed",
    "Tidings: a run was lost",
]


def events(state: Any, count: int) -> dict[str, dict[str, Any]]:
    """Our events of a run by name, once there are as many; they are stored in batches."""
    run = f"prefect.flow-run.{state.state_details.flow_run_id}"
    EventsWorker.drain_all()
    end = time.monotonic() + 30
    while True:
        with get_client(sync_client=True) as client:
            wanted = {
                "filter": {"event": {"prefix": ["tidings."]}, "related": {"id": [run]}},
                "limit": 50,
            }
            stored = client._client.post("/events/filter", json=wanted).json()["events"]
        found = {event["event"]: event for event in stored}
        if len(found) >= count or time.monotonic() > end:
            return found
        time.sleep(0.2)


def test_a_run_emits_what_automations_can_use(place: Place) -> None:
    place.begin()
    place.slack.fail_next("chat.postMessage", "error", code="channel_not_found")
    found = events(place.monitor(), 2)
    queued, dead = found["tidings.alert.queued"], found["tidings.alert.dead"]
    assert queued["resource"]["tidings.topic"] == "harbour"
    assert queued["payload"]["headline"] == EVIL
    assert EVIL not in str(queued["resource"]) + str(queued["related"])
    assert {"flow-run", "topic"} <= {r["prefect.resource.role"] for r in queued["related"]}
    assert dead["resource"]["prefect.resource.id"].startswith("tidings.message.")
    assert dead["resource"]["tidings.channel"] == "#harbour"
    assert "channel" in dead["payload"]["why"]


def test_a_change_of_health_is_an_event(place: Place) -> None:
    health = events(place.monitor(), 1)["tidings.source.health"]
    assert health["resource"]["prefect.resource.id"].startswith("tidings.source.")
    assert health["resource"]["tidings.health"] == "healthy"


def test_what_is_delivered_later_is_an_event_as_well(place: Place) -> None:
    place.begin()
    place.monitor(dry_run=True)
    event = events(place.run(deliver(return_state=True)), 1)["tidings.alert.delivered"]
    assert event["payload"]["headline"] == EVIL
    assert event["resource"]["tidings.kind"] == "story"


def test_the_ready_made_automations_are_created_and_brought_up_to_date(
    prefect_server: asyncio.Runner,
) -> None:
    alarm = next(d for d in deployments() if d.flow_name == "alarm").apply()
    made = prefect_server.run(apply(READY_MADE))
    assert sorted(made) == [f"created: {name}" for name in NAMES]
    again = prefect_server.run(apply(READY_MADE))
    assert sorted(again) == [f"brought up to date: {name}" for name in NAMES]
    with get_client(sync_client=True) as client:
        stored = {automation.name: automation for automation in client.read_automations()}
    assert sorted(stored) == NAMES
    [action] = stored["Tidings: a run failed"].actions
    assert action.deployment_id == alarm
    assert stored["Tidings: a run was lost"].trigger.within.total_seconds() == 540


def test_a_file_without_automations_is_refused(
    prefect_server: asyncio.Runner, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("automations: [{name: x}]\n", "utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml: it does not hold"):
        prefect_server.run(apply(path))
    path.write_text(
        READY_MADE.read_text("utf-8").replace("alarm/on-event", "alarm/on-moon"), "utf-8"
    )
    with pytest.raises(TidingsError, match="deployment alarm/on-moon"):
        prefect_server.run(apply(path))

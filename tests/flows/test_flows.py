"""The flows against a real Prefect server, database, newsroom and Slack."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flow_world import EVIL, Place, quick_desk
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    DeploymentFilter,
    DeploymentFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.client.schemas.sorting import LogSort
from prefect.logging.handlers import APILogWorker
from prefect.states import Running
from typer.testing import CliRunner

from flows.alarm import alarm
from flows.backtest import backtest
from flows.deliver import deliver
from flows.maintain import maintain
from flows.monitor import monitor
from flows.reembed import reembed
from flows.schedules import deployments
from flows.serving import clear_left_behind
from monitors import wiring
from monitors.cli.app import app
from monitors.clock import SystemClock
from monitors.model import DeliveryState
from monitors.opening import opened_store
from monitors.settings import load_settings
from monitors.shards import Shard
from tests.support.newsroom import MINUTES


def shown(state: Any) -> FlowRun:
    """The flow run as the UI shows it."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id)


def artifacts(state: Any) -> dict[str, Artifact]:
    of_run = ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id])
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=of_run))
    return {artifact.key or "": artifact for artifact in found}


def lines(state: Any) -> list[str]:
    """The run's log, without what Prefect itself says."""
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        asyncio.run(asyncio.to_thread(APILogWorker.drain_all))
        logs = client.read_logs(of_run, sort=LogSort.TIMESTAMP_ASC)
    return [log.message for log in logs if not log.message.startswith(("Finished", "Beginning"))]


def test_a_monitor_run_posts_what_is_new_and_says_so(place: Place) -> None:
    first = place.monitor()
    assert shown(first).name == "monitor 03 Mar 12:00: 2 new, 0 matched, 0 alerts"
    assert place.posts() == []
    assert set(artifacts(first)) == {"run-report", "source-health"}
    assert lines(first)[:2] == [
        "2 sources asked, 0 unchanged, 0 failed",
        "entries: 2 listed: 2 baseline",
    ]
    place.clock.advance(timedelta(minutes=30))
    second = place.monitor(sources=["courier"])
    assert second.is_completed()
    assert second.message == "1 new, 1 matched, 1 alert"
    assert shown(second).name == "monitor 03 Mar 12:30: 1 new, 1 matched, 1 alert"
    assert len(place.posts()) == 1
    found = artifacts(second)
    assert {key: found[key].description for key in sorted(found)} == {
        "alerts": "1 alert",
        "run-report": "1 new, 1 matched, 1 alert",
        "source-health": "2 sources, 0 failing",
        "timeline-harbour": "1 message in 60 days, 1 article fitted",
    }
    assert {artifact.type for artifact in found.values()} == {"markdown"}
    assert "1 asked, 0 unchanged, 0 failed" in str(found["run-report"].data)
    assert "new story" in str(found["alerts"].data)
    assert f"]({place.newsroom.base_url}/courier/walkout" in str(found["alerts"].data)


def test_headlines_are_shown_as_they_are_written(place: Place) -> None:
    place.begin()
    found = artifacts(place.monitor())
    for key in ("alerts", "run-report"):
        text = str(found[key].data)
        assert r"\*\*Dock\*\* workers at the \[harbour\]\(https" in text, key
        assert r"&lt;img src=x onerror=y&gt; &lt;\!channel&gt; \| over \`wages\`" in text, key
        assert "https://evil" not in text, key
        assert "www.evil" not in text, key
        assert EVIL not in text, key


def test_a_run_beside_another_leaves_at_once(place: Place) -> None:
    with opened_store(load_settings()) as store:
        now = SystemClock().now()
        assert store.runs.acquire("run", "R-other", now, timedelta(minutes=10)) is None
    state = place.monitor()
    assert state.is_completed()
    assert "R-other is still at work" in state.message
    assert shown(state).name == "monitor 03 Mar 12:00: skipped"
    assert artifacts(state) == {}


def test_a_worker_asks_its_hosts_and_leaves_the_rest(place: Place) -> None:
    place.begin()
    owner = next(s for s in (Shard(1, 2), Shard(2, 2)) if s.has(place.newsroom.base_url))
    [other] = owner.others
    idle = place.monitor(shard=str(other))
    assert shown(idle).name == f"monitor {other} 03 Mar 12:30: 0 new, 0 matched, 0 alerts"
    assert place.monitor(shard=str(owner)).message == "1 new, 1 matched, 1 alert"
    assert len(place.posts()) == 1


def test_a_dry_run_delivers_nothing_and_deliver_sends_it(place: Place) -> None:
    place.begin()
    assert place.monitor(dry_run=True).message == "1 new, 1 matched, 1 alert"
    assert place.posts() == []
    sent = place.run(deliver(return_state=True))
    assert sent.message == "1 sent"
    assert shown(sent).name.endswith(": 1 sent")
    assert len(place.posts()) == 1
    again = place.run(deliver(return_state=True))
    assert shown(again).name.endswith(": nothing due")
    assert len(place.posts()) == 1


def test_maintain_drops_what_is_older_and_keeps_what_was_told(place: Place) -> None:
    place.begin()
    place.monitor()
    state = place.run(maintain(keep_days=36500, return_state=True))
    assert (state.message, shown(state).name) == ("nothing to drop", "maintain: nothing to drop")
    state = place.run(maintain(keep_days=30, return_state=True))
    assert "2 runs" in state.message
    assert shown(state).name == f"maintain: {state.message}"
    with opened_store(load_settings()) as store:
        assert store.outbox.counts()[DeliveryState.SENT] == 1


def test_maintain_writes_the_report_where_a_folder_is_set(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.begin()
    monkeypatch.setenv("TIDINGS_REPORT_DIR", str(tmp_path / "site"))
    state = place.run(maintain(keep_days=36500, return_state=True))
    assert "report of " in state.message
    assert "Herald" in (tmp_path / "site" / "sources" / "index.html").read_text("utf-8")


def test_a_source_that_fails_is_named_and_the_run_goes_on(place: Place) -> None:
    place.begin()
    place.newsroom.faults["herald"] = "blocked"
    state = place.monitor()
    assert state.message == "1 new, 1 matched, 1 alert, 1 source failed"
    assert len(place.posts()) == 1
    found = artifacts(state)
    assert "## Sources that failed\n\n- Herald: " in str(found["run-report"].data)
    assert found["source-health"].description == "2 sources, 1 failing"
    assert "| Herald | healthy, 1 failed in a row |" in str(found["source-health"].data)


def test_a_run_in_which_nothing_answers_is_no_success(place: Place) -> None:
    place.begin()
    place.newsroom.faults.update(herald="blocked", courier="blocked")
    state = place.monitor()
    assert state.is_failed()
    assert "no source answered (2 of 2 that were asked failed)" in state.message
    assert shown(state).name == "monitor 03 Mar 12:30: failed"
    assert "- Herald: " in str(artifacts(state)["run-report"].data)


def test_a_broken_watch_list_fails_the_run_with_one_line(place: Place) -> None:
    watch = load_settings().watch
    watch.write_text("sources: []\ntopix: {}\n", "utf-8")
    state = place.monitor()
    assert state.is_failed()
    assert state.message.startswith(f"{watch}:2: ")
    assert "\n" not in state.message
    assert shown(state).name == "monitor 03 Mar 12:00: failed"


def test_an_unforeseen_error_fails_the_run_and_its_name_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr("monitors.steps.decide.open_bench", broken)
    state = place.monitor()
    assert state.is_failed()
    assert shown(state).name == "monitor 03 Mar 12:00: failed unexpectedly"
    monkeypatch.undo()


def test_after_a_change_of_the_model_a_run_encodes_anew_or_the_flow_does(
    place: Place, tmp_path: Path
) -> None:
    def another_model() -> None:
        with closing(sqlite3.connect(tmp_path / "tidings.db")) as connection:
            connection.execute("UPDATE mentions SET model_id = 'before'")
            connection.commit()

    def flow(**parameters: Any) -> str:
        when = place.clock.now()
        return shown(place.run(reembed(as_of=when, return_state=True, **parameters))).name

    place.begin()
    assert "1 alert" in shown(place.monitor()).name
    another_model()
    assert flow(dry_run=True) == "reembed: to be encoded anew: 1 report, 0 of their texts ready"
    assert flow(days=1) == "reembed: 1 text encoded, 1 report changed"
    another_model()
    place.clock.advance(15 * MINUTES)
    state = place.monitor()
    assert "1 reports encoded anew, 0 to go" in lines(state)
    assert "nothing" in flow(dry_run=True)


def test_deployments_run_on_their_schedules_or_on_demand(prefect_server: asyncio.Runner) -> None:
    served = {f"{d.flow_name}/{d.name}": d for d in deployments()}
    schedules = {name: d.schedules[0].schedule for name, d in served.items() if d.schedules}
    assert schedules["monitor/every-15-minutes"].interval == timedelta(minutes=15)
    assert schedules["deliver/every-5-minutes"].interval == timedelta(minutes=5)
    assert (schedules["maintain/daily"].cron, schedules["maintain/daily"].timezone) == (
        "40 3 * * *",
        "UTC",
    )
    assert len(schedules) == 3
    assert {d.entrypoint for d in served.values()} == {
        f"flows.{name}.{name}"
        for name in ("monitor", "deliver", "maintain", "backtest", "reembed", "alarm")
    }
    forms = {
        name: served[name]._parameter_openapi_schema.properties
        for name in served
        if name.partition("/")[0] in ("monitor", "backtest", "reembed", "alarm")
    }
    asked = {"as_of", "sources", "topics", "dry_run", "shard"}
    assert set(forms["monitor/every-15-minutes"]) == asked
    assert {"topic", "days", "description", "sensitivity"} < set(forms["backtest/on-demand"])
    assert set(forms["reembed/on-demand"]) == {"model", "days", "dry_run", "as_of"}
    assert all(field["description"] for form in forms.values() for field in form.values())


def test_runs_that_were_cut_off_with_the_machine_have_crashed(
    prefect_server: asyncio.Runner,
) -> None:
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow(monitor)
        deployment = client.create_deployment(flow_id=flow_id, name="cut-off")
        run = client.create_flow_run_from_deployment(deployment)
        client.set_flow_run_state(run.id, Running(), force=True)
        assert prefect_server.run(clear_left_behind([deployment], SystemClock().now())) == 1
        left = client.read_flow_run(run.id)
        assert left.state is not None
        assert left.state.is_crashed()
        assert "the next run goes on" in (left.state.message or "")
        assert prefect_server.run(clear_left_behind([deployment], SystemClock().now())) == 0


def test_what_is_deployed_is_scheduled_and_what_was_missed_is_dropped(
    prefect_server: asyncio.Runner,
) -> None:
    # With SQLAlchemy 2.1 the server of Prefect 3.8 takes deployments and never runs them.
    # The server for tests schedules nothing by itself, so its scheduler is called here.
    from prefect.server.services.scheduler import schedule_recent_deployments

    served = next(d for d in deployments() if d.name == "every-15-minutes")
    deployment = served.apply()
    of_it = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    prefect_server.run(schedule_recent_deployments())
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(deployment_filter=of_it)
        assert len(runs) >= 3
        assert {run.state_name for run in runs} == {"Scheduled"}
        asked = client.create_flow_run_from_deployment(deployment)
        later = SystemClock().now() + timedelta(minutes=20)
        assert prefect_server.run(clear_left_behind([deployment], later)) == 1
        left = {run.id for run in client.read_flow_runs(deployment_filter=of_it)}
    assert asked.id in left
    assert len(left) == len(runs)


def test_a_backtest_shows_what_a_topic_would_have_told(place: Place) -> None:
    place.begin()
    place.monitor()
    posts = place.posts()
    at = place.clock.now() + timedelta(minutes=1)
    state = place.run(backtest("harbour", days=1, as_of=at, return_state=True))
    assert state.message == "1 alert in 1 days, 1.00 a day"
    assert shown(state).name == "backtest harbour: 1 alert in 1 days, 1.00 a day"
    text = str(artifacts(state)["backtest"].data)
    assert "| **balanced** (as written) | 1 | 1.00 |" in text
    assert "](data:image/svg+xml;base64," in text
    assert r"\*\*Dock\*\* workers" in text
    assert place.posts() == posts


def test_a_topic_is_tried_in_other_words_or_without_being_saved(place: Place) -> None:
    place.begin()
    place.monitor()
    at = place.clock.now() + timedelta(minutes=1)
    changed = place.run(
        backtest("harbour", days=1, as_of=at, sensitivity="strict", return_state=True)
    )
    text = str(artifacts(changed)["backtest"].data)
    assert "watch.yaml, but another sensitivity" in text
    assert "**strict** (as written)" in text
    other = backtest("Orchids", days=1, as_of=at, description="Orchids bloom.", return_state=True)
    assert "not in watch.yaml" in str(artifacts(place.run(other))["backtest"].data)
    unknown = place.run(backtest("Orchids", days=1, as_of=at, return_state=True))
    assert unknown.is_failed()
    assert "topic `Orchids`: watch.yaml has none with this id" in unknown.message


def test_a_topic_is_tried_in_a_run_that_decides_nothing(place: Place) -> None:
    place.begin()
    tried = place.monitor(topics=["harbour"])
    assert tried.message == "trial: harbour would tell 1"
    assert "a trial of the last day" in str(artifacts(tried)["trial"].data)
    assert place.posts() == []
    with opened_store(load_settings()) as store:
        assert store.runs.latest(1)[0]["partial"] is True
    place.clock.advance(timedelta(minutes=15))
    assert place.monitor().message == "0 new, 1 matched, 1 alert"
    assert len(place.posts()) == 1
    wrong = place.monitor(topics=["harbor"])
    assert wrong.is_failed()
    assert "Known are: harbour" in wrong.message


def test_the_operators_hear_an_alarm_once_a_day(place: Place) -> None:
    watch = load_settings().watch
    watch.write_text(
        f"defaults: {{operators_channel: '#ops'}}\n{watch.read_text('utf-8')}", "utf-8"
    )
    place.begin()
    said = {"headline": "A run failed", "lines": ["monitor 12:00: <!channel> no network"]}
    for expected in ("1 sent", "nothing to tell"):
        assert place.run(alarm(**said, return_state=True)).message == expected
    assert place.posts() == ["A run failed"]


def test_cron_goes_on_where_prefect_is_down(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a flow left in the outbox, and what is new, is told by ``tidings run``."""
    place.begin()
    assert place.monitor(dry_run=True).message == "1 new, 1 matched, 1 alert"
    assert place.posts() == []
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr("monitors.wiring.open_desk", partial(quick_desk, wiring.open_desk))
    place.clock.advance(timedelta(minutes=15))
    command = ["run", "--as-of", place.clock.now().isoformat()]
    for _ in range(2):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
        assert len(place.posts()) == 1
    assert "0 new, 0 matched, 0 alerts" in done.output

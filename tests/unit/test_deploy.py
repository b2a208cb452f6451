"""The files of ``deploy/`` are what their tools take, and fit the program."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows.server import SETTINGS
from monitors.cli.app import app
from monitors.shards import Shard, shard_of

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = sorted(DEPLOY.glob("compose*.yaml"))
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def yaml(path: Path) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(path.read_text("utf-8")))


def resources() -> list[Any]:
    return [resource for path in KUBERNETES for resource in yaml(path)]


def pods() -> list[Any]:
    """The pod of each workload."""
    found = []
    for resource in resources():
        spec = resource["spec"]
        spec = spec["jobTemplate"]["spec"] if resource["kind"] == "CronJob" else spec
        if "template" in spec:
            found.append(spec["template"]["spec"])
    return found


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_compose_files_are_valid(path: Path) -> None:
    from compose_spec import PyCompose

    [file] = yaml(path)
    PyCompose.from_json(json.dumps(file)).validate()


def test_compose_refuses_what_is_no_compose_file() -> None:
    from compose_spec import PyCompose

    with pytest.raises(ValueError, match="imagine"):
        PyCompose.from_json('{"services": {"a": {"imagine": "tidings"}}}')


def test_workers_have_a_login_a_read_only_root_and_no_port_to_the_net() -> None:
    [file] = yaml(DEPLOY / "compose.workers.yaml")
    services = file["services"]
    server = services["prefect"]["environment"]
    assert {name: server.get(name) for name in SETTINGS} == SETTINGS
    assert "PREFECT_AUTH" in server["PREFECT_SERVER_API_AUTH_STRING"]
    assert server["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        if name != "postgres":
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
    for name in ("worker", "deploy"):
        assert "PREFECT_AUTH" in services[name]["environment"]["PREFECT_API_AUTH_STRING"]


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_manifests_are_valid_kubernetes(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import kubernetes_validate
    for resource in yaml(path):
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


def test_pods_have_no_rights_that_they_do_not_need() -> None:
    assert len(pods()) == 3
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]


def test_pods_share_out_all_hosts() -> None:
    [run] = [r for r in resources() if r["metadata"]["name"] == "tidings-run"]
    job = run["spec"]["jobTemplate"]["spec"]
    command = job["template"]["spec"]["containers"][0]["command"][-1]
    of = int(re.search(r'\+ 1\)\)/(\d+)"', command)[1])  # type: ignore[index]
    assert job["completions"] == job["parallelism"] == of
    assert run["spec"]["concurrencyPolicy"] == "Forbid"


def test_commands_in_containers_are_there() -> None:
    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    text = "\n".join(path.read_text("utf-8") for path in (*COMPOSE, *KUBERNETES))
    text = re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE)
    spoken = set(re.findall(r"(?:\[tidings, |exec tidings )(\w+)", text))
    assert {"run", "maintain", "metrics"} <= spoken <= known


def test_shards_of_the_deployments_are_a_whole() -> None:
    [file] = yaml(DEPLOY / "prefect-workers.yaml")
    monitors = [d for d in file["deployments"] if d["entrypoint"] == "flows.monitor.monitor"]
    shards = [shard_of(d["parameters"]["shard"]) for d in monitors]
    assert shards == [Shard(n, len(shards)) for n in range(1, len(shards) + 1)]
    schedules = [d["schedules"] for d in monitors]
    assert schedules.count(schedules[0]) == len(schedules), "they start at the same time"
    assert all("anchor_date" in schedule[0] for schedule in schedules)
    [flow] = [
        node
        for node in ast.parse((ROOT / "flows" / "monitor.py").read_text("utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "monitor"
    ]
    assert "shard" in {argument.arg for argument in flow.args.args}
    assert {pool["name"] for pool in file["definitions"].values()} == {
        "tidings",
        "tidings-docker",
        "tidings-kubernetes",
    }


def test_what_automations_start_is_deployed() -> None:
    [file] = yaml(DEPLOY / "automations.yaml")
    actions = [action for each in file["automations"] for action in each["actions"]]
    started = {action["deployment"] for action in actions if "deployment" in action}
    assert started
    for name in ("prefect.yaml", "prefect-workers.yaml"):
        [plan] = yaml(DEPLOY / name)
        flows = [(d["entrypoint"].rpartition(".")[2], d["name"]) for d in plan["deployments"]]
        assert started <= {f"{flow}/{deployed}" for flow, deployed in flows}, name


def test_the_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    tool = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [tool, "--failure-threshold", "info", DEPLOY / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
    assert "HEALTHCHECK" in text


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    from monitors import metrics

    board = json.loads((DEPLOY / "grafana" / "tidings.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"tidings_\w+", target["expr"])
    }
    given = set(re.findall(r'"(tidings_\w+)"', Path(metrics.__file__).read_text("utf-8")))
    assert asked == given

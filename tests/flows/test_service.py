"""``python -m flows``: what is wrong is said in one line, before anything is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.server import CLIENT_LOGIN, LOGIN, Server, running_server, share_login

WATCH = """\
sources: [{name: S, kind: feed, url: 'https://example.org/feed'}]
topics: {t: {name: T, description: Something happens.}}
"""


def serve(
    folder: Path, watch: str, port: int, **variables: str
) -> subprocess.CompletedProcess[str]:
    (folder / "watch.yaml").write_text(watch, "utf-8")
    left_out = ("TIDINGS_", "SLACK_", "PREFECT_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    root = str(Path(__file__).parents[2])
    environment |= {"PREFECT_SERVER_API_PORT": str(port), "PYTHONPATH": root, **variables}
    return subprocess.run(
        [sys.executable, "-m", "flows"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_broken_watch_list_is_refused_with_one_line(tmp_path: Path) -> None:
    done = serve(tmp_path, WATCH.replace("name: T", "nmae: T"), 4200)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("tidings: watch.yaml:2: ")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["watch.yaml"]


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(tmp_path, WATCH, port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"tidings: port {port}: is in use by another program. Name ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "var" / "prefect").exists()


def test_a_server_without_a_login_stays_on_this_machine(tmp_path: Path) -> None:
    everywhere = {"PREFECT_SERVER_API_HOST": "192.0.2.1", "PREFECT_SERVER_API_AUTH_STRING": ""}
    done = serve(tmp_path, WATCH, 4200, **everywhere)
    assert done.returncode == 2
    assert done.stderr.startswith("tidings: PREFECT_SERVER_API_HOST: on 192.0.2.1 anybody who ")
    assert "PREFECT_SERVER_API_AUTH_STRING=user:password" in done.stderr
    assert not (tmp_path / "var" / "prefect").exists()


def client(server: Server, **options: Any) -> httpx.Client:
    return httpx.Client(base_url=server.page, timeout=120, **options)


def test_a_server_with_a_login_refuses_strangers_and_pages_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ``python -m flows`` starts, asked over HTTP as a program and as a web page would."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv(LOGIN, "desk:s3cret")
    monkeypatch.setenv(CLIENT_LOGIN, "")
    share_login()
    assert os.environ[CLIENT_LOGIN] == "desk:s3cret"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running_server(port=port) as server, client(server) as stranger:
        assert stranger.get("/api/admin/version").status_code == 401
        settings = stranger.get("/ui-settings").json()
        assert settings["api_url"] == server.api
        assert (settings["csrf_enabled"], settings["auth"]) == (True, "BASIC")
        with client(server, auth=("desk", "s3cret")) as known:
            answer = known.post("/api/flow_runs/filter", json={})
            assert answer.status_code == 403  # no token, as a form of another page
            assert "CSRF" in answer.text
            for origin, allowed in ((server.page, server.page), ("http://evil.example", None)):
                answer = known.get("/api/csrf-token?client=x", headers={"Origin": origin})
                assert answer.headers.get("access-control-allow-origin") == allowed
            token = {"Prefect-Csrf-Token": answer.json()["token"], "Prefect-Csrf-Client": "x"}
            assert known.post("/api/flow_runs/filter", json={}, headers=token).json() == []
    log = (tmp_path / "prefect" / "server.log").read_text("utf-8")
    assert "s3cret" not in log

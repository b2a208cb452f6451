"""The systemd units: they start what is there, and systemd understands them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from monitors.cli.app import app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(FOLDER.iterdir(), key=lambda path: path.name)
SERVICES = [path for path in UNITS if path.suffix == ".service"]


def values(path: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_starts_what_is_there_and_may_write_to_one_folder(path: Path) -> None:
    [command] = values(path, "ExecStart")
    program, *arguments = command.split()
    if program.endswith("/python"):
        assert arguments == ["-m", "flows"]
    else:
        assert program.endswith("/.venv/bin/tidings")
        commands = {c.name or getattr(c.callback, "__name__", "") for c in app.registered_commands}
        assert arguments[0] in commands
    assert values(path, "ReadWritePaths") == ["/opt/tidings/var"]
    assert values(path, "ProtectSystem") == ["strict"]
    assert values(path, "NoNewPrivileges") == ["true"]
    assert values(path, "User") == ["tidings"]


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.suffix == ".timer"], ids=lambda path: path.name
)
def test_a_timer_has_its_service(path: Path) -> None:
    assert path.with_suffix(".service") in SERVICES
    assert values(path, "WantedBy") == ["timers.target"]


def test_a_one_shot_run_is_stopped_before_its_successor_would_wait_for_an_interval() -> None:
    assert values(FOLDER / "tidings-run.service", "TimeoutStartSec") == ["14min"]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """With systemd-analyze, where there is one; the sections are looked at everywhere."""
    for path in UNITS:
        text = path.read_text("utf-8")
        kind = path.suffix.removeprefix(".").capitalize()
        assert set(re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)) <= {"Unit", kind, "Install"}
        # Programs and pages of an installation that is not on this machine.
        text = re.sub(r"/opt/tidings/\.venv/bin/\w+", "/bin/true", text)
        (tmp_path / path.name).write_text(text, "utf-8")
    if program := shutil.which("systemd-analyze"):
        files = [str(tmp_path / path.name) for path in UNITS]
        done = subprocess.run(
            [program, "verify", "--man=no", *files],
            env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

"""Every mistake in .env and the environment, with its line; no secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitors.envfile import mistakes, notes


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TIDINGS_WATCH", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TIDINGS_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env"


def said(env: Path, text: str, environment: dict[str, str] | None = None) -> list[tuple[str, str]]:
    env.write_text(text, "utf-8")
    return [(str(e).removeprefix(f"{env}:"), e.mended) for e in mistakes(env, environment or {})]


def test_a_good_file_and_none_at_all_have_no_mistakes(env: Path) -> None:
    assert mistakes(env, {}) == []
    assert said(env, "# mine\nTIDINGS_WATCH=watch.yaml\nPATH_TO_CAT=x\n") == []


def test_a_name_that_nobody_reads_is_named_with_the_likely_one(env: Path) -> None:
    ((line, mended),) = said(env, "\nTIDINGS_WACTH=lists\n")
    assert line.startswith("2: TIDINGS_WACTH: nobody reads")
    assert line.endswith("Did you mean TIDINGS_WATCH?")
    assert mended == "TIDINGS_WATCH=lists"


def test_a_misspelt_secret_is_not_repeated(env: Path) -> None:
    ((line, mended),) = said(env, "SLACK_BOT_TOKN=xoxb-canary\n")
    assert mended == "SLACK_BOT_TOKEN=..."
    assert "canary" not in line


def test_a_line_that_is_no_assignment_is_mended(env: Path) -> None:
    ((line, mended),) = said(env, "TIDINGS_WATCH=a\nTIDINGS_CONTACT: desk@example.org\n")
    assert line.startswith("2: this is no NAME=value")
    assert mended == "TIDINGS_CONTACT=desk@example.org"


def test_every_wrong_value_is_named_with_its_line(env: Path) -> None:
    text = "TIDINGS_FETCH_TIMEOUT=soon\nTIDINGS_WATCH=x\nTIDINGS_HOST_DAILY=-1\n"
    first, second = said(env, text)
    assert first[0].startswith("1: TIDINGS_FETCH_TIMEOUT: ")
    assert first[1] == "TIDINGS_FETCH_TIMEOUT=14.0"
    assert second[0].startswith("3: TIDINGS_HOST_DAILY: ")


def test_a_value_of_the_environment_is_named_as_such(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDINGS_FETCH_TIMEOUT", "soon")
    ((line, _),) = said(env, "TIDINGS_FETCH_TIMEOUT=5\n", {"TIDINGS_FETCH_TIMEOUT": "soon"})
    assert line.startswith("the environment: TIDINGS_FETCH_TIMEOUT: ")


def test_a_misspelt_variable_of_the_environment_is_named_and_a_strange_one_is_not(
    env: Path,
) -> None:
    ((line, _),) = said(env, "", {"TIDINGS_WATHC": "x", "TIDINGS_OF_THE_DAY": "y"})
    assert line.startswith("the environment: TIDINGS_WATHC")


@pytest.mark.parametrize(
    ("name", "value", "owner"),
    [
        ("SLACK_BOT_TOKEN", "xapp-canary", "SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxb-canary", "SLACK_BOT_TOKEN"),
    ],
)
def test_a_token_in_the_wrong_place_is_named(env: Path, name: str, value: str, owner: str) -> None:
    ((line, mended),) = said(env, f"{name}={value}\n")
    assert owner in line
    assert mended.startswith(f"{owner}=x")
    assert "canary" not in line + mended


def test_a_name_given_twice_is_told(env: Path) -> None:
    ((line, _),) = said(env, "TIDINGS_WATCH=a\nTIDINGS_WATCH=b\n")
    assert line.startswith("2: TIDINGS_WATCH: it is given already in line 1")


def test_a_secret_that_others_may_read_and_a_variable_for_prefect_are_noted(env: Path) -> None:
    env.write_text("SLACK_BOT_TOKEN=xoxb-canary\nPREFECT_API_URL=http://x/\n", "utf-8")
    env.chmod(0o644)
    open_file, prefect = notes(env)
    assert "chmod 600" in open_file
    assert ":2: Prefect reads PREFECT_API_URL from the environment only" in prefect
    env.chmod(0o600)
    assert len(notes(env)) == 1

"""Settings: defaults, overriding, and errors that help without giving secrets away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitors.errors import SettingsError
from monitors.settings import REMEDIES, Settings, load_settings
from monitors.wiring import judge_of

ROOT = Path(__file__).parents[2]
SECRET = "xoxb-canary-123"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REMEDIES:
        monkeypatch.delenv(name, raising=False)


def test_everything_has_a_default() -> None:
    settings = load_settings(None)

    assert settings.watch == Path("watch.yaml")
    assert settings.database_url == "sqlite:///var/tidings.db"
    assert settings.slack_bot_token is None
    assert settings.slack_app_token is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.allow_hosts == ()
    assert (settings.reader_model, settings.screen_model) == (
        "builtin:e5-small",
        "builtin:use3-short",
    )
    assert settings.host_spacing == 0.25
    assert settings.log_level == "INFO"


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / ".env"
    env.write_text(
        f"SLACK_BOT_TOKEN={SECRET}\nTIDINGS_LOG_LEVEL=debug\n"
        "TIDINGS_ALLOW_HOSTS=127.0.0.1:8000, intranet.example\nOTHER=kept out\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("TIDINGS_LOG_LEVEL", "warning")

    settings = load_settings(env)

    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == SECRET
    assert settings.log_level == "WARNING"
    assert settings.allow_hosts == ("127.0.0.1:8000", "intranet.example")


def test_networks_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDINGS_ALLOW_HOSTS", "10.0.0.0/8, FD00::/8,[::1]:8000")

    assert load_settings(None).allow_hosts == ("10.0.0.0/8", "fd00::/8", "[::1]:8000")


def test_an_empty_token_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "  ")

    assert load_settings(None).slack_bot_token is None


def test_an_api_address_always_ends_with_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")

    assert load_settings(None).slack_api_url == "http://127.0.0.1:9/api/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIDINGS_HOST_SPACING", "soon"),
        ("TIDINGS_HOST_SPACING", "-1"),
        ("TIDINGS_LOG_LEVEL", "LOUD"),
        ("TIDINGS_DATABASE_URL", "mysql://host/db"),
        ("TIDINGS_ALLOW_HOSTS", "http://a b"),
        ("TIDINGS_ALLOW_HOSTS", "10.0.0.5/8"),
        ("TIDINGS_ALLOW_HOSTS", "10.0.0.0/33"),
        ("TIDINGS_ALLOW_HOSTS", "intranet/8"),
        ("TIDINGS_ALLOW_HOSTS", "*.example"),
        ("TIDINGS_CONTACT", "me (here)"),
        ("TIDINGS_READER_MODEL", ""),
        ("TIDINGS_SCREEN_MODEL", " "),
        ("TIDINGS_WATCH", ""),
        ("SLACK_API_URL", "slack.com"),
        ("SLACK_BOT_TOKEN", "xoxb- 1"),
        ("SLACK_APP_TOKEN", "xapp-\u2013"),
    ],
)
def test_a_wrong_value_names_variable_and_remedy(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings(None)

    assert caught.value.subject == name
    assert caught.value.remedy == REMEDIES[name]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", f"{SECRET} x"),
        ("SLACK_APP_TOKEN", f"{SECRET}\ty"),
        ("TIDINGS_DATABASE_URL", f"mysql://me:{SECRET}@host/db"),
    ],
)
def test_no_error_shows_a_secret(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings(None)

    assert SECRET not in f"{caught.value!s} {caught.value!r} {caught.value.args}"
    assert caught.value.__suppress_context__


def test_repr_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
    monkeypatch.setenv("TIDINGS_DATABASE_URL", f"postgresql://me:{SECRET}@host/db")

    assert SECRET not in repr(load_settings(None))


def test_several_mistakes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDINGS_HOST_SPACING", "soon")
    monkeypatch.setenv("TIDINGS_LOG_LEVEL", "LOUD")

    with pytest.raises(SettingsError, match="1 more"):
        load_settings(None)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_bytes(b"TIDINGS_CONTACT=\xff\xfe\n")

    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(env)


def test_the_example_file_names_every_variable_and_loads() -> None:
    example = ROOT / ".env.example"
    named = set(re.findall(r"^([A-Z_]+)=", example.read_text(encoding="utf-8"), re.MULTILINE))
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}

    assert named == known == set(REMEDIES)
    assert load_settings(example) == load_settings(None)


# --- the outside judge --------------------------------------------------------------------


def test_there_is_no_judge_by_default() -> None:
    settings = load_settings(None)
    assert (settings.judge_url, settings.judge_model, settings.judge_api_key) == ("", "", None)
    assert judge_of(settings) is None


def test_a_judge_is_named_by_url_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_URL", " http://localhost:11434/v1 ")
    monkeypatch.setenv("JUDGE_MODEL", "small")
    monkeypatch.setenv("JUDGE_API_KEY", SECRET)
    settings = load_settings(None)
    judge = judge_of(settings)
    assert judge is not None
    assert judge.name == "small"
    assert SECRET not in f"{settings!r} {judge!r} {vars(judge)}"


def test_a_judge_without_a_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_URL", "http://localhost:11434/v1")
    with pytest.raises(SettingsError, match="JUDGE_MODEL: no model is named"):
        load_settings(None)


@pytest.mark.parametrize(
    "url",
    [
        "localhost:11434",
        "ftp://localhost/v1",
        "http://me:canary@localhost/v1",
        "http://localhost/v1?key=canary",
        "http://localhost/v1#canary",
        "http://local host/v1",
        "http:///v1",
    ],
)
def test_a_judge_needs_a_plain_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("JUDGE_URL", url)
    monkeypatch.setenv("JUDGE_MODEL", "small")
    with pytest.raises(SettingsError, match="JUDGE_URL") as caught:
        load_settings(None)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("", ""),
        ("https://news.example", "https://news.example/"),
        (" https://news.example/tidings ", "https://news.example/tidings/"),
        ("https://news.example:8443/a/b/", "https://news.example:8443/a/b/"),
    ],
)
def test_the_address_of_the_report_ends_with_a_slash(
    monkeypatch: pytest.MonkeyPatch, written: str, base: str
) -> None:
    monkeypatch.setenv("TIDINGS_REPORT_URL", written)
    assert load_settings(None).report_url == base


@pytest.mark.parametrize(
    "written",
    [
        "http://news.example/",
        "news.example",
        "https://user:pw@news.example/",
        "https://news.example/?a=1",
        "https://news.example/#top",
        "https://news.example/index.html",
    ],
)
def test_an_address_that_is_no_folder_over_https_is_refused(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("TIDINGS_REPORT_URL", written)
    with pytest.raises(SettingsError, match="TIDINGS_REPORT_URL") as refused:
        load_settings(None)
    assert "https" in refused.value.remedy

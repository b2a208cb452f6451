"""Settings from the environment and ``.env``. What is watched is in ``watch.yaml``."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from monitors.errors import SettingsError

__all__ = ["REMEDIES", "SECRETS", "Settings", "load_settings", "wrong_values"]

REMEDIES = {
    "TIDINGS_WATCH": "Set it to the path of watch.yaml, or of a folder of such files",
    "TIDINGS_DATABASE_URL": ("Use sqlite:///path or postgresql+psycopg://user:password@host/name"),
    "SLACK_BOT_TOKEN": "Copy the Bot User OAuth Token (xoxb-...) in one piece, or leave it empty",
    "SLACK_APP_TOKEN": "Copy the App-Level Token (xapp-...) in one piece, or leave it empty",
    "SLACK_API_URL": "Use an address such as https://slack.com/api/",
    "TIDINGS_ALLOW_HOSTS": "List hosts, host:port or networks, with commas between them",
    "TIDINGS_CONTACT": "Use one line: an e-mail address, or the address of a page",
    "TIDINGS_READER_MODEL": "Use builtin:e5-small, or a sentence-transformers name or path",
    "TIDINGS_SCREEN_MODEL": "Use builtin:use3-short, or a sentence-transformers name or path",
    "TIDINGS_EIGHT_BITS": "Use off, or on for 8 bits a number",
    "TIDINGS_CALIBRATIONS": "Set it to the path of a folder",
    "TIDINGS_HOST_SPACING": "Use seconds from 0 to 60, e.g. 0.25",
    "TIDINGS_HOST_DAILY": "Use a whole number, e.g. 5000; 0 for no bound",
    "TIDINGS_FETCH_TIMEOUT": "Use seconds from 1 to 120, e.g. 14",
    "TIDINGS_MESSAGE_SPACING": "Use seconds from 0 to 60; Slack asks for 1 a channel",
    "TIDINGS_ON_UNKNOWN": "Use resend (marked as a possible repeat) or hold",
    "JUDGE_URL": "Use an address such as http://localhost:11434/v1, without user, ? and #",
    "JUDGE_MODEL": "Name the model that JUDGE_URL offers, or leave JUDGE_URL empty",
    "JUDGE_API_KEY": "Copy the key in one piece, or leave it empty",
    "JUDGE_TIMEOUT": "Use seconds from 1 to 60, e.g. 10",
    "JUDGE_CALLS_A_RUN": "Use a number from 0 to 1000",
    "JUDGE_CALLS_A_DAY": "Use a number from 0 to 100000",
    "TIDINGS_REPORT_DIR": "Use the path of a folder that holds nothing but a report, or nothing",
    "TIDINGS_WATCHDOG_FILE": "Use the path of a file that may be written",
    "TIDINGS_REPORT_URL": "Use an https address of a folder, such as https://news.example/tidings/",
    "TIDINGS_LOOK_BACK_DAYS": "Use a whole number from 0 to 90; 0 for not at all",
    "TIDINGS_LOG_LEVEL": "Use DEBUG, INFO, WARNING, ERROR or CRITICAL",
}
"""Every variable, and what to do where its value is wrong."""

SECRETS = (
    "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TIDINGS_DATABASE_URL", "JUDGE_URL", "JUDGE_API_KEY",
)  # fmt: skip


class Settings(BaseModel):
    """What the environment decides.

    :param watch: path of ``watch.yaml`` or of a folder of such files
    :param database_url: may hold a password; not shown in ``repr``
    :param slack_bot_token: without one, alerts are rendered in the terminal
    :param allow_hosts: private hosts, ``host:port`` or networks that may be fetched
    :param contact: how a site's owner can reach the operator; part of the User-Agent
    :param host_spacing: least seconds between two requests to one host
    :param host_daily: requests to one host in a day; 0 for no bound
    :param fetch_timeout: seconds on the network for one fetch
    :param message_spacing: least seconds between two messages to one channel
    :param look_back_days: how far a new topic looks back over stored articles
    :param on_unknown: what is done with a message of which nobody can tell whether it was
        sent, since Slack did not answer and its history cannot be read
    :param calibrations: folder of what ``tidings calibrate`` learnt for other models
    :param report_dir: where the maintain flow writes a report each day; none: nowhere
    :param watchdog_file: what the watchdog remembers
    :param report_url: where that folder is served, with a slash at its end; empty: nowhere
    :param judge_url: an OpenAI-compatible endpoint that reviews borderline decisions; none: off
    :param judge_timeout: seconds for a whole answer of it
    """

    model_config = ConfigDict(
        extra="ignore", frozen=True, validate_by_name=True, validate_default=True
    )

    watch: Path = Field(Path("watch.yaml"), validation_alias="TIDINGS_WATCH")
    database_url: str = Field(
        "sqlite:///var/tidings.db", validation_alias="TIDINGS_DATABASE_URL", repr=False
    )
    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_api_url: str = Field("https://slack.com/api/", validation_alias="SLACK_API_URL")
    allow_hosts: tuple[str, ...] = Field((), validation_alias="TIDINGS_ALLOW_HOSTS")
    contact: str = Field("", validation_alias="TIDINGS_CONTACT")
    reader_model: str = Field("builtin:e5-small", validation_alias="TIDINGS_READER_MODEL")
    screen_model: str = Field("builtin:use3-short", validation_alias="TIDINGS_SCREEN_MODEL")
    eight_bits: Literal["off", "on"] = Field("off", validation_alias="TIDINGS_EIGHT_BITS")
    calibrations: Path = Field(Path("var/calibration"), validation_alias="TIDINGS_CALIBRATIONS")
    host_spacing: float = Field(0.25, validation_alias="TIDINGS_HOST_SPACING", ge=0, le=60)
    host_daily: int = Field(5000, validation_alias="TIDINGS_HOST_DAILY", ge=0)
    fetch_timeout: float = Field(14.0, validation_alias="TIDINGS_FETCH_TIMEOUT", ge=1, le=120)
    message_spacing: float = Field(1.0, validation_alias="TIDINGS_MESSAGE_SPACING", ge=0, le=60)
    on_unknown: Literal["resend", "hold"] = Field("resend", validation_alias="TIDINGS_ON_UNKNOWN")
    judge_url: str = Field("", validation_alias="JUDGE_URL", repr=False)
    judge_model: str = Field("", validation_alias="JUDGE_MODEL", validate_default=True)
    judge_api_key: SecretStr | None = Field(None, validation_alias="JUDGE_API_KEY")
    judge_timeout: float = Field(10.0, validation_alias="JUDGE_TIMEOUT", ge=1, le=60)
    judge_calls_a_run: int = Field(20, validation_alias="JUDGE_CALLS_A_RUN", ge=0, le=1000)
    judge_calls_a_day: int = Field(200, validation_alias="JUDGE_CALLS_A_DAY", ge=0, le=100_000)
    report_dir: Path | None = Field(None, validation_alias="TIDINGS_REPORT_DIR")
    watchdog_file: Path = Field(
        Path("var/watchdog.json"), validation_alias="TIDINGS_WATCHDOG_FILE"
    )
    report_url: str = Field("", validation_alias="TIDINGS_REPORT_URL")
    look_back_days: int = Field(30, validation_alias="TIDINGS_LOOK_BACK_DAYS", ge=0, le=90)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", validation_alias="TIDINGS_LOG_LEVEL"
    )

    @field_validator("slack_bot_token", "slack_app_token", "judge_api_key", mode="before")
    @classmethod
    def _token(cls, value: Any) -> Any:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(plain, str) and not plain.strip():
            return None
        if isinstance(plain, str) and re.search(r"[^\x21-\x7e]", plain.strip()):
            raise ValueError("it holds spaces or other characters that no token has")
        return plain.strip() if isinstance(plain, str) else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not re.match(r"(?:sqlite|postgres(?:ql)?(?:\+psycopg)?)://", value):
            raise ValueError("it is no database address that Tidings can use")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s@]+", value) or re.search(r"\s", value):
            raise ValueError("it is no http(s) address")
        return value.rstrip("/") + "/"

    @field_validator("judge_url")
    @classmethod
    def _judge(cls, value: str) -> str:
        value = value.strip()
        if value and not re.fullmatch(r"https?://[^/\s@?#]+(?:/[^\s@?#]*)?", value):
            raise ValueError("it is no http(s) address, or holds a user, a query or a fragment")
        return value

    @field_validator("judge_model")
    @classmethod
    def _judge_model(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("judge_url") and not value.strip():
            raise ValueError("no model is named, but JUDGE_URL is set")
        return value.strip()

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        hosts = tuple(host.strip().lower() for host in value.split(",") if host.strip())
        for host in hosts:
            if "/" in host:
                _network(host)
            elif not re.fullmatch(r"[\w.:\[\]-]+", host):
                raise ValueError(f"{host!r} is no host")
        return hosts

    @field_validator("contact")
    @classmethod
    def _contact(cls, value: str) -> str:
        if not value.isascii() or re.search(r"[\r\n()]", value):
            raise ValueError("it may hold only plain ASCII without brackets")
        return value.strip()

    @field_validator("reader_model", "screen_model", "watch", "watchdog_file", mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            raise ValueError("it is empty")
        return value

    @field_validator("report_dir", mode="before")
    @classmethod
    def _report_dir(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("report_url")
    @classmethod
    def _report(cls, value: str) -> str:
        value = value.strip()
        if value and not re.fullmatch(r"https://[^/\s@?#]+(?:/[^\s@?#]*)?", value):
            raise ValueError("it is no https address, or holds a user, a query or a fragment")
        if value.endswith(".html"):
            raise ValueError("it is a page, not the folder that holds it")
        return f"{value.rstrip('/')}/" if value else ""

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.strip().upper() if isinstance(value, str) else value


def _network(written: str) -> None:
    """:raises ValueError: it is none; says so, or which network may be meant."""
    try:
        network = ip_network(written, strict=False)
    except ValueError:
        raise ValueError(f"{written!r} is no network") from None
    try:
        ip_network(written)
    except ValueError:  # bits are set behind the mask
        raise ValueError(f"{written!r} is no network; {network} is one") from None


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings; the environment wins over ``env_file``, which need not exist.

    :raises SettingsError: a value is wrong; names the variable and what to do, and shows no
        secret
    """
    try:
        return _read(env_file)
    except ValidationError as error:
        raise _explained(error) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise SettingsError(
            str(env_file),
            f"it cannot be read: {reason}",
            "Save it as UTF-8 text that you may read",
        ) from None


def _read(env_file: Path | None) -> Settings:
    written = dotenv_values(env_file, encoding="utf-8") if env_file else {}
    given = {name: value for name, value in written.items() if value is not None}
    return Settings.model_validate(given | dict(os.environ), by_name=False)


def wrong_values(env_file: Path | None = Path(".env")) -> list[tuple[str, str]]:
    """Every variable whose value is wrong, with its problem; no secret is shown."""
    try:
        _read(env_file)
    except ValidationError as error:
        return _wrong(error)
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        return [(str(env_file), f"it cannot be read: {reason}")]
    return []


def _explained(error: ValidationError) -> SettingsError:
    (name, problem), *others = _wrong(error)
    if others:
        problem += f"; {len(others)} more variable(s) are wrong too"
    return SettingsError(name, problem, REMEDIES.get(name, ""))


def _wrong(error: ValidationError) -> list[tuple[str, str]]:
    found = []
    for each in error.errors(include_url=False, include_context=False):
        name = str(each["loc"][0]) if each["loc"] else "settings"
        field = Settings.model_fields.get(name)
        if field is not None:  # given by its field's name
            name = str(field.validation_alias)
        problem = each["msg"].removeprefix("Value error, ")
        problem = problem[:1].lower() + problem[1:]
        if name not in SECRETS and isinstance(each.get("input"), str) and each["input"]:
            problem += f" (it is {each['input']!r})"
        found.append((name, problem))
    return found

"""Every way to tell people, by name. A new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitors.alerts.notify.console import ConsoleNotifier
from monitors.alerts.notify.slack import SLACK_API_URL, SlackNotifier
from monitors.clock import Clock, SystemClock
from monitors.errors import SettingsError
from monitors.ports import Notifier

__all__ = ["NOTIFIERS", "ConsoleNotifier", "NotifierOptions", "SlackNotifier", "open_notifier"]


@dataclass(frozen=True, slots=True)
class NotifierOptions:
    """What the environment says about telling.

    :param slack_token: a bot token, never shown
    :param slack_api_url: another address that speaks Slack's Web API
    :param timeout: seconds to wait for an answer
    """

    slack_token: str = field(default="", repr=False)
    slack_api_url: str = SLACK_API_URL
    timeout: float = 10.0
    clock: Clock = field(default_factory=SystemClock)


def _slack(options: NotifierOptions) -> Notifier:
    return SlackNotifier(
        options.slack_token,
        api_url=options.slack_api_url,
        timeout=options.timeout,
        clock=options.clock,
    )


def _console(options: NotifierOptions) -> Notifier:
    return ConsoleNotifier(clock=options.clock)


NOTIFIERS: Mapping[str, Callable[[NotifierOptions], Notifier]] = {
    "slack": _slack,
    "console": _console,
}


def open_notifier(options: NotifierOptions, name: str | None = None) -> Notifier:
    """The notifier called ``name``; without one Slack where there is a token, else console.

    :raises SettingsError: no such notifier, or Slack without a token
    """
    chosen = name or ("slack" if options.slack_token else "console")
    if chosen not in NOTIFIERS:
        raise SettingsError(
            f"notifier {chosen!r}", "is not known", f"Known are: {', '.join(NOTIFIERS)}."
        )
    if chosen == "slack" and not options.slack_token:
        raise SettingsError("SLACK_BOT_TOKEN", "is not set", "Set it, or use the console.")
    return NOTIFIERS[chosen](options)

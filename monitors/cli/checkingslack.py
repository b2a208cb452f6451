"""What ``check`` and ``doctor`` say of Slack: token, scopes, channels, buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitors.cli.findings import attempt, tell

if TYPE_CHECKING:
    from pathlib import Path

    from monitors.alerts.notify.slack_check import Finding
    from monitors.model import Watchlist
    from monitors.settings import Settings


def slack(settings: Settings, watchlist: Watchlist | None = None) -> bool:
    """Show what Slack says of the app; whether all is well.

    :param watchlist: with one, the scopes and each channel that it names are looked at too
    """
    if settings.slack_bot_token is None:
        tell(True, "Slack: no SLACK_BOT_TOKEN, so alerts are shown in the terminal")
        return True
    good = _app(settings, watchlist)
    return attempt("buttons", lambda: _buttons(settings)) and good


def _app(settings: Settings, watchlist: Watchlist | None) -> bool:
    from monitors.alerts.notify import SlackNotifier
    from monitors.alerts.notify.slack_check import examine
    from monitors.errors import TidingsError

    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    notifier = SlackNotifier(token, api_url=settings.slack_api_url)
    if watchlist is None:
        return attempt("Slack", notifier.check)
    try:
        findings = examine(notifier, channels_of(watchlist))
    except TidingsError as error:
        tell(False, str(error))
        return False
    for finding in findings:
        _show(finding, settings.watch)
    return all(finding.good for finding in findings)


def channels_of(watchlist: Watchlist) -> list[str]:
    """Every channel that something is told in."""
    names = [topic.channel for topic in watchlist.topics]
    if watchlist.operators_channel:
        names.append(watchlist.operators_channel)
    return list(dict.fromkeys(names))


def _show(finding: Finding, watch: Path) -> None:
    from monitors.watchlist.places import place_of

    place = place_of(watch, finding.channel) if finding.channel and not finding.good else None
    line = f"Slack: {finding.text}" + (f". {finding.remedy}" if finding.remedy else "")
    mended = place.with_(finding.channel, finding.likely) if place and finding.likely else ""
    tell(finding.good, f"{place}: {line}" if place else line, mended)


def _buttons(settings: Settings) -> str:
    from monitors.alerts.notify.slack_socket import check_app_token

    if settings.slack_app_token is None:
        return "no SLACK_APP_TOKEN, so messages have none"
    return check_app_token(
        settings.slack_app_token.get_secret_value(), api_url=settings.slack_api_url
    )

"""What check says of Slack before anything is posted."""

from __future__ import annotations

import pytest

from monitors.alerts.notify import SlackNotifier
from monitors.alerts.notify.slack_check import Finding, examine
from monitors.demo.localslack import LocalSlack
from monitors.errors import DeliveryRefused


@pytest.fixture
def notifier(slack: LocalSlack) -> SlackNotifier:
    return SlackNotifier("xoxb-canary-5f3d2a", api_url=slack.api_url, timeout=2)


def bad(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.good]


def test_all_is_well_and_nothing_is_posted(notifier: SlackNotifier, slack: LocalSlack) -> None:
    found = examine(notifier, ["#news-alerts", "#sanctions"])
    assert bad(found) == []
    assert [f.text for f in found][-1] == "tidings is in #sanctions"
    assert slack.workspace.snapshot() == []


def test_a_misspelt_channel_is_named_with_the_likely_one(notifier: SlackNotifier) -> None:
    (finding,) = bad(examine(notifier, ["#sanction"]))
    assert finding.text == "tidings sees no channel #sanction"
    assert finding.likely == "#sanctions"


def test_a_channel_that_is_like_none_is_to_be_made(notifier: SlackNotifier) -> None:
    (finding,) = bad(examine(notifier, ["#harbour"]))
    assert finding.likely == ""
    assert finding.remedy.startswith("Create it")


def test_a_channel_that_the_app_is_not_in_and_one_that_is_archived(
    notifier: SlackNotifier, slack: LocalSlack
) -> None:
    slack.workspace.not_joined = {"sanctions"}
    slack.workspace.archived = {"news-alerts"}
    archived, apart = bad(examine(notifier, ["#news-alerts", "#sanctions"]))
    assert archived.text == "#news-alerts is archived"
    assert apart.remedy == "There: /invite @tidings"


def test_a_needed_scope_is_missed_and_a_useful_one_is_noted(
    notifier: SlackNotifier, slack: LocalSlack
) -> None:
    slack.workspace.scopes = "channels:read,groups:read,channels:history,groups:history"
    found = examine(notifier, [])
    (finding,) = bad(found)
    assert finding.text == "tidings has no scope chat:write"
    assert any("digests come without a chart" in f.text for f in found)


def test_a_token_that_slack_does_not_know_is_refused(slack: LocalSlack) -> None:
    with pytest.raises(DeliveryRefused, match="invalid_auth"):
        examine(SlackNotifier("xoxb-canary-old", api_url=slack.api_url, timeout=2), [])

"""Writes ``docs/slack-requests.md``: the requests of one story, as a Slack receives them.

``python benchmarks/slack_requests.py`` writes the page; with ``--check`` it only says whether
the page is up to date. The content is invented; the requests are what the local Slack received.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitors.alerts.notify import SlackNotifier
from monitors.alerts.outbox import deliver
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.demo.localslack_script import Request
from monitors.model import Alert, AlertKind, SourceRef, Stage, Tier
from monitors.testing import MemoryOutbox, SteppingTime

PAGE = Path(__file__).parents[1] / "docs" / "slack-requests.md"
CHANNEL = "#us-russia"

COURIER = SourceRef(
    "Neva Courier", "https://courier.example/2025/02/embassies", Tier.PRESS, "ru", True
)
WIRE = SourceRef("Harbour Wire", "https://wire.example/story/4411", Tier.WIRE, "en", True)
COPY = SourceRef("Morning Post", "https://post.example/4411", Tier.PRESS, "en", False)
MINISTRY = SourceRef(
    "Foreign Ministry", "https://ministry.example/en/news/1998", Tier.OFFICIAL, "en", True
)

STORY = Alert(
    key="embassy-restoration:S-41:1:us-russia",
    kind=AlertKind.STORY,
    channel=CHANNEL,
    created_at=datetime(2025, 2, 18, 14, 15, tzinfo=UTC),
    headline="Delegations agree to bring embassy staff back to full strength",
    topic_ids=("embassy-restoration",),
    topic_names=("Embassy restoration",),
    story_ids=("S-41",),
    development_ids=("D-77",),
    article_id="A-5b1f0c9d2e77",
    url=COURIER.url,
    quote="Стороны условились назначить рабочие группы, которые вернут посольствам "
    "прежнюю численность сотрудников.",
    language="ru",
    novelty="agreed (until now only discussed); working groups to be named",
    against="Envoys discuss the work of the embassies for the first time in a year",
    stage=Stage.AGREED,
    sources=(COURIER,),
    published=datetime(2025, 2, 18, 13, 50, tzinfo=UTC),
)
STEP = replace(
    STORY,
    key="embassy-restoration:S-41:2:us-russia",
    kind=AlertKind.STEP,
    created_at=datetime(2025, 2, 27, 18, 30, tzinfo=UTC),
    headline="Working groups on the embassies hold a first round in Istanbul",
    development_ids=("D-93",),
    article_id="A-90ce4471ab03",
    url=WIRE.url,
    quote="The talks at the consul's residence lasted six hours, and both sides will meet "
    "again in March.",
    language="en",
    novelty="held; place: Istanbul; second round: March",
    against=STORY.headline,
    stage=Stage.HELD,
    sources=(WIRE, COPY),
    published=datetime(2025, 2, 27, 18, 5, tzinfo=UTC),
)
EDIT = replace(
    STORY,
    key="embassy-restoration:S-41:edit:us-russia",
    kind=AlertKind.EDIT,
    created_at=datetime(2025, 2, 27, 18, 45, tzinfo=UTC),
    stage=Stage.HELD,
    sources=(COURIER, WIRE, COPY, MINISTRY),
)

INTRO = """# What Slack is sent

The requests of one story: an alert, a new step in its thread, and the edit of its first
message when more sources had reported it. The local Slack (`monitors/demo/localslack.py`)
received them from the outbox's deliverer; `python benchmarks/slack_requests.py` writes this
page again, and a test compares it. The news in it is invented.

Each request carries the bot token in its `Authorization` header, which is left out here.
"""
PARTS = [
    (
        "An alert",
        "The metadata is how the message is found again where Slack's answer was lost.",
    ),
    (
        "A new step in its thread",
        "A reply that is also sent to the channel; `thread_ts` is the alert's timestamp.",
    ),
    (
        "The edited parent",
        "Stage and sources have changed; nobody is pinged. Without metadata, Slack keeps the old.",
    ),
]


def received() -> list[Request]:
    """Deliver the three to a local Slack, and return what it received."""
    clock = FixedClock(STORY.created_at)
    time = SteppingTime(clock)
    outbox = MemoryOutbox()
    with LocalSlack([CHANNEL], clock=clock, monotonic=time.monotonic) as slack:
        notifier = SlackNotifier(slack.token, api_url=slack.api_url, clock=clock)
        for alert in (STORY, STEP, EDIT):
            clock.set(alert.created_at + timedelta(seconds=20))
            outbox.enqueue(alert, clock.now())
            deliver(outbox, notifier, clock, sleep=time.sleep, monotonic=time.monotonic)
        return list(slack.requests)


def page() -> str:
    """The whole page."""
    text = INTRO
    for (title, note), request in zip(PARTS, received(), strict=True):
        body = json.dumps(request.body, ensure_ascii=False, indent=2)
        text += f"\n## {title}\n\n{note}\n\n"
        text += f"`POST /api/{request.method}` as `{request.headers['Content-Type']}`\n"
        text += f"\n```json\n{body}\n```\n"
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    wanted = page()
    if parser.parse_args().check:
        current = PAGE.read_text(encoding="utf-8") == wanted
        print(f"{PAGE.name} is {'up to date' if current else 'out of date'}")
        return 0 if current else 1
    PAGE.write_text(wanted, encoding="utf-8")
    print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

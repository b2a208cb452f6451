"""The chart of a digest: shown in its thread, or not at all."""

from __future__ import annotations

import urllib.request
from datetime import date

import pytest

from monitors.alerts.chart import draw
from monitors.alerts.compose import compose
from monitors.alerts.notify import SlackNotifier
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.errors import DeliveryError
from monitors.model import Activity, AlertKind, Delivery, DeliveryState, Picture, Receipt
from monitors.ports import Notifier
from monitors.testing import sample_alert

CANARY = "xoxb-canary-5f3d2a"
BUSY = (
    Activity("sanctions", "Sanctions relief", date(2025, 2, 18), (0, 1, 0), (3, 4, 2)),
    Activity("summit", "Саммит $x^2$", date(2025, 2, 18), (0, 0, 1), (0, 1, 1)),
    Activity("talks", "首脑会议", date(2025, 2, 18), (0, 0, 0), (0, 2, 0)),
)


@pytest.fixture(scope="module")
def picture() -> Picture:
    drawn = draw(BUSY)
    assert drawn is not None
    return drawn


def _posted(notifier: Notifier, clock: FixedClock) -> Receipt:
    digest = sample_alert("digest", kind=AlertKind.DIGEST, activity=BUSY)
    return notifier.send(compose(Delivery(1, digest, DeliveryState.SENDING, clock.now())))


def test_every_notifier_takes_a_picture(
    notifier: Notifier, clock: FixedClock, picture: Picture
) -> None:
    notifier.illustrate(_posted(notifier, clock), picture)


def test_slack_shows_it_in_the_thread_once(
    slack: LocalSlack, clock: FixedClock, picture: Picture
) -> None:
    notifier = SlackNotifier(CANARY, api_url=slack.api_url, timeout=2, clock=clock)
    receipt = _posted(notifier, clock)
    notifier.illustrate(receipt, picture)
    digest, shared = slack.messages
    assert shared["thread_ts"] == digest["ts"] == receipt.ts
    [file] = shared["files"]
    assert (file["title"], file["alt_txt"]) == (picture.title, picture.alternative)
    with urllib.request.urlopen(f"{slack.url}files/{file['id']}", timeout=5) as answer:  # noqa: S310
        assert answer.read() == picture.png
    with urllib.request.urlopen(slack.url, timeout=5) as page:  # noqa: S310
        assert f'src="/files/{file["id"]}"' in page.read().decode()


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]
)
@pytest.mark.parametrize("kind", ["status", "reset", "error", "garbage"])
def test_a_failure_at_any_step_leaves_the_digest_and_shows_no_secret(
    slack: LocalSlack, clock: FixedClock, picture: Picture, method: str, kind: str
) -> None:
    if (method, kind) == ("upload", "garbage"):
        kind = "status"  # what an upload answers beside its status is not read
    notifier = SlackNotifier(CANARY, api_url=slack.api_url, timeout=2, clock=clock)
    receipt = _posted(notifier, clock)
    slack.fail_next(method, kind, code="missing_scope")  # type: ignore[arg-type]
    with pytest.raises(DeliveryError) as failure:
        notifier.illustrate(receipt, picture)
    assert CANARY not in str(failure.value)
    assert len(slack.messages) == 1


def test_the_same_numbers_give_the_same_picture(picture: Picture) -> None:
    assert draw(BUSY) == picture
    assert picture.alternative.startswith("Sanctions relief: 1 told of 9 that fitted; ")


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(()) is None
    assert draw((Activity("t", "T", date(2025, 2, 18), (0, 0), (0, 0)),)) is None

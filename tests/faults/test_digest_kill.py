"""kill -9 around a digest: the next run sends it once, and loses nothing that was held."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.alerts.notify import SlackNotifier
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.model import Budget, Channel, DeliveryState, DigestPlan, Hold, Watchlist
from monitors.pipeline import new_report
from monitors.ports import Outcome
from monitors.steps.ration import ration
from monitors.steps.tell import tell
from monitors.store import open_store
from monitors.testing import sample_alert
from tests.support.newsroom import HARBOUR, NOW, Newsroom, empty_database

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)

# Kills itself before or after one call, while it does what a run does at its end.
KILLED = """
import os, signal, sys
from pathlib import Path
from monitors.alerts.notify import SlackNotifier
from monitors.store.digests import SqlDigests
from monitors.store.outbox import SqlOutbox
from tests.faults import test_digest_kill as here

folder, api_url, token, call, when = sys.argv[1:]
owner = {"fold": SqlDigests, "ration": SqlDigests, "send": SlackNotifier, "sent": SqlOutbox}[call]
real = getattr(owner, call)

def dies(*args, **options):
    if when == "after":
        real(*args, **options)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, call, dies)
here.finish(Path(folder), api_url, token)
"""


def finish(folder: Path, api_url: str, token: str) -> None:
    """The end of a run, a day after NOW."""
    clock = FixedClock(NOW + DAY)
    with closing(open_store(f"sqlite:///{folder / 'tidings.db'}")) as store:
        room = Newsroom(
            store, notifier=SlackNotifier(token, api_url=api_url, timeout=5, clock=clock)
        )
        room.clock.set(clock.now())
        room.wall.set(clock.now())
        _watch(room)
        report = new_report(room.desk)
        ration(room.desk, report)
        tell(room.desk, report)
        # A sender that died is noticed when its lease has run out; then history tells.
        for _ in range(4):
            room.clock.advance(timedelta(minutes=5))
            room.wall.advance(timedelta(minutes=5))
            tell(room.desk, report)


def _watch(room: Newsroom) -> None:
    topic = HARBOUR.__class__(
        HARBOUR.id, HARBOUR.name, HARBOUR.description, channel="#news", at_most=Budget(2, DAY)
    )
    channel = Channel("#news", digest=DigestPlan(NOW.time()))
    room.desk.watchlist = Watchlist((), (topic,), None, (channel,))


def _begun(folder: Path) -> None:
    """A database with a digest switched on, and five alerts to weigh."""
    (folder / "tidings.db").write_bytes(empty_database())
    with closing(open_store(f"sqlite:///{folder / 'tidings.db'}")) as store:
        room = Newsroom(store)
        _watch(room)
        tell(room.desk, new_report(room.desk))
        for number in range(5):
            alert = sample_alert(
                f"K-{number}",
                channel="#news",
                headline=f"Headline {number}",
                topic_ids=("harbour",),
                story_ids=(f"S-{number}",),
                development_ids=(f"D-{number}",),
                significance=number / 5,
                created_at=NOW + DAY,
            )
            store.decisions.record(
                Outcome(
                    f"A-{number}",
                    alerts=((alert, NOW + DAY),),
                    holds={alert.key: Hold.WEIGHED},
                )
            )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["ration", "fold", "send", "sent"])
def test_a_digest_is_sent_once_whenever_its_run_dies(tmp_path: Path, call: str, when: str) -> None:
    _begun(tmp_path)
    clock = FixedClock(NOW + DAY)
    with LocalSlack(["#news"], clock=clock, rate_limit=False) as slack:
        where = (str(tmp_path), slack.api_url, slack.token)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        died = subprocess.run(
            [sys.executable, "-c", KILLED, *where, call, when],
            env=environment,
            timeout=90,
            check=False,
        )
        assert died.returncode == -signal.SIGKILL
        finish(tmp_path, slack.api_url, slack.token)
        texts = [str(message["blocks"]) for message in slack.messages if "blocks" in message]
    digests = [text for text in texts if "Daily digest" in text]
    assert len(digests) == 1
    assert "2 messages told, 3 held back" in digests[0]
    told = [text for text in texts if "Daily digest" not in text]
    assert sorted("Headline 4" in text for text in told) == [False, True]
    with closing(open_store(f"sqlite:///{tmp_path / 'tidings.db'}")) as store:
        counts = {state: n for state, n in store.outbox.counts().items() if n}
    assert counts == {DeliveryState.SENT: 3, DeliveryState.DIGESTED: 3}

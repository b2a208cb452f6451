"""kill -9 in the middle of a run: the next one loses no alert and sends none twice.

Real processes, a real database, a real (local) Slack. Whatever the moment, the channel ends
as it does when nobody kills anything.
"""

from __future__ import annotations

import multiprocessing
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.model import DeliveryState
from tests.support.killed import newsroom, run_and_die
from tests.support.newsroom import MINUTES, NOW, empty_database

# Not forked from here, where threads run; one server imports everything once.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.killed", "tests.support.warm"])
INTERVAL = 15 * MINUTES
RUNS = 7
Channel = list[tuple[str, int, bool, str]]


class World:
    """A folder with a database, and the Slack that outlives every process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "tidings.db").write_bytes(empty_database())
        self.folder = folder
        self.clock = FixedClock(NOW)
        self.slack = LocalSlack(["#news"], clock=self.clock, rate_limit=False)

    def run(self, moment: datetime) -> None:
        """A run at ``moment`` that nobody kills."""
        self.clock.set(moment)
        room = newsroom(self.folder, self.slack.api_url, self.slack.token, moment)
        with closing(room.store):
            room.run()

    def killed(self, moment: datetime, call: str, number: int, when: str) -> None:
        """A run at ``moment``, in a process that kills itself at ``call``."""
        self.clock.set(moment)
        where = (self.folder, self.slack.api_url, self.slack.token)
        process = PROCESSES.Process(target=run_and_die, args=(*where, moment, call, number, when))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        process.close()

    @property
    def channel(self) -> Channel:
        """Each message: headline, how often it stands there, whether in a thread, its sources."""
        posted = self.slack.messages
        counts = Counter(m["metadata"]["event_payload"]["alert_key"] for m in posted)
        return sorted(
            (
                m["text"],
                counts[m["metadata"]["event_payload"]["alert_key"]],
                m.get("thread_ts", m["ts"]) != m["ts"],
                _sources(m),
            )
            for m in posted
        )

    def states(self) -> dict[DeliveryState, int]:
        room = newsroom(self.folder, self.slack.api_url, self.slack.token, NOW)
        with closing(room.store):
            return {state: n for state, n in room.store.outbox.counts().items() if n}


def _sources(message: dict[str, object]) -> str:
    found = re.search(r"\d+ sources?[^']*", str(message.get("blocks")))
    return found[0] if found else ""


def _play(world: World) -> Channel:
    for number in range(RUNS):
        world.run(NOW + number * INTERVAL)
    return world.channel


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    world = World(tmp_path_factory.mktemp("undisturbed"))
    with world.slack:
        return _play(world)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.slack:
        yield made


def test_the_undisturbed_day_has_all_kinds_of_messages(undisturbed: Channel) -> None:
    theatre, walkout, ballot = undisturbed
    assert theatre[1:] == (1, False, "1 source: Wire")
    assert walkout[1:3] == (1, False)
    assert walkout[3].endswith("independent: Courier, Herald, Wire")
    assert ballot[1:] == (1, True, "1 source: Wire")


POINTS = {
    "at the end of the first run": (0, "store.runs.save", 1, "before"),
    "after collecting": (1, "store.sources.pending", 1, "before"),
    "while reading": (1, "fetcher.fetch", 2, "before"),
    "after an article was stored": (1, "store.articles.save", 1, "after"),
    "before a decision is stored": (1, "store.decisions.record", 1, "before"),
    "after a decision was stored": (1, "store.decisions.record", 1, "after"),
    "after the second decision": (1, "store.decisions.record", 2, "after"),
    "between claim and post": (1, "notifier.send", 1, "before"),
    "after the post, before it is marked": (1, "notifier.send", 1, "after"),
    "after it was marked": (1, "store.outbox.sent", 1, "after"),
    "after the step was posted": (3, "notifier.send", 1, "after"),
    "before the report is stored": (1, "store.runs.save", 1, "before"),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_loses_no_alert_and_repeats_none(
    world: World, undisturbed: Channel, point: str
) -> None:
    run, call, number, when = POINTS[point]
    for earlier in range(run):
        world.run(NOW + earlier * INTERVAL)
    world.killed(NOW + run * INTERVAL, call, number, when)
    for following in range(run + 1, RUNS):
        world.run(NOW + following * INTERVAL)
    assert world.channel == undisturbed
    assert set(world.states()) == {DeliveryState.SENT}


def test_a_first_run_that_is_killed_while_collecting_is_finished_by_the_next(
    world: World, undisturbed: Channel
) -> None:
    world.killed(NOW, "store.sources.save_poll", 1, "after")
    world.run(NOW + 10 * MINUTES)
    for following in range(1, RUNS):
        world.run(NOW + 10 * MINUTES + following * INTERVAL)
    assert [line[:3] for line in world.channel] == [line[:3] for line in undisturbed]


def test_a_run_that_is_killed_again_and_again_gets_there(
    world: World, undisturbed: Channel
) -> None:
    world.run(NOW)
    world.killed(NOW + INTERVAL, "fetcher.fetch", 1, "after")
    world.killed(NOW + 2 * INTERVAL, "store.decisions.record", 1, "after")
    world.killed(NOW + 3 * INTERVAL, "notifier.send", 1, "after")
    for following in range(4, 4 + RUNS):
        world.run(NOW + following * INTERVAL)
    assert [line[:3] for line in world.channel] == [line[:3] for line in undisturbed]


def test_the_lease_of_a_killed_run_is_free_at_once(world: World) -> None:
    world.run(NOW)
    killed_at = NOW + INTERVAL
    world.killed(killed_at, "store.articles.save", 1, "after")
    assert world.channel == []
    world.run(killed_at)
    assert len(world.channel) == 2

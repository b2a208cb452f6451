"""Several workers on one database decide as one does, whoever is killed."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest
from store_values import HOUR, NOW, entry, outcome, poll, state

from monitors.errors import RunSkipped
from monitors.ports import Fence
from monitors.runs import RunReport
from monitors.shards import Shard, slot_of
from monitors.store import SqlStore, open_store
from tests.support import crew
from tests.support.newsroom import MINUTES, empty_database

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.crew", "tests.support.warm"])


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """What one worker decides."""
    path = tmp_path_factory.mktemp("alone") / "tidings.db"
    path.write_bytes(empty_database())
    for number in range(crew.TICKS):
        report = crew.run(f"sqlite:///{path}", crew.NOW + number * crew.INTERVAL)
        assert isinstance(report, RunReport)
    found = crew.decided(f"sqlite:///{path}")
    verdicts = Counter(row[2] for row in found if len(row) == 7)
    assert min(verdicts[name] for name in ("alert", "update", "none")) > 2, "not all the same"
    return found


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_decide_as_one_does(
    url: str, alone: list[tuple[object, ...]], workers: int
) -> None:
    shards = crew.shards(workers)
    for number in range(crew.TICKS):
        reports = crew.tick(url, crew.NOW + number * crew.INTERVAL, shards)
        assert all(isinstance(report, RunReport) for report in reports), reports
        asked = [report.polled for report in reports if isinstance(report, RunReport)]
        assert sum(asked) == len(crew.SOURCES)
        assert min(asked) > 0
        problems = [p for r in reports if isinstance(r, RunReport) for p in r.problems]
        assert problems == []
    assert crew.decided(url) == alone


@pytest.mark.parametrize(
    ("call", "number", "when"),
    [
        ("store.sources.save_poll", 3, "after"),
        ("store.articles.save", 3, "after"),
        ("store.decisions.record", 2, "after"),
    ],
    ids=lambda value: str(value).rpartition(".")[2],
)
def test_what_a_killed_worker_leaves_is_done_once_by_the_others(
    database: Callable[[str], str],
    alone: list[tuple[object, ...]],
    call: str,
    number: int,
    when: str,
) -> None:
    url, shards = database("postgresql"), crew.shards(2)
    crew.tick(url, crew.NOW, shards)
    moment = crew.NOW + crew.INTERVAL
    # The other worker has no run in this round, so that this one comes to deciding.
    with closing(open_store(url)) as store:
        store.runs.acquire("gathered 2/2", "R-2", moment, HOUR)
    process = PROCESSES.Process(
        target=crew.run_and_die, args=(url, moment, shards[0], call, number, when)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    process.close()
    reports = crew.tick(url, moment + MINUTES, shards)
    assert all(isinstance(report, RunReport) for report in reports), reports
    for following in range(2, crew.TICKS):
        crew.tick(url, crew.NOW + following * crew.INTERVAL, shards)
    done = crew.decided(url)
    assert {row[0] for row in done if len(row) == 2} == {
        row[0] for row in alone if len(row) == 2
    }, "the same articles and messages"
    assert len(done) == len(alone)
    with closing(open_store(url)) as store:
        assert store.articles.undecided(9) == []
        assert store.sources.pending(9) == []


def test_a_second_run_of_a_shard_leaves_at_once(store: SqlStore, url: str) -> None:
    store.runs.acquire("run 1/2", "R-7 elsewhere", crew.NOW, HOUR)
    skipped = crew.run(url, crew.NOW, Shard(1, 2))
    assert isinstance(skipped, RunSkipped)
    assert "run R-7 is still at work" in str(skipped)


@pytest.mark.parametrize("other", ["run", "run 1/3"])
def test_workers_that_share_out_otherwise_leave_at_once(
    store: SqlStore, url: str, other: str
) -> None:
    store.runs.acquire(other, "R-7 elsewhere", crew.NOW, HOUR)
    skipped = crew.run(url, crew.NOW, Shard(1, 2))
    assert isinstance(skipped, RunSkipped)
    assert f"still at work ({other})" in str(skipped)
    assert store.runs.leases(crew.NOW) == {other: "R-7 elsewhere"}
    assert isinstance(crew.run(url, crew.NOW), RunSkipped), "a run of everything"


def test_deciding_is_left_to_a_worker_that_still_reads(store: SqlStore, url: str) -> None:
    crew.run(url, crew.NOW)
    moment = crew.NOW + crew.INTERVAL
    store.runs.acquire("gather 2/2", "R-7 elsewhere", moment, HOUR)
    report = crew.run(url, moment, Shard(1, 2))
    assert isinstance(report, RunReport)
    assert report.left == "worker 2/2, which still reads"
    assert report.reasons == {}
    waiting = store.articles.undecided(None)
    assert len(waiting) == report.articles > 3
    late = crew.run(url, moment + 11 * MINUTES, Shard(1, 2))
    assert isinstance(late, RunReport)
    assert late.left == ""
    assert store.articles.undecided(9) == [], "not longer than ten minutes"


def test_a_decision_needs_the_lease_it_is_made_under(store: SqlStore) -> None:
    fence = Fence("decide", "R-1")
    with pytest.raises(RunSkipped, match="another run took over"):
        store.decisions.record(outcome(), fence)
    store.runs.acquire("decide", "R-2 elsewhere", NOW, HOUR)
    with pytest.raises(RunSkipped, match="run R-2 took over"):
        store.decisions.record(outcome(), fence)
    assert store.decisions.decisions() == []
    assert store.outbox.rows() == []
    store.runs.release("decide", "R-2 elsewhere")
    store.runs.acquire("decide", "R-1", NOW, HOUR)
    assert store.decisions.record(outcome(), fence) == 1


def test_entries_are_shared_out_by_the_host_of_their_page(store: SqlStore) -> None:
    urls = [f"https://h{n}.example/page" for n in range(12)]
    listed = [entry(n, url=url) for n, url in enumerate(urls)]
    store.sources.save_poll(poll(*listed), state())
    found = []
    for shard in crew.shards(3):
        mine = [p.entry.url for p in store.sources.pending(99, slots=shard.slots)]
        assert sum(store.sources.waiting(shard.slots).values()) == len(mine)
        assert all(shard.has(url) for url in mine)
        found += mine
    assert sorted(found) == sorted(urls)
    one = slot_of(urls[0])
    assert [p.entry.url for p in store.sources.pending(1, slots={one})] == urls[:1]

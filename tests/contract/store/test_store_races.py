"""Several processes and threads on one database at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import TypeVar

from store_values import HOUR, NOW, alert, article, entry, outcome, poll, state

from monitors.model import AlertKind, Fate
from monitors.ports import Outcome
from monitors.store import SqlStore, open_store

ROWS = 200
T = TypeVar("T")


def _claim_all(url: str, together: Barrier, claimed: Queue[list[int]]) -> None:
    store = open_store(url)
    together.wait(timeout=30)
    ids = []
    while deliveries := store.outbox.claim(NOW, HOUR, limit=3):
        ids += [delivery.id for delivery in deliveries]
    store.close()
    claimed.put(ids)


def test_two_processes_never_claim_the_same_row(store: SqlStore, url: str) -> None:
    alerts = tuple((alert(f"K-{n}", AlertKind.NOTICE), NOW) for n in range(ROWS))
    store.decisions.record(Outcome("A-1", alerts=alerts))
    spawn = multiprocessing.get_context("spawn")
    together, claimed = spawn.Barrier(2), spawn.Queue()
    workers = [spawn.Process(target=_claim_all, args=(url, together, claimed)) for _ in range(2)]
    for worker in workers:
        worker.start()
    first, second = claimed.get(timeout=60), claimed.get(timeout=60)
    for worker in workers:
        worker.join(timeout=30)
        worker.close()
    claimed.close()
    claimed.join_thread()
    # One may be quicker and take them all: what counts is that none is taken twice.
    assert sorted(first + second) == sorted(row.id for row in store.outbox.rows(limit=ROWS))


def _at_once(url: str, task: Callable[[SqlStore], T], count: int = 4) -> list[T]:
    def run(_: int) -> T:
        store = open_store(url)
        try:
            return task(store)
        finally:
            store.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_one_of_many_savers_is_first(store: SqlStore, url: str) -> None:
    fates = [fate for _, fate in _at_once(url, lambda s: s.articles.save(article()))]
    assert sorted(fates) == [Fate.BASELINE, Fate.SEEN, Fate.SEEN, Fate.SEEN]
    changed = replace(article(), fingerprint="b")
    fates = [fate for _, fate in _at_once(url, lambda s: s.articles.save(changed))]
    assert sorted(fates) == [Fate.REVISION, Fate.SEEN, Fate.SEEN, Fate.SEEN]


def test_the_same_poll_at_once_stores_each_entry_once(store: SqlStore, url: str) -> None:
    listed = poll(*(entry(n) for n in range(20)))
    counts = _at_once(url, lambda s: s.sources.save_poll(listed, state()))
    assert sum(count[Fate.NEW] for count in counts) == 20
    assert len(store.sources.pending(100)) == 20


def test_the_same_outcome_at_once_queues_one_alert(store: SqlStore, url: str) -> None:
    assert sum(_at_once(url, lambda s: s.decisions.record(outcome()))) == 1
    assert len(store.outbox.rows()) == 1


def test_a_lease_goes_to_one_of_many(store: SqlStore, url: str) -> None:
    names = iter("abcd")
    holders = _at_once(url, lambda s: s.runs.acquire("monitor", next(names), NOW, HOUR))
    assert holders.count(None) == 1
    assert len(set(holders)) == 2


def test_migrating_at_once_is_safe(postgresql_url: str) -> None:
    assert _at_once(postgresql_url, lambda s: s.migrate()) == [None] * 4

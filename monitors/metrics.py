"""What Prometheus asks for: numbers of the database as it is, in its text format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitors.clock import Clock
from monitors.errors import StoreError
from monitors.ledger import ENDS
from monitors.model import DeliveryState, Topic
from monitors.ports import Store

DAY = timedelta(days=1)


class StoreMetrics(Collector):
    """Reads the store anew for each scrape.

    :param topics: whose alerts are counted
    """

    def __init__(self, store: Store, topics: tuple[Topic, ...], clock: Clock) -> None:
        self._store = store
        self._topics = topics
        self._clock = clock

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: the registry need not ask the database before the first scrape."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All metrics; ``tidings_up`` alone, and 0, where the database does not answer."""
        try:
            found = [*self._runs(), *self._sources(), *self._outbox(), *self._told()]
        except StoreError:
            found = []
        up = "Whether the database answers"
        yield GaugeMetricFamily("tidings_up", up, value=1 if found else 0)
        yield from found

    def _runs(self) -> Iterator[GaugeMetricFamily]:
        [last] = self._store.runs.latest() or [{}]
        finished = GaugeMetricFamily(
            "tidings_last_run_finished_timestamp_seconds", "When the newest run was over"
        )
        if moment := _moment(last.get("ended") or last.get("finished")):
            finished.add_metric([], moment.timestamp())
        yield finished
        yield GaugeMetricFamily(
            "tidings_last_run_failed", "Whether it failed", value=bool(last.get("failed"))
        )
        seconds = last.get("seconds") or {}
        yield _family("tidings_last_run_seconds", "Wall seconds by step", "step", seconds)

    def _sources(self) -> Iterator[GaugeMetricFamily]:
        rows = self._store.sources.overview()
        health = Counter(row["pulse"].health.value for row in rows)
        yield _family("tidings_sources", "Sources by health", "health", health)
        yield GaugeMetricFamily(
            "tidings_entries_waiting",
            "Entries that wait to be read",
            value=sum(self._store.sources.waiting().values()),
        )
        fates: Counter[str] = Counter()
        for counts in self._store.sources.ledger(self._clock.now() - DAY).values():
            fates.update({name: counts.get(name, 0) for name in (fate.value for fate in ENDS)})
        yield _family(
            "tidings_entries_last_day", "What became of entries in 24 hours", "fate", fates
        )

    def _outbox(self) -> Iterator[GaugeMetricFamily]:
        counts = self._store.outbox.counts()
        by_state = {state.value: counts.get(state, 0) for state in DeliveryState}
        yield _family("tidings_messages", "Messages by state", "state", by_state)

    def _told(self) -> Iterator[GaugeMetricFamily]:
        since = self._clock.now() - DAY
        told = {t.id: self._store.decisions.told_since(t.id, since) for t in self._topics}
        yield _family("tidings_alerts_last_day", "Alerts in 24 hours", "topic", told)


def exposition(store: Store, topics: tuple[Topic, ...], clock: Clock) -> str:
    """All metrics in Prometheus' text format, as of now."""
    return generate_latest(registry(store, topics, clock)).decode("utf-8")


def registry(store: Store, topics: tuple[Topic, ...], clock: Clock) -> CollectorRegistry:
    """What a server of metrics asks at each scrape."""
    made = CollectorRegistry()
    made.register(StoreMetrics(store, topics, clock))
    return made


def _family(name: str, what: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _moment(stored: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(stored)
    except (TypeError, ValueError):
        return None

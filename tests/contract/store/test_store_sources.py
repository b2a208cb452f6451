from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from store_values import DAY, HOUR, MINUTE, NOW, article, decision, entry, poll, state

from monitors.model import (
    Cause,
    Fate,
    Health,
    PollState,
    Pulse,
    SourceState,
    Tempo,
    Verdict,
)
from monitors.ports import Outcome
from monitors.store import SqlStore
from monitors.store.engine import open_database


def test_a_source_never_seen_has_a_fresh_state(store: SqlStore) -> None:
    assert store.sources.states(["tass"]) == {"tass": SourceState("tass")}
    assert store.sources.states([]) == {}


def test_every_field_of_a_state_survives(store: SqlStore) -> None:
    store.sources.save_poll(poll(), state())
    assert store.sources.states(["kremlin"])["kremlin"] == state()


def test_a_state_may_forget_again(store: SqlStore) -> None:
    store.sources.save_poll(poll(), state())
    store.sources.save_poll(poll(), SourceState("kremlin"))
    assert store.sources.states(["kremlin"])["kremlin"] == SourceState("kremlin")


def test_new_entries_wait_and_keep_every_field(store: SqlStore) -> None:
    counts = store.sources.save_poll(poll(entry(1), entry(2)), state(baseline_done=False))
    assert counts == {Fate.NEW: 2, Fate.REVISION: 0, Fate.SEEN: 0}
    first, second = store.sources.pending(10)
    assert (first.entry, second.entry) == (entry(1), entry(2))
    assert (first.first_seen, first.baseline, first.attempts) == (NOW, True, 0)


def test_repeating_a_poll_changes_nothing(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    before = store.sources.pending(10)
    assert store.sources.save_poll(poll(entry(1)), state()) == {
        Fate.NEW: 0,
        Fate.REVISION: 0,
        Fate.SEEN: 1,
    }
    assert store.sources.pending(10) == before


def test_new_entries_are_counted_and_dated_by_the_store(store: SqlStore) -> None:
    def counted() -> tuple[int, datetime | None]:
        found = store.sources.states(["kremlin"])["kremlin"]
        return found.entries_seen, found.last_entry_at

    store.sources.save_poll(poll(), state())
    assert counted() == (0, None)
    first = poll(entry(1), entry(2), entry(2))
    store.sources.save_poll(first, state())
    assert counted() == (2, NOW)
    # Neither the same poll again nor a changed entry brings a new one, whatever the state says.
    store.sources.save_poll(first, state(entries_seen=0, last_entry_at=None))
    changed = poll(entry(1, title="New"), entry(2), at=NOW + HOUR)
    store.sources.save_poll(changed, state(entries_seen=99, last_entry_at=NOW + DAY))
    assert counted() == (2, NOW)
    store.sources.save_poll(poll(entry(2), entry(3), at=NOW + DAY), state())
    assert counted() == (3, NOW + DAY)
    store.sources.save_poll(poll(at=NOW + 2 * DAY), state(last_state=PollState.FAILED))
    assert counted() == (3, NOW + DAY)


def test_only_the_first_polls_are_baseline(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state(baseline_done=True))
    store.sources.save_poll(poll(entry(2), at=NOW + MINUTE), state())
    assert [p.baseline for p in store.sources.pending(10)] == [True, False]


def test_a_failed_first_poll_does_not_end_the_baseline(store: SqlStore) -> None:
    store.sources.save_poll(poll(), state(baseline_done=False))
    store.sources.save_poll(poll(entry(1)), state())
    assert [p.baseline for p in store.sources.pending(10)] == [True]


@pytest.mark.parametrize(
    "change", [{"title": "New"}, {"summary": "New"}, {"paragraphs": ("New",)}], ids=str
)
def test_a_changed_entry_is_queued_again_as_seen_now(
    store: SqlStore, change: dict[str, str]
) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    store.sources.settle(store.sources.pending(1)[0].id, Fate.NEW)
    assert store.sources.pending(10) == []
    changed = entry(1, **change)
    counts = store.sources.save_poll(poll(changed, at=NOW + HOUR), state())
    assert counts == {Fate.NEW: 0, Fate.REVISION: 1, Fate.SEEN: 0}
    (again,) = store.sources.pending(10)
    assert (again.entry, again.first_seen, again.baseline) == (changed, NOW + HOUR, False)


def test_another_date_alone_is_no_change(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    later = entry(1, published=NOW, published_raw="now")
    assert store.sources.save_poll(poll(later), state())[Fate.SEEN] == 1


def test_the_same_url_twice_in_a_poll_is_one_entry(store: SqlStore) -> None:
    twice = poll(entry(1), entry(1, title="Another title"))
    assert store.sources.save_poll(twice, state()) == {
        Fate.NEW: 1,
        Fate.REVISION: 0,
        Fate.SEEN: 1,
    }
    assert store.sources.save_poll(twice, state())[Fate.SEEN] == 2


def test_the_same_url_in_two_sources_is_two_entries(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    other = poll(entry(1, source_id="tass"), source_id="tass")
    assert store.sources.save_poll(other, state("tass"))[Fate.NEW] == 1


def test_entries_with_what_no_database_can_hold_are_stored(store: SqlStore) -> None:
    odd = entry(1, url="https://x.example/" + "a" * 5000 + "\x00\ud800", title="nul\x00")
    assert store.sources.save_poll(poll(odd), state())[Fate.NEW] == 1
    assert store.sources.pending(1)[0].entry == odd
    assert store.sources.save_poll(poll(odd), state())[Fate.SEEN] == 1


def test_a_poll_of_thousands_is_stored(store: SqlStore) -> None:
    many = poll(*(entry(n) for n in range(2100)))
    assert store.sources.save_poll(many, state())[Fate.NEW] == 2100
    assert store.sources.save_poll(many, state())[Fate.SEEN] == 2100


def test_pending_is_oldest_first_and_limited(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1), at=NOW), state())
    store.sources.save_poll(poll(entry(2), at=NOW - HOUR), state())
    store.sources.save_poll(poll(entry(3), at=NOW + HOUR), state())
    urls = [p.entry.url for p in store.sources.pending(2)]
    assert urls == [entry(2).url, entry(1).url]


def test_failed_attempts_are_counted_and_end(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    (waiting,) = store.sources.pending(10)
    for _ in range(2):
        store.sources.settle(waiting.id, Fate.WAITING, "timeout")
    assert store.sources.pending(10, max_attempts=3)[0].attempts == 2
    assert store.sources.pending(10, max_attempts=2) == []


def test_a_settled_entry_waits_no_longer(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    store.sources.settle(store.sources.pending(1)[0].id, Fate.BLOCKED, "robots.txt")
    assert store.sources.pending(10) == []


def test_overview_counts_what_became_of_each_source(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1), entry(2), entry(3)), state())
    store.sources.save_poll(poll(source_id="tass"), state("tass", last_state=PollState.FAILED))
    one, two, _ = store.sources.pending(10)
    stored, _ = store.articles.save(article(1, entry_id=one.id))
    store.sources.settle(two.id, Fate.STALE)
    told = decision(article_id=stored.id)
    not_told = replace(told, topic_id="summit", verdict=Verdict.NONE)
    store.decisions.record(Outcome(stored.id, decisions=(told, not_told)))
    kremlin, tass = store.sources.overview()
    assert kremlin == {
        "id": "kremlin",
        "last_state": "empty",
        "last_error": "kremlin: nothing",
        "polled_at": NOW,
        "succeeded_at": NOW - MINUTE,
        "next_poll_at": NOW + HOUR,
        "failures": 2,
        "baseline_done": True,
        "entries_seen": 3,
        "last_entry_at": NOW,
        "pulse": Pulse(),
        "entries": {Fate.BASELINE: 1, Fate.STALE: 1, Fate.WAITING: 1},
        "articles": 1,
        "alerts": 1,
    }
    assert (tass["last_state"], tass["entries"], tass["alerts"]) == ("failed", {}, 0)


def test_naive_times_are_refused(store: SqlStore) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        store.sources.save_poll(poll(entry(1), at=naive), state())
    assert store.sources.pending(10) == []


def test_times_of_other_zones_come_back_in_utc(store: SqlStore) -> None:
    moscow = NOW.astimezone(timezone(timedelta(hours=3)))
    store.sources.save_poll(poll(entry(1), at=moscow), state(polled_at=moscow + DAY))
    found = store.sources.states(["kremlin"])["kremlin"].polled_at
    assert found == NOW + DAY
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_what_waits_is_counted_by_source(store: SqlStore) -> None:
    assert store.sources.waiting() == {}
    store.sources.save_poll(poll(entry(1), entry(2)), state())
    store.sources.save_poll(poll(entry(1), source_id="tass"), state("tass"))
    assert store.sources.waiting() == {"kremlin": 2, "tass": 1}
    for waiting in store.sources.pending(2):
        store.sources.settle(waiting.id, Fate.BLOCKED)
    assert sum(store.sources.waiting().values()) == 1


def test_an_entry_that_changes_while_it_waits_is_no_revision(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state())
    counts = store.sources.save_poll(poll(entry(1, title="New")), state())
    assert counts == {Fate.NEW: 0, Fate.REVISION: 0, Fate.SEEN: 1}
    assert store.sources.pending(1)[0].entry.title == "New"


def test_the_ledger_of_an_hour_is_added_to(store: SqlStore) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    store.sources.keep_ledger(NOW, {"kremlin": {"listed": 3, "new": 2}, "tass": {}})
    store.sources.keep_ledger(NOW + MINUTE, {"kremlin": {"listed": 1, "seen": 1}})
    store.sources.keep_ledger(hour + HOUR, {"kremlin": {"polls": 1}, "tass": {"blocked": 4}})
    assert store.sources.ledger(NOW + 2 * MINUTE) == {
        "kremlin": {"polls": 1, "listed": 4, "new": 2, "seen": 1},
        "tass": {"blocked": 4},
    }
    assert store.sources.ledger(hour + HOUR)["kremlin"] == {"polls": 1}
    assert store.sources.ledger(hour + DAY) == {}


def test_old_hours_of_the_ledger_go_by_themselves(store: SqlStore) -> None:
    store.sources.keep_ledger(NOW, {"kremlin": {"new": 1}})
    store.sources.keep_ledger(NOW + 35 * DAY, {"kremlin": {"new": 2}})
    assert store.sources.ledger(NOW)["kremlin"] == {"new": 3}
    store.sources.keep_ledger(NOW + 36 * DAY, {})
    assert store.sources.ledger(NOW)["kremlin"] == {"new": 2}


PULSE = Pulse(
    health=Health.BLOCKED, cause=Cause.WALL, since=NOW, marks="o=egstfnuabwx", window=20,
    every=timedelta(minutes=7.5), tempo=Tempo.GAP, watched_since=NOW - DAY, rate=3.25,
    silence=HOUR, arrivals=4, gaps=2, gap_at=NOW - HOUR, back_at=NOW - DAY, bare=1, refused=2,
    unmatched=3,
)  # fmt: skip


def test_every_field_of_a_pulse_survives(store: SqlStore) -> None:
    empty = Pulse()
    assert all(getattr(PULSE, f.name) != getattr(empty, f.name) for f in fields(Pulse))
    store.sources.save_poll(poll(entry(1)), state())
    store.sources.save_pulses({"kremlin": (PULSE, NOW + MINUTE)})
    found = store.sources.states(["kremlin"])["kremlin"]
    assert (found.pulse, found.next_poll_at) == (PULSE, NOW + MINUTE)
    store.sources.save_pulses({"kremlin": (empty, None)})
    found = store.sources.states(["kremlin"])["kremlin"]
    assert (found.pulse, found.next_poll_at) == (empty, NOW + MINUTE)


def test_a_poll_stores_the_pulse_of_its_state(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1)), state(pulse=PULSE))
    assert store.sources.states(["kremlin"])["kremlin"].pulse == PULSE


def test_a_pulse_that_cannot_be_read_is_learnt_again(store: SqlStore, url: str) -> None:
    store.sources.save_poll(poll(entry(1)), state(pulse=PULSE))
    database = open_database(url)
    for stored in ("no json", '{"health": "FEVERISH"}', '{"since": "soon"}', "[]"):
        with database.write() as connection:
            connection.execute(sa.text("UPDATE sources SET pulse = :pulse"), {"pulse": stored})
        assert store.sources.states(["kremlin"])["kremlin"].pulse == Pulse()
    database.close()


def test_an_entry_is_listed_by_its_url_and_by_its_article(store: SqlStore) -> None:
    store.sources.save_poll(poll(entry(1), entry(2)), state(baseline_done=True))
    first, second = store.sources.pending(10)
    store.sources.settle(first.id, Fate.BLOCKED, "403 Forbidden")
    saved, _ = store.articles.save(replace(article(2), entry_id=second.id))
    [blocked] = store.sources.listings(entry(1).url)
    assert (blocked.fate, blocked.detail) == (Fate.BLOCKED, "403 Forbidden")
    assert (blocked.article_id, blocked.first_seen, blocked.baseline) == (None, NOW, True)
    [read] = store.sources.listings(saved.id)
    assert (read.url, read.article_id) == (entry(2).url, saved.id)
    assert store.sources.listings("https://nowhere.example/") == []

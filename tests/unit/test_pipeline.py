"""The whole pipe on fakes: the ledger adds up, nothing is done twice, one run at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitors import pipeline
from monitors.errors import EncoderError, FetchTimeout, RunSkipped, StoreBusy
from monitors.model import Article, DeliveryState, Fate
from monitors.runs import RunReport
from monitors.store import open_store
from tests.support.newsroom import (
    BALLOT,
    NOW,
    OPINION,
    SPORT,
    TENDER,
    WALKOUT,
    WALKOUT_TOO,
    Newsroom,
    html,
    opened,
    url_of,
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with opened(tmp_path) as newsroom:
        yield newsroom


def _busy_day(room: Newsroom) -> None:
    """Something of everything."""
    room.publish("courier", "walkout", WALKOUT)
    room.publish("herald", "too", WALKOUT_TOO)
    room.publish("courier", "walkout?utm_source=x", WALKOUT)
    room.publish("wire", "tender", title=TENDER[0])
    room.pages.pages[url_of("wire", "tender")] = html(*TENDER)
    room.publish("wire", "sport", SPORT)
    room.publish("herald", "opinion", OPINION)
    room.publish("herald", "gone")
    room.publish("wire", "late", title=BALLOT[0])
    room.pages.pages[url_of("wire", "late")] = FetchTimeout("https://wire.example", "no answer")


# --- the ledger -------------------------------------------------------------------------


def test_every_entry_has_one_fate_and_every_article_one_outcome(room: Newsroom) -> None:
    room.begin()
    _busy_day(room)
    report = room.run()
    assert dict(report.listed) == {"new": 8}
    assert dict(report.fates) == {"new": 5, "seen": 1, "failed": 1, "waiting": 1}
    assert sum(report.fates.values()) == report.ledger.total.listed == 8
    assert report.articles == report.fates["new"]
    decided = {decision.article_id for decision in room.store.decisions.decisions()}
    assert report.articles == len(decided) + report.screened_out
    assert sum(report.reasons.values()) == sum(report.verdicts.values())
    assert len(report.alerts) == report.verdicts["alert"]


def test_the_store_keeps_the_same_ledger_by_source(room: Newsroom) -> None:
    room.begin()
    _busy_day(room)
    room.run()
    rows = room.store.sources.overview()
    by_fate: dict[Fate, int] = {}
    for row in rows:
        for fate, count in row["entries"].items():
            by_fate[fate] = by_fate.get(fate, 0) + count
    assert by_fate == {Fate.NEW: 5, Fate.SEEN: 1, Fate.FAILED: 1, Fate.WAITING: 1}
    assert sum(row["articles"] for row in rows) == 5


def test_the_report_is_stored_with_all_its_numbers(room: Newsroom) -> None:
    room.begin()
    _busy_day(room)
    report = room.run()
    [stored] = room.store.runs.latest()
    assert stored["run_id"] == report.run_id
    assert stored["headline"] == report.headline() == "8 new, 4 matched, 2 alerts"
    assert stored["fates"] == dict(report.fates)
    assert stored["listed"] == {"new": 8}
    assert set(stored["seconds"]) == {"collect", "read", "understand", "decide", "tell"}
    assert stored["finished"] == report.started.isoformat()


def test_the_headline_counts_what_went_wrong() -> None:
    report = RunReport("R-1", NOW)
    assert report.headline() == "0 new, 0 matched, 0 alerts"
    report.verdicts["alert"] = 1
    report.failures = {"TASS": "no answer"}
    report.delivered["dead"] = 2
    assert report.headline() == "0 new, 0 matched, 1 alert, 1 source failed, 2 undeliverable"


# --- again ------------------------------------------------------------------------------


def test_a_second_run_changes_nothing_and_sends_nothing(room: Newsroom) -> None:
    room.begin()
    _busy_day(room)
    room.pages.pages.pop(url_of("wire", "late"))  # it is gone: no attempt is left over
    room.run()
    before = (list(room.sent), room.store.decisions.decisions(), room.store.outbox.rows())
    report = room.run()
    assert report.polled == 0
    assert (list(room.sent), room.store.decisions.decisions(), room.store.outbox.rows()) == before
    room.later()
    report = room.run()
    assert report.polled == 3
    assert dict(report.listed) == {"seen": 8}
    assert report.fates == {"seen": 8}
    assert not report.reasons
    assert not report.delivered
    assert (list(room.sent), room.store.decisions.decisions(), room.store.outbox.rows()) == before


def test_a_dry_run_decides_and_the_next_one_tells(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    report = room.run(dry=True)
    assert report.verdicts == {"alert": 1}
    assert room.sent == []
    room.later()
    room.run()
    assert len(room.sent) == 1


def test_only_the_named_sources_are_asked(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "tender", TENDER)
    report = room.run(["wire"])
    assert report.polled == 1
    assert [row["headline"] for row in report.alerts] == [TENDER[0]]


def test_everything_goes_by_the_clock_that_is_handed_in(room: Newsroom) -> None:
    moment = NOW - timedelta(days=400)
    room.clock.set(moment)
    room.run()
    room.clock.advance(timedelta(minutes=15))
    room.publish("courier", "walkout", WALKOUT)
    report = room.run()
    assert report.started == moment + timedelta(minutes=15)
    assert room.decision("walkout").decided_at == report.started
    article = room.store.articles.find(url_of("courier", "walkout"))
    assert article is not None
    assert article.first_seen == report.started
    assert room.store.outbox.rows()[0].alert.created_at == report.started


def test_more_articles_than_a_batch_are_all_decided(room: Newsroom) -> None:
    room.desk.batch = 2
    room.begin()
    for number, text in enumerate((WALKOUT, TENDER, SPORT, BALLOT, WALKOUT_TOO)):
        room.publish("courier", f"n{number}", text)
    room.run()
    assert room.store.articles.undecided(9) == []
    assert room.store.outbox.counts()[DeliveryState.SENT] >= 3


# --- the baseline of topics -------------------------------------------------------------


def test_a_first_run_that_died_before_its_end_does_not_silence_the_second(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish("courier", "sport", SPORT)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "finish_baseline", _busy)
        with pytest.raises(StoreBusy):
            room.run()
    room.later(1)
    room.run()  # nothing is due, nothing waits
    room.later()
    room.publish("courier", "walkout", WALKOUT)
    assert room.run().verdicts == {"alert": 1}


def _busy(*_: object) -> None:
    raise StoreBusy("db", "locked", "Try again")


# --- one run at a time ------------------------------------------------------------------


def test_a_second_run_leaves_at_once(room: Newsroom) -> None:
    report = pipeline.new_report(room.desk)
    with pipeline.lease(room.desk, report):
        with pytest.raises(RunSkipped, match=report.run_id) as caught:
            room.run()
        assert room.reader.asked == []
        assert "the next run goes on" in str(caught.value)
    assert room.run().polled == 3


def test_the_lease_is_given_back_when_a_run_fails(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish("courier", "walkout", WALKOUT)

    def broken(_: object) -> None:
        raise EncoderError("words", "the model cannot be loaded", "See tidings doctor")

    with monkeypatch.context() as patch:
        patch.setattr(room.desk.reader, "encode", broken)
        with pytest.raises(EncoderError):
            room.run()
    [last] = room.store.runs.latest()
    assert last["problems"] == ["words: the model cannot be loaded. See tidings doctor"]
    assert last["listed"] == {"new": 1}
    assert room.run().articles == 0  # it was read before; now it is decided
    assert room.store.articles.undecided(9) == []


def test_the_lease_of_a_dead_run_ends_after_ten_minutes(room: Newsroom) -> None:
    dead = pipeline.new_report(room.desk)
    pipeline.keep_lease(room.desk, dead)
    room.wall.advance(timedelta(minutes=9, seconds=59))
    with pytest.raises(RunSkipped):
        room.run()
    room.wall.advance(timedelta(seconds=1))
    assert room.run().polled == 3


def test_the_lease_goes_by_the_wall_clock_not_by_the_clock_of_the_run(room: Newsroom) -> None:
    pipeline.keep_lease(room.desk, pipeline.new_report(room.desk))
    room.clock.advance(timedelta(days=3))
    with pytest.raises(RunSkipped):
        room.run()


def test_a_run_that_was_taken_for_dead_does_not_decide(room: Newsroom) -> None:
    room.publish("courier", "walkout", WALKOUT)
    slow = pipeline.new_report(room.desk)
    pipeline.keep_lease(room.desk, slow)
    room.wall.advance(timedelta(minutes=10))
    other = pipeline.new_report(room.desk)
    pipeline.keep_lease(room.desk, other)
    with pytest.raises(RunSkipped, match=other.run_id):
        pipeline.judge_waiting(room.desk, slow)
    assert room.store.decisions.decisions() == []


def test_the_lease_is_renewed_while_a_slow_step_runs(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BEAT", 0.02)
    renewed = threading.Event()
    acquire = room.store.runs.acquire

    def watched(name: str, holder: str, *rest: object) -> str | None:
        found = acquire(name, holder, *rest)  # type: ignore[arg-type]
        if threading.current_thread() is not threading.main_thread():
            renewed.set()
        return found

    room.store.runs.acquire = watched  # type: ignore[method-assign,assignment]
    with pipeline.lease(room.desk, pipeline.new_report(room.desk)):
        assert renewed.wait(5)


def test_a_run_that_was_taken_for_dead_stops_reading(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.desk.batch = 1
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "tender", TENDER)
    other = pipeline.new_report(room.desk)
    save = room.store.articles.save

    def slow(article: Article) -> object:
        room.wall.advance(timedelta(minutes=10))
        pipeline.keep_lease(room.desk, other)
        return save(article)

    monkeypatch.setattr(room.store.articles, "save", slow)
    with pytest.raises(RunSkipped, match=other.run_id):
        room.run()
    assert len(room.store.sources.pending(9)) == 1


def test_two_runs_at_the_same_time_do_the_work_once(tmp_path: Path) -> None:
    with opened(tmp_path) as first:
        first.begin()
        store = open_store(f"sqlite:///{tmp_path / 'tidings.db'}")
        second = Newsroom(store, now=first.clock.now())
        for room in (first, second):
            room.publish("courier", "walkout", WALKOUT)

        async def both() -> list[RunReport | BaseException]:
            runs = (pipeline.run(room.desk) for room in (first, second))
            return await asyncio.gather(*runs, return_exceptions=True)

        results = asyncio.run(both())
        store.close()
    assert sorted(type(result).__name__ for result in results) == ["RunReport", "RunSkipped"]
    assert len(first.sent) + len(second.sent) == 1

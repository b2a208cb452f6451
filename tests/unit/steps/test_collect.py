"""Collect: every source on its own, each entry stored once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitors.errors import FetchTimeout, HttpStatusError, StoreBusy
from monitors.model import Entry, Poll, PollState, Source, SourceState
from monitors.pipeline import new_report
from monitors.runs import RunReport
from monitors.steps.collect import by_turns, collect
from monitors.steps.read import read
from tests.support.newsroom import NOW, SPORT, WALKOUT, Newsroom, not_a_feed


def _collect(room: Newsroom, *only: str) -> RunReport:
    report = new_report(room.desk)
    asyncio.run(collect(room.desk, report, only))
    return report


def _state(room: Newsroom, source_id: str) -> SourceState:
    return room.store.sources.states([source_id])[source_id]


def test_only_sources_that_are_due_are_asked(room: Newsroom) -> None:
    _collect(room)
    assert sorted(room.reader.asked) == ["courier", "herald", "wire"]
    room.later(5)
    assert _collect(room).polled == 0
    room.later(9.5)  # a little before the interval: a schedule of 15 minutes must not miss it
    assert _collect(room).polled == 3


def test_named_sources_are_asked_whether_due_or_not(room: Newsroom) -> None:
    _collect(room)
    _collect(room, "wire")
    assert room.reader.asked.count("wire") == 2
    assert room.reader.asked.count("courier") == 1


def test_a_name_that_is_no_source_is_reported(room: Newsroom) -> None:
    report = _collect(room, "wire", "wrie")
    assert report.polled == 1
    [line] = report.problems
    assert line.startswith("source 'wrie': the watch list has none")


def test_new_changed_and_known_entries_are_counted(room: Newsroom) -> None:
    room.publish("courier", "a", WALKOUT)
    room.publish("courier", "b", SPORT)
    assert dict(_collect(room).listed) == {"new": 2}
    asyncio.run(read(room.desk, new_report(room.desk)))
    room.later()
    room.reader.listed["courier"].pop()
    room.publish("courier", "b", (*SPORT, "He is out for weeks."))
    assert dict(_collect(room).listed) == {"revision": 1, "seen": 1}


def test_entries_of_the_first_answer_are_the_baseline_of_a_source(room: Newsroom) -> None:
    room.reader.faults["courier"] = FetchTimeout("https://courier.example", "no answer")
    room.publish("courier", "old", WALKOUT)
    _collect(room)
    assert not _state(room, "courier").baseline_done
    room.reader.faults.clear()
    _collect(room, "courier")
    assert _state(room, "courier").baseline_done
    room.publish("courier", "new", SPORT)
    _collect(room, "courier")
    flags = {p.entry.url.rpartition("/")[2]: p.baseline for p in room.store.sources.pending(9)}
    assert flags == {"old": True, "new": False}


@pytest.mark.parametrize(
    "fault",
    [
        HttpStatusError("https://herald.example", 404, remedy="Correct the address"),
        FetchTimeout("https://herald.example", "no complete answer within 5 s"),
        not_a_feed("Herald"),
        RuntimeError("xoxb-secret"),
        KeyError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_one_failing_source_stops_no_other(room: Newsroom, fault: Exception) -> None:
    room.reader.faults["herald"] = fault
    for source_id in ("courier", "herald", "wire"):
        room.publish(source_id, "a", SPORT)
    report = _collect(room)
    assert report.polled == 3
    assert dict(report.listed) == {"new": 2}
    [(name, line)] = report.failures.items()
    assert name == "Herald"
    assert "\n" not in line
    assert "secret" not in line
    state = _state(room, "herald")
    assert (state.failures, state.last_state, state.last_error) == (1, PollState.FAILED, line)
    assert state.succeeded_at is None
    assert not state.baseline_done


def test_what_no_database_takes_fails_its_source_alone(room: Newsroom) -> None:
    naive = datetime(2025, 3, 3, 12, 0)  # noqa: DTZ001
    room.reader.faults["herald"] = Poll("herald", PollState.OK, naive, (Entry("herald", "u"),))
    room.publish("wire", "a", SPORT)
    report = _collect(room)
    assert report.polled == 3
    assert list(report.failures) == ["Herald"]
    assert "ValueError" in report.failures["Herald"]
    assert dict(report.listed) == {"new": 1}
    assert _state(room, "herald").failures == 1
    assert report.ledger.of("herald").fates == {"failed": 1}


def test_an_unknown_kind_is_a_failure_of_its_source(room: Newsroom) -> None:
    odd = Source("odd", "Odd", "telex", "")
    room.desk.watchlist = type(room.desk.watchlist)((odd, *room.desk.watchlist.sources), ())
    report = _collect(room)
    assert report.failures == {"Odd": "Odd: there is no source kind 'telex'"}
    assert report.polled == 4


def test_failures_are_counted_waited_for_and_forgotten_after_a_success(room: Newsroom) -> None:
    room.reader.faults["wire"] = FetchTimeout("https://wire.example", "no answer")
    _collect(room)
    first = _state(room, "wire")
    assert first.next_poll_at is not None
    assert first.next_poll_at - NOW >= timedelta(minutes=30)
    _collect(room, "wire")
    assert _state(room, "wire").failures == 2
    room.reader.faults.clear()
    room.later()
    _collect(room, "wire")
    state = _state(room, "wire")
    assert (state.failures, state.last_error, state.succeeded_at) == (0, None, room.clock.now())


def test_a_wait_that_the_server_asks_for_is_kept(room: Newsroom) -> None:
    wait = timedelta(hours=5)
    room.reader.faults["wire"] = HttpStatusError("https://wire.example", 429, retry_after=wait)
    _collect(room)
    state = _state(room, "wire")
    assert state.next_poll_at is not None
    assert state.next_poll_at >= NOW + wait


def test_an_answer_that_stays_fresh_is_not_asked_for_again(room: Newsroom) -> None:
    fresh = Poll("wire", PollState.OK, NOW, cache_for=timedelta(minutes=40))
    room.reader.faults["wire"] = fresh
    _collect(room)
    assert _state(room, "wire").next_poll_at == NOW + timedelta(minutes=40)


def test_validators_outlive_a_failure_but_not_an_answer_without_them(room: Newsroom) -> None:
    room.reader.faults["wire"] = Poll("wire", PollState.OK, NOW, etag='"1"', last_modified="then")
    _collect(room)
    room.reader.faults["wire"] = FetchTimeout("https://wire.example", "no answer")
    _collect(room, "wire")
    assert _state(room, "wire").etag == '"1"'
    assert _state(room, "wire").last_modified == "then"
    room.reader.faults["wire"] = Poll("wire", PollState.OK, NOW)
    _collect(room, "wire")
    assert _state(room, "wire").etag is None


def test_problems_name_their_source(room: Newsroom) -> None:
    problems = ("entry 'Talks' has no usable link: left out",)
    room.reader.faults["wire"] = Poll("wire", PollState.OK, NOW, problems=problems)
    report = _collect(room)
    assert report.problems == ["Wire: entry 'Talks' has no usable link: left out"]
    assert not report.failures


def test_a_busy_database_is_the_failure_of_a_source_and_loses_nothing(room: Newsroom) -> None:
    room.publish("courier", "a", SPORT)
    save, refusals = room.store.sources.save_poll, [StoreBusy("db", "locked", "Try again")]

    def busy_once(poll: Poll, state: SourceState) -> object:
        if poll.source_id == "courier" and refusals:
            raise refusals.pop()
        return save(poll, state)

    room.store.sources.save_poll = busy_once  # type: ignore[method-assign,assignment]
    report = _collect(room)
    assert report.failures == {"Courier": "db: locked. Try again"}
    assert report.polled == 2
    assert _collect(room).listed == {"new": 1}  # it is still due


def test_a_server_that_lies_about_its_etag_is_noticed_within_a_day(room: Newsroom) -> None:
    room.publish("courier", "a", WALKOUT)
    room.reader.answers["courier"] = {"etag": '"always"'}
    _collect(room, "courier")
    room.later(15)
    _collect(room, "courier")
    assert room.reader.validators["courier"] == [None, '"always"']
    room.publish("courier", "b", SPORT)
    room.later(24 * 60)
    report = _collect(room, "courier")
    assert room.reader.validators["courier"][-1] is None
    assert "Courier: its ETag stayed the same" in report.problems[0]
    room.later(15)
    assert _collect(room, "courier").problems == []
    assert room.reader.validators["courier"][-1] is None


def test_a_source_that_moved_for_good_is_asked_at_its_new_address(room: Newsroom) -> None:
    new = "https://courier.example/new"
    room.reader.answers["courier"] = {"moved_to": new}
    problems = []
    for _ in range(6):
        problems += _collect(room, "courier").problems
        room.later(24 * 60)
    assert room.reader.addresses["courier"] == [""] * 5 + [new]
    assert len(problems) == 1
    assert new in problems[0]


def test_a_failing_source_is_spread_by_the_desks_dice(room: Newsroom) -> None:
    room.reader.faults["courier"] = FetchTimeout("https://courier.example", "no answer")
    waits = []
    for dice in (0.0, 1.0):
        room.desk.dice = lambda dice=dice: dice
        _collect(room, "courier")
        state = _state(room, "courier")
        assert state.next_poll_at is not None
        waits.append((state.next_poll_at - NOW) / timedelta(minutes=1))
    assert waits == [30, 75]


def test_sources_of_one_host_do_not_stand_side_by_side() -> None:
    urls = ["http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://b/2", "saved/pages"]
    sources = [Source(url, url, "feed", url) for url in urls]
    assert [source.id for source in by_turns(sources)] == [
        "http://a/1",
        "http://b/1",
        "saved/pages",
        "http://a/2",
        "http://b/2",
        "http://a/3",
    ]


# --- gaps and pace ----------------------------------------------------------------------


def _rolled(room: Newsroom, day: int) -> None:
    """The list of Wire holds nothing of what it held before."""
    room.reader.listed["wire"] = []
    for number in range(4):
        room.publish("wire", f"d{day}-{number}", (f"News {day} {number}", "It happened."))


def _adaptive(room: Newsroom) -> None:
    sources = tuple(replace(s, adaptive=True) for s in room.desk.watchlist.sources)
    room.desk.watchlist = replace(room.desk.watchlist, sources=sources)


def test_a_list_that_shares_nothing_with_the_last_is_reported_and_asked_for_sooner(
    room: Newsroom,
) -> None:
    _adaptive(room)
    _rolled(room, 1)
    assert _collect(room).gaps == []
    room.later()
    _rolled(room, 2)
    report = _collect(room)
    assert report.gaps == ["Wire"]
    [line] = report.problems
    assert line.startswith("Wire: nothing of its last answer is in this one")
    assert "It is asked every 8 min from now on" in line
    state = _state(room, "wire")
    assert state.pulse.every == timedelta(minutes=7.5)
    assert state.next_poll_at == room.clock.now() + timedelta(minutes=7.5) * 0.9
    room.later(7)
    assert _collect(room).polled == 1


def test_an_interval_that_is_written_is_kept_and_the_gap_says_what_to_do(room: Newsroom) -> None:
    _rolled(room, 1)
    _collect(room)
    room.later()
    _rolled(room, 2)
    [line] = _collect(room).problems
    assert "Lower its `every` (now 15 min)" in line
    assert _state(room, "wire").next_poll_at == room.clock.now() + timedelta(minutes=14)


def test_the_same_entry_twice_in_a_list_is_no_overlap(room: Newsroom) -> None:
    _rolled(room, 1)
    _collect(room)
    room.later()
    _rolled(room, 2)
    room.reader.listed["wire"] *= 2
    assert _collect(room).gaps == ["Wire"]


# --- nothing answers --------------------------------------------------------------------


def _break(room: Newsroom, *source_ids: str) -> None:
    for source_id in source_ids:
        room.reader.faults[source_id] = FetchTimeout(f"https://{source_id}.example", "no answer")


def test_a_run_in_which_no_source_answers_says_so(room: Newsroom) -> None:
    _break(room, "courier", "herald", "wire")
    report = _collect(room)
    assert report.blackout
    assert report.headline().startswith("no source answered")


def test_one_failing_source_that_is_due_alone_is_no_blackout(room: Newsroom) -> None:
    _collect(room, "courier", "herald")
    _break(room, "wire")
    assert not _collect(room).blackout


def test_while_others_wait_for_their_next_try_it_stays_dark(room: Newsroom) -> None:
    _break(room, "courier", "herald", "wire")
    _collect(room, "courier", "herald")
    assert _collect(room).blackout


def test_a_run_that_asks_nothing_is_no_blackout(room: Newsroom) -> None:
    _collect(room)
    report = _collect(room)
    assert (report.polled, report.blackout) == (0, False)


def test_a_named_source_that_fails_is_all_that_was_wanted(room: Newsroom) -> None:
    _collect(room)
    _break(room, "wire")
    assert _collect(room, "wire").blackout

"""The ledger: whatever the sources list and whatever their pages do, it adds up."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.errors import (
    AddressRefused,
    FetchTimeout,
    HttpStatusError,
    StoreBusy,
)
from monitors.ledger import COUNTS, ENDS, NOT_USABLE, Account, Ledger, in_words, ordered, total
from monitors.model import Article, Fate, Poll, PollState
from monitors.pipeline import new_report
from tests.support.newsroom import MINUTES, SPORT, WALKOUT, Newsroom, html, opened, url_of

WALL = html("Before you continue", "We use cookies. Accept all cookies to continue reading.")
PAGES = ("carried", "page", "404", "403", "timeout", "wall", "private", "nothing", "stale")

LISTED = st.tuples(
    st.sampled_from(["courier", "herald", "wire"]), st.integers(0, 4), st.sampled_from(PAGES)
)
RUNS = st.lists(st.tuples(st.lists(LISTED, max_size=6), st.sampled_from(["", "herald"])),
                min_size=1, max_size=5)  # fmt: skip


def _list(room: Newsroom, source_id: str, number: int, page: str) -> None:
    """List an entry; its number names its address, so that some are listed twice or change."""
    slug = f"n{number}"
    url = url_of(source_id, slug)
    at = room.clock.now() - (20 * 24 * 60 * MINUTES if page == "stale" else 0 * MINUTES)
    if page in ("carried", "stale"):
        room.publish(source_id, slug, (f"{page} {SPORT[0]}", *SPORT[1:]), published=at)
        return
    title = "" if page == "nothing" else f"{page} {WALKOUT[0]}"
    room.publish(source_id, slug, title=title, published=at)
    room.pages.pages[url] = {
        "page": html(f"Page {number}", *WALKOUT),
        "404": HttpStatusError(url, 404),
        "403": HttpStatusError(url, 403),
        "timeout": FetchTimeout(url, "no answer"),
        "wall": WALL,
        "private": AddressRefused(url, "a private address"),
        "nothing": WALL,
    }[page]


@settings(max_examples=30, deadline=None)
@given(RUNS)
def test_every_run_adds_up_by_source_and_over_all_runs(
    runs: list[tuple[list[tuple[str, int, str]], str]],
) -> None:
    ended: Counter[str] = Counter()
    with TemporaryDirectory() as folder, opened(Path(folder)) as room:
        for listed, broken in runs:
            for entry in listed:
                _list(room, *entry)
            room.reader.faults = {broken: FetchTimeout("https://x.example", "no answer")}
            carried = room.store.sources.waiting()
            report = room.run()
            waiting = room.store.sources.waiting()
            for source_id, account in report.ledger.accounts.items():
                assert account.missing == 0, account
                assert account.carried == carried.get(source_id, 0)
                assert account.waiting == waiting.get(source_id, 0)
                assert set(account.fates) <= {fate.value for fate in ENDS}
                ended.update(account.fates)
            assert not [line for line in report.problems if "ledger" in line]
            assert report.articles == sum(
                report.fates.get(name, 0) for name in ("new", "baseline", "stale", "revision")
            )
            room.later(60)
        rows = room.store.sources.overview()
        stored = Counter[str]()
        for row in rows:
            stored.update({fate.value: count for fate, count in row["entries"].items()})
        # An entry ended at least once for the fate that it has, and was never lost.
        assert all(ended[fate] >= stored[fate] for fate in ended)
        sums = room.store.sources.ledger(room.clock.now() - 60 * 24 * MINUTES)
        kept = Counter[str]()
        for counts in sums.values():
            kept.update({name: n for name, n in counts.items() if name in ended})
        assert kept == ended


def test_an_entry_that_is_lost_on_the_way_is_reported_and_stops_nothing(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish("courier", "a", WALKOUT)
    room.publish("wire", "b", SPORT)
    save = room.store.articles.save

    def forgetful(article: Article) -> tuple[Article, Fate]:
        if article.source_id == "courier":
            return article, Fate.NEW  # it says so, but nothing is stored
        return save(article)

    monkeypatch.setattr(room.store.articles, "save", forgetful)
    report = room.run()
    [line] = report.problems
    assert line.startswith("the ledger of source 'courier' does not add up: 1 entries came in")
    assert "1 fates too many" in line
    assert report.ledger.of("wire").missing == 0
    assert room.store.runs.latest()[0]["problems"] == [line]


def test_a_run_that_broke_off_says_what_still_waits(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish("courier", "a", WALKOUT)

    def busy(*_: object) -> None:
        raise StoreBusy("db", "locked", "Try again")

    monkeypatch.setattr(room.store.sources, "pending", busy)
    with pytest.raises(StoreBusy):
        room.run()
    [stored] = room.store.runs.latest()
    assert stored["problems"] == ["db: locked. Try again"]
    assert stored["ledger"] == {"courier": {"listed": 1, "waiting": 1}}


def test_what_a_source_lists_without_an_address_is_unreadable(room: Newsroom) -> None:
    now = room.clock.now()
    room.reader.faults["wire"] = Poll("wire", PollState.OK, now, problems=("no link",), left_out=3)
    account = room.run().ledger.of("wire")
    assert (account.listed, account.fates, account.missing) == (3, {"unreadable": 3}, 0)
    assert account.causes == {NOT_USABLE: 3}


def test_a_step_that_is_tried_again_opens_nothing_anew() -> None:
    ledger = Ledger()
    ledger.open({"a": 2})
    ledger.open({"a": 9})
    assert ledger.of("a").carried == 2


def test_of_a_run_that_lost_its_lease_nothing_is_claimed() -> None:
    ledger = Ledger()
    ledger.open({"a": 2})
    ledger.contested = True
    assert ledger.close({}) == []


def test_waiting_is_no_end() -> None:
    account = Account(listed=1)
    account.end(Fate.WAITING)
    assert account.missing == 1
    assert Fate.WAITING not in ENDS


def test_accounts_are_summed_and_shown_in_one_order() -> None:
    one = Account(polls=1, carried=1, listed=2, waiting=1, fates=Counter(seen=1, new=1))
    two = Account(polls=1, failed_polls=1, bare=Counter(paywall=2), texts=3)
    found = total([one, two])
    assert (found.polls, found.failed_polls, found.texts) == (2, 1, 3)
    assert list(ordered(found.fates)) == ["new", "seen"]
    assert found.counts() == {
        "polls": 2, "failed_polls": 1, "listed": 2, "new": 1, "seen": 1, "bare": 2,
    }  # fmt: skip
    assert set(found.counts()) <= set(COUNTS)
    assert in_words(found) == "2 listed, 1 left by earlier runs: 1 new, 1 seen, 1 still to be read"


def test_a_report_holds_only_accounts_in_which_something_happened(room: Newsroom) -> None:
    room.publish("wire", "a", SPORT)
    plain = new_report(room.desk).as_json()
    assert plain["ledger"] == {}
    assert room.run().as_json()["ledger"] == {"wire": {"listed": 1, "fates": {"baseline": 1}}}

"""After a long pause nothing floods: what piled up is told as one digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitors.errors import FetchTimeout, StoreBusy
from monitors.health.pace import LONG_PAUSE
from monitors.model import DeliveryState, Hold
from tests.support.newsroom import SPORT, TENDER, WALKOUT, Newsroom

HOURS = 60


def _headlines(room: Newsroom) -> list[str]:
    return [message.text.partition(": ")[2] for message in room.sent]


def _begin(room: Newsroom) -> None:
    room.publish("courier", "old", SPORT)
    room.publish("wire", "old", SPORT)
    room.begin()


def test_what_piled_up_while_nothing_ran_is_one_digest(room: Newsroom) -> None:
    _begin(room)
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "tender", TENDER)
    room.later(13 * HOURS)
    report = room.run()
    assert report.verdicts["alert"] == 2
    [message] = room.sent
    assert "while Tidings was away" in message.text
    assert room.store.outbox.counts()[DeliveryState.SENT] == 1


def test_after_a_short_pause_each_is_told(room: Newsroom) -> None:
    _begin(room)
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "tender", TENDER)
    room.later(11 * HOURS)
    room.run()
    assert sorted(_headlines(room)) == sorted([WALKOUT[0], TENDER[0]])


def test_a_source_that_was_away_alone_is_caught_up_on_alone(room: Newsroom) -> None:
    _begin(room)
    room.reader.faults["wire"] = FetchTimeout("https://wire.example", "no answer")
    for _ in range(8):
        room.later(2 * HOURS)
        room.run([source.id for source in room.desk.watchlist.sources])
    room.publish("wire", "tender", TENDER)
    room.publish("courier", "walkout", WALKOUT)
    room.reader.faults.clear()
    room.run(["courier", "wire"], dry=True)
    held = [row.alert.headline for row in room.store.digests.held(Hold.CATCH_UP)]
    waiting = [row.alert.headline for row in room.store.outbox.rows([DeliveryState.PENDING])]
    assert sorted(held + waiting) == sorted([WALKOUT[0], TENDER[0]])
    assert WALKOUT[0] not in held


def test_what_comes_after_the_first_answer_is_told_as_ever(room: Newsroom) -> None:
    _begin(room)
    room.later(13 * HOURS)
    room.run()
    room.later()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    assert _headlines(room) == [WALKOUT[0]]


def test_a_run_that_dies_while_it_catches_up_does_not_flood_the_next(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    _begin(room)
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "tender", TENDER)
    room.later(13 * HOURS)

    def busy(*_: object) -> None:
        raise StoreBusy("db", "locked", "Try again")

    with monkeypatch.context() as patch:
        patch.setattr(room.store.sources, "save_pulses", busy)
        with pytest.raises(StoreBusy):
            room.run()
    room.later(1)
    room.run()
    assert len(room.sent) == 1
    assert "while Tidings was away" in room.sent[0].text


def test_a_source_that_is_asked_rarely_is_not_away_between_two_polls(room: Newsroom) -> None:
    daily = tuple(replace(s, every=timedelta(days=1)) for s in room.desk.watchlist.sources)
    room.desk.watchlist = replace(room.desk.watchlist, sources=daily)
    _begin(room)
    room.publish("courier", "walkout", WALKOUT)
    room.later(3 * 24 * HOURS)
    assert timedelta(days=3) > LONG_PAUSE
    room.run()
    assert _headlines(room) == [WALKOUT[0]]

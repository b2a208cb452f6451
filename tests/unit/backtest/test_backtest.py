"""A backtest decides as the runs did, and leaves everything as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.backtest import Backtest, VectorsInMemory, Version, against, as_json, backtest
from monitors.errors import TidingsError
from monitors.model import Budget, Sensitivity, Topic, Verdict, Watchlist
from tests.support.newsroom import BRIDGE, HARBOUR, SOURCES, WALKOUT, Newsroom, opened


def replayed(room: Newsroom, topic: Topic = HARBOUR, **plan: int) -> Version:
    topics = (topic, BRIDGE) if topic.id != BRIDGE.id else (HARBOUR, topic)
    wanted = Backtest(room.clock.now(), **plan)
    vectors = VectorsInMemory(room.store.vectors)
    return backtest(room.desk, Watchlist(SOURCES, topics), topic, wanted, vectors, "watch.yaml")


def stored(room: Newsroom) -> tuple[object, ...]:
    """What the database holds of decisions, memory, messages and topics."""
    store, since = room.store, room.clock.now() - timedelta(days=90)
    return (
        store.decisions.decisions(limit=1000),
        [(m.article_id, m.told) for m in store.decisions.memory(HARBOUR.id, since)],
        store.outbox.counts(),
        store.decisions.topic_states(["new"]),
    )


@pytest.mark.parametrize("topic", [HARBOUR, BRIDGE], ids=lambda topic: topic.id)
def test_it_decides_as_the_runs_did(room: Newsroom, topic: Topic) -> None:
    made = {
        row.article.id: (row.decision.verdict, row.decision.reason)
        for row in replayed(room, topic).own.rows
    }
    stored = {
        d.article_id: (d.verdict, d.reason)
        for d in room.store.decisions.decisions(topic_id=topic.id)
        if d.article_id in made
    }
    assert made == stored
    told = room.store.decisions.decisions(topic_id=topic.id, verdicts=[Verdict.ALERT])
    alerts = [row.article.id for row in replayed(room, topic).own.alerts]
    assert sorted(alerts) == sorted(d.article_id for d in told)
    assert alerts


def test_the_messages_are_those_that_were_sent(room: Newsroom) -> None:
    predicted = [row.alert for row in replayed(room).own.alerts if row.alert]
    stored = {row.alert.key: row.alert for row in room.store.outbox.rows(limit=100)}
    assert predicted
    for alert in predicted:
        sent = stored[alert.key]
        assert (alert.headline, alert.kind, alert.quote) == (sent.headline, sent.kind, sent.quote)


def test_nothing_is_stored(room: Newsroom) -> None:
    before = stored(room)
    fresh = replace(HARBOUR, id="new", name="Anything at the harbour")
    assert replayed(room, fresh).articles == 7
    assert stored(room) == before


def test_the_sensitivities_stand_side_by_side(room: Newsroom) -> None:
    rates = replayed(room).rates
    assert list(rates) == list(Sensitivity)
    counts = [len(rates[name].alerts) for name in Sensitivity]
    assert counts == sorted(counts)
    assert rates[Sensitivity.BALANCED].a_day == counts[1] / 1.0


def test_a_budget_holds_back_what_it_held_back_in_a_run(room: Newsroom) -> None:
    rationed = replace(HARBOUR, at_most=Budget(1, timedelta(days=1)))
    free = replayed(room)
    own = replayed(room, rationed).own
    assert len(free.own.alerts) > 1
    assert len(own.alerts) == 1
    assert own.reasons["over budget"] >= 1


def test_near_misses_lie_on_both_sides_of_the_line(room: Newsroom) -> None:
    own = replayed(room).own
    assert {row.decision.verdict for row in own.barely_told()} == {Verdict.ALERT}
    assert Verdict.ALERT not in {row.decision.verdict for row in own.barely_not()}
    assert own.barely_not()


def test_two_versions_are_compared_by_article(room: Newsroom) -> None:
    narrow = replace(HARBOUR, sensitivity=Sensitivity.STRICT, at_most=Budget(1, timedelta(days=1)))
    wide, tight = replayed(room), replayed(room, narrow)
    found = against(tight, wide)
    assert found.kept + len(found.lost) == len(wide.own.alerts)
    assert found.kept + len(found.gained) == len(tight.own.alerts)
    assert found.lost
    assert against(None, wide).lost == tuple(wide.own.alerts)


def test_reading_less_says_so(room: Newsroom) -> None:
    version = replayed(room, most=1)
    assert version.unread == version.screened - 1 > 0
    assert as_json(version)["not_read"] == version.unread


def test_days_without_articles_are_refused(room: Newsroom) -> None:
    room.clock.advance(timedelta(days=40))
    with pytest.raises(TidingsError, match="no article is stored"):
        replayed(room, days=3)


def test_what_came_with_the_first_look_at_a_source_is_counted_as_silent(tmp_path: Path) -> None:
    with opened(tmp_path) as room:
        room.publish("wire", "walkout", WALKOUT)
        room.run()
        room.later()
        own = replayed(room).own
        assert [row.article.title for row in own.silent] == [WALKOUT[0]]
        assert own.alerts == []
        assert replayed(room, BRIDGE).own.silent == []

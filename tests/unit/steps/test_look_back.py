"""A new topic looks back over what is stored, in silence; the first thing it tells is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitors.desk import Desk
from monitors.model import Keywords, Reason, Sensitivity, Topic, Verdict, Watchlist
from monitors.pipeline import new_report
from monitors.ports import Fence
from monitors.runs import RunReport
from monitors.steps.look_back import WHY, definition_of, look_back
from tests.support.newsroom import (
    BALLOT,
    BRIDGE,
    HARBOUR,
    SPORT,
    TENDER,
    WALKOUT,
    WALKOUT_TOO,
    Newsroom,
)


@pytest.fixture
def stored(room: Newsroom) -> Newsroom:
    """A newsroom that watches bridges, and has stored what was said of the harbour."""
    watch(room, BRIDGE)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("courier", "sport", SPORT)
    room.run()
    room.later(60)
    return room


def watch(room: Newsroom, *topics: Topic) -> None:
    """Edit the watch list, as it is between two runs."""
    room.desk.watchlist = Watchlist(room.desk.watchlist.sources, topics)
    room.desk.profiles.clear()
    room.desk.screens.clear()


def behind(room: Newsroom, topic: Topic = HARBOUR) -> bool:
    return room.store.decisions.topic_states([topic.id])[topic.id].behind is not None


def test_what_was_stored_counts_as_known_and_nothing_is_sent(stored: Newsroom) -> None:
    watch(stored, BRIDGE, HARBOUR)
    report = stored.run()
    assert stored.decision("walkout").reason is Reason.BASELINE
    assert stored.decision("walkout").verdict is Verdict.NONE
    assert stored.decision("walkout").explanation == WHY
    assert stored.sent == []
    (line,) = report.looked_back
    assert line.startswith("Harbour strike: 2 stored articles since ")
    assert "1 on topic, which counts as known" in line


def test_what_is_new_is_told_in_the_run_in_which_the_topic_is_added(stored: Newsroom) -> None:
    watch(stored, BRIDGE, HARBOUR)
    stored.publish("herald", "again", WALKOUT_TOO)
    stored.publish("herald", "ballot", BALLOT)
    stored.run()
    assert stored.decision("again").verdict is not Verdict.ALERT
    assert stored.decision("ballot").reason is Reason.NEW_STEP
    assert len(stored.sent) == 1


def test_it_looks_back_once(stored: Newsroom) -> None:
    watch(stored, BRIDGE, HARBOUR)
    stored.run()
    stored.later()
    assert stored.run().looked_back == []


def test_nothing_that_is_off_topic_is_written(stored: Newsroom) -> None:
    watch(stored, BRIDGE, HARBOUR)
    stored.run()
    article = stored.store.articles.find("https://courier.example/news/sport")
    assert article is not None
    assert stored.store.decisions.decisions(article_id=article.id) == []


def test_what_is_older_than_the_bound_is_left_alone(stored: Newsroom) -> None:
    stored.later(31 * 24 * 60)
    watch(stored, BRIDGE, HARBOUR)
    assert stored.run().looked_back == []
    assert stored.store.decisions.memory("harbour", stored.clock.now() - timedelta(days=90)) == []


def test_without_a_look_back_the_first_look_is_silent(stored: Newsroom) -> None:
    stored.desk.look_back = timedelta(0)
    watch(stored, BRIDGE, HARBOUR)
    stored.publish("herald", "ballot", BALLOT)
    assert stored.run().looked_back == []
    assert stored.decision("ballot").reason is Reason.BASELINE


def test_a_look_back_that_runs_out_of_time_goes_on_where_it_was(stored: Newsroom) -> None:
    stored.publish("courier", "tender", TENDER)
    stored.run()
    stored.later(120)
    watch(stored, HARBOUR)
    report = _new_report(stored)
    look_back(stored.desk, report, seconds=0.0)
    assert behind(stored)
    assert "the next run goes on at" in report.looked_back[0]
    stored.publish("herald", "ballot", BALLOT)
    second = _new_report(stored)
    look_back(stored.desk, second, seconds=0.0)
    look_back(stored.desk, second)
    assert not behind(stored)
    assert stored.store.decisions.topic_states(["harbour"])["harbour"].baseline_done


def test_a_new_topic_is_silent_until_it_has_looked_back(stored: Newsroom) -> None:
    stored.publish("courier", "tender", TENDER)
    stored.run()
    stored.later(120)
    watch(stored, HARBOUR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitors.pipeline.look_back", _hasty)
        stored.publish("herald", "ballot", BALLOT)
        stored.run()
    assert stored.decision("ballot").reason is Reason.BASELINE
    assert behind(stored)


def test_a_killed_look_back_repeats_nothing(stored: Newsroom) -> None:
    watch(stored, BRIDGE, HARBOUR)
    look_back(stored.desk, _new_report(stored), seconds=0.0)
    state = stored.store.decisions.topic_states(["harbour"])["harbour"]
    # As if it had been killed before it could remember its place.
    early = replace(state, behind=stored.clock.now() - timedelta(days=2), baseline_done=False)
    stored.store.decisions.keep_topic(early, stored.clock.now())
    stored.run()
    known = stored.store.decisions.memory("harbour", stored.clock.now() - timedelta(days=90))
    assert [mention.title for mention in known] == [WALKOUT[0]]


def test_a_topic_that_changed_looks_back_and_goes_on_alerting(stored: Newsroom) -> None:
    narrow = replace(HARBOUR, name="Pilots", description="Pilots of ships train on simulators.")
    watch(stored, BRIDGE, narrow)
    stored.run()
    stored.later()
    assert stored.run().looked_back == []
    stored.later()
    watch(stored, BRIDGE, HARBOUR)
    stored.publish("herald", "again", WALKOUT_TOO)
    report = stored.run()
    assert report.looked_back
    assert stored.decision("walkout").reason is Reason.BASELINE
    assert stored.decision("again").verdict is not Verdict.ALERT
    assert stored.sent == []


def test_a_topic_from_before_definitions_were_stored_does_not_look_back(
    stored: Newsroom,
) -> None:
    stored.store.decisions.finish_baseline(["harbour"], stored.clock.now())
    watch(stored, BRIDGE, HARBOUR)
    assert stored.run().looked_back == []
    state = stored.store.decisions.topic_states(["harbour"])["harbour"]
    assert state.definition == definition_of(HARBOUR)


@pytest.mark.parametrize(
    ("change", "material"),
    [
        ({"description": "Strikes."}, True),
        ({"examples": ("Dockers strike",)}, True),
        ({"not_examples": ("A race",)}, True),
        ({"keywords": Keywords(any=("dock*",))}, True),
        ({"sensitivity": Sensitivity.BROAD}, True),
        ({"channel": "#other"}, False),
        ({"mention": ("here",)}, False),
        ({"timezone": "Asia/Tokyo"}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_only_what_decides_on_articles_is_a_material_change(
    change: dict[str, object], material: bool
) -> None:
    changed = replace(HARBOUR, **change)  # type: ignore[arg-type]
    assert (definition_of(changed) != definition_of(HARBOUR)) is material


def _new_report(room: Newsroom) -> RunReport:
    return new_report(room.desk)


def _hasty(desk: Desk, report: RunReport, fence: Fence) -> None:
    look_back(desk, report, fence, seconds=0.0)

"""Decide: one verdict for each article and topic, stored whole with its alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from monitors.alerts.drafting import Draft, edited
from monitors.errors import StoreFull
from monitors.model import (
    AlertKind,
    Answer,
    AnswerKind,
    Budget,
    DeliveryState,
    Hold,
    Passage,
    PassageKind,
    QuietHours,
    Reason,
    SourceRef,
    Stage,
    Tier,
    Topic,
    Verdict,
    Watchlist,
)
from monitors.ports import Fence, Outcome
from monitors.steps import decide as step
from monitors.testing import WordEncoder, plain_calibration, sample_alert
from tests.support.newsroom import (
    BALLOT,
    BRIDGE,
    HARBOUR,
    MAYBE,
    SPORT,
    TENDER,
    WALKOUT,
    WALKOUT_TOO,
    Newsroom,
    url_of,
)

BOTH = (
    "Dock workers walk out over wages at the harbour, engineers repair the Albert bridge",
    (
        "The strike of the dock workers at the harbour over wages began, and the team of engineers"
        " that repair the Albert bridge started as well."
    ),
)
MAYBE_TOO = (
    "Dock workers at the harbour near a walk out over wages",
    "Cranes could halt from Friday, an internal letter with three demands to owners shows.",
)


def _watch(room: Newsroom, *topics: Topic) -> None:
    room.desk.watchlist = Watchlist(room.desk.watchlist.sources, topics)
    room.desk.profiles.clear()


def _alerts(room: Newsroom) -> list[tuple[AlertKind, tuple[str, ...]]]:
    """What is in the outbox, oldest first."""
    rows = reversed(room.store.outbox.rows())
    return [(row.alert.kind, row.alert.topic_ids) for row in rows]


# --- baselines --------------------------------------------------------------------------


def test_the_first_look_is_silent_and_remembered(room: Newsroom) -> None:
    room.publish("courier", "old", WALKOUT)
    room.run()
    decision = room.decision("old")
    assert (decision.verdict, decision.reason) == (Verdict.NONE, Reason.BASELINE)
    assert _alerts(room) == []
    room.later()
    room.publish("herald", "again", WALKOUT_TOO)
    room.run()
    assert room.decision("again").reason is Reason.CORROBORATION
    assert room.sent == []


def test_a_new_topic_looks_once_in_silence_while_the_others_tell(room: Newsroom) -> None:
    _watch(room, HARBOUR)
    room.begin()
    _watch(room, HARBOUR, BRIDGE)
    room.publish("courier", "walkout", WALKOUT)
    room.publish("courier", "tender", TENDER)
    room.run()
    assert room.decision("walkout").verdict is Verdict.ALERT
    assert room.decision("tender", BRIDGE).reason is Reason.BASELINE
    room.later()
    room.publish("herald", "both", BOTH)
    room.run()
    assert room.store.decisions.topic_states(["bridge"])["bridge"].baseline_done


def test_a_new_source_is_silent_while_the_topic_tells(room: Newsroom) -> None:
    room.reader.faults["wire"] = RuntimeError("not yet there")
    room.begin()
    room.reader.faults.clear()
    room.later(60)
    room.publish("wire", "old", WALKOUT)
    room.run()
    assert room.decision("old").reason is Reason.BASELINE


def test_the_first_look_waits_until_a_source_answers(room: Newsroom) -> None:
    for source in room.desk.watchlist.sources:
        room.reader.faults[source.id] = RuntimeError("no network")
    room.run()
    room.reader.faults.clear()
    room.publish("courier", "old", WALKOUT)
    room.later(60)
    room.run()
    assert room.decision("old").reason is Reason.BASELINE


def test_a_new_topic_stays_silent_until_a_source_has_answered(room: Newsroom) -> None:
    _watch(room, HARBOUR)
    room.begin()
    _watch(room, HARBOUR, BRIDGE)
    bench = step.open_bench(room.desk)
    assert bench.states["harbour"].baseline_done
    assert not bench.states["bridge"].baseline_done


# --- stories, steps, corroboration ------------------------------------------------------


def test_a_new_story_opens_a_thread(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    report = room.run()
    assert report.reasons == {"new story": 1}
    [row] = report.alerts
    assert row["topic"] == "Harbour strike"
    assert row["headline"] == WALKOUT[0]
    [delivery] = room.store.outbox.rows()
    assert (delivery.alert.kind, delivery.state) == (AlertKind.STORY, DeliveryState.SENT)
    assert delivery.alert.quote == WALKOUT[1]
    assert delivery.alert.url == url_of("courier", "walkout")


def test_a_new_step_goes_to_the_thread_and_changes_its_first_message(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.later()
    room.publish("wire", "ballot", BALLOT)
    report = room.run()
    assert report.reasons == {"new step": 1}
    first, *rest = room.sent
    step_message = next(m for m in rest if m.edits is None)
    edit = next(m for m in rest if m.edits)
    parent = room.store.outbox.rows()[-1]
    assert step_message.thread_ts == parent.ts == edit.edits
    assert step_message.broadcast
    assert first.thread_ts is None
    thread = room.store.outbox.thread(room.decision("ballot").story_id or "", "#news")
    assert thread is not None
    assert thread.headline == WALKOUT[0]
    assert [source.name for source in thread.sources] == ["Courier", "Wire"]
    assert thread.stage is Stage.PLANNED


def test_a_muted_story_gets_no_more_messages_and_others_do(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    [told] = room.store.outbox.rows()
    mute = Answer(
        AnswerKind.MUTE, "R-1", room.clock.now(), told.alert.key, story_ids=told.alert.story_ids
    )
    assert room.store.answers.add(mute)
    room.later()
    room.publish("wire", "ballot", BALLOT)
    room.publish("herald", "too", WALKOUT_TOO)
    room.publish("herald", "tender", TENDER)
    report = room.run()
    assert room.decision("ballot").reason is Reason.MUTED
    assert [row["headline"] for row in report.alerts] == [TENDER[0]]
    assert [message.edits for message in room.sent] == [None, None]
    room.store.answers.unmute(told.alert.story_ids, room.clock.now())
    room.later()
    room.run()
    assert room.sent[-1].edits == told.ts


def test_corroboration_edits_the_first_message_and_pings_nobody(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.later()
    room.publish("herald", "too", WALKOUT_TOO)
    report = room.run()
    assert report.verdicts == {"update": 1}
    assert report.alerts == []
    first, edit = room.sent
    assert edit.edits is not None
    assert "independent: Courier, Herald" in str(edit.blocks)
    assert "2 sources" not in str(first.blocks)


def test_a_second_corroboration_adds_to_the_first_and_is_sent_again(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    for source_id in ("herald", "wire"):
        room.later()
        room.publish(source_id, "too", (*WALKOUT_TOO, f"Ask {source_id} for more."))
        room.run()
    assert [bool(message.edits) for message in room.sent] == [False, True, True]
    assert "Courier, Herald, Wire" in str(room.sent[-1].blocks)
    assert _alerts(room) == [(AlertKind.STORY, ("harbour",)), (AlertKind.EDIT, ("harbour",))]


def test_what_the_same_outlet_repeats_changes_nothing(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.later()
    room.publish("courier", "again", WALKOUT_TOO)
    assert room.run().reasons == {"repeat": 1}
    assert len(room.sent) == 1


def test_two_reports_in_one_batch_make_one_message(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("herald", "too", WALKOUT_TOO)
    report = room.run()
    assert report.reasons == {"new story": 1, "corroboration": 1}
    posts = [message for message in room.sent if not message.edits]
    assert len(posts) == 1
    thread = room.store.outbox.thread(room.decision("walkout").story_id or "", "#news")
    assert thread is not None
    assert {source.name for source in thread.sources} == {"Courier", "Herald"}


def test_an_outlet_that_reports_two_steps_is_one_source(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    for source_id in ("wire", "courier"):
        room.later()
        room.publish(source_id, "ballot", (*BALLOT, f"Ask {source_id} for more."))
        room.run()
    assert room.store.outbox.rows()[0].alert.kind is AlertKind.EDIT
    edits = [message for message in room.sent if message.edits]
    assert "independent: Courier, Wire" in str(edits[-1].blocks)


def test_what_was_published_first_is_decided_on_first(room: Newsroom) -> None:
    room.begin()
    now = room.clock.now()
    texts = [(f"{WALKOUT[0]} {n}", *WALKOUT[1:]) for n in range(6)]
    for number, text in enumerate(texts):
        ago = timedelta(minutes=10 - number)
        room.publish("courier", f"n{number}", text, at=now, published=now - ago)
    room.run()
    assert room.decision("n0").reason is Reason.NEW_STORY
    assert room.sent[0].text.endswith(texts[0][0])


def test_a_retelling_never_sets_the_stage_back() -> None:
    parent = sample_alert(stage=Stage.SIGNED)
    ref = SourceRef("Third", "https://third.example/1", Tier.PRESS, "en", True)
    retold = edited(parent, ref, Stage.RUMOURED, parent.created_at)
    assert retold is not None
    assert retold.stage is Stage.SIGNED
    back = edited(parent, ref, Stage.PLANNED, parent.created_at, step=True)
    assert back is not None
    assert back.stage is Stage.PLANNED
    assert edited(parent, parent.sources[0], Stage.PLANNED, parent.created_at) is None


def test_a_rumour_is_held_back_and_named(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "maybe", MAYBE)
    report = room.run()
    assert report.reasons == {"not significant": 1}
    assert room.sent == []
    [held] = report.held
    assert held["headline"] == MAYBE[0]
    assert "significance" in held["why"]


def test_what_was_held_back_is_told_when_a_firmer_report_joins(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "maybe", MAYBE)
    room.run()
    room.later()
    room.publish("herald", "maybe-too", MAYBE_TOO)
    room.run()
    assert room.decision("maybe-too").verdict is Verdict.ALERT
    assert room.decision("maybe-too").development_id == room.decision("maybe").development_id
    [told] = room.sent
    assert "2 sources, 2 independent: Herald, Courier" in str(told.blocks)


def test_a_held_back_step_that_is_told_later_joins_the_thread_of_its_story(
    room: Newsroom,
) -> None:
    _watch(room, replace(HARBOUR, at_most=Budget(1, timedelta(days=1))), BRIDGE)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.later()
    room.publish("wire", "ballot", BALLOT)
    assert room.run().reasons == {"over budget": 1}
    room.later(24 * 60)
    room.publish("herald", "ballot-too", (BALLOT[0] + " noon", *BALLOT[1:]))
    assert room.run().reasons == {"new step": 1}
    held, told = room.decision("ballot"), room.decision("ballot-too")
    assert told.story_id == held.story_id == room.decision("walkout").story_id
    assert told.development_id == held.development_id
    first, *rest = room.sent
    [step_message] = [message for message in rest if message.edits is None]
    [edit] = [message for message in rest if message.edits]
    assert step_message.thread_ts == edit.edits == room.store.outbox.rows()[-1].ts
    assert "Herald" in str(edit.blocks)
    assert "Herald" not in str(first.blocks)
    [story] = room.store.decisions.stories("harbour")
    assert story.headline == WALKOUT[0]


def test_a_topic_remembers_the_newest_reports_only(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.later()
    room.publish("herald", "too", WALKOUT_TOO)
    room.run()
    room.desk.remembered = 1
    [known] = step.open_bench(room.desk).memories["harbour"].mentions
    assert known.source_id == "herald"


def test_memories_of_topics_that_an_article_does_not_fit_are_not_read(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    bench = step.open_bench(room.desk)
    memory = bench.memories["harbour"]
    assert "mentions" not in vars(memory)
    assert len(memory) == len(memory.mentions) == 1
    assert not hasattr(memory, "nothing")


def test_what_another_encoder_remembered_is_not_compared(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    other = WordEncoder(64)
    room.desk.reader, room.desk.calibration = other, plain_calibration(other)
    room.desk.profiles.clear()
    assert step.open_bench(room.desk).memories["harbour"].mentions == []


def test_old_news_that_is_seen_late_is_stale(room: Newsroom) -> None:
    room.begin()
    ago = room.clock.now() - timedelta(days=8)
    room.publish("courier", "walkout", WALKOUT, published=ago)
    assert room.run().reasons == {"stale": 1}
    assert room.sent == []


# --- channels, budgets, quiet hours -----------------------------------------------------


def test_one_message_serves_two_topics_of_one_channel(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "both", BOTH)
    report = room.run()
    assert report.verdicts == {"alert": 2}
    [message] = room.sent
    assert message.text.startswith("Harbour strike, Bridge repair: ")
    assert _alerts(room) == [(AlertKind.STORY, ("harbour", "bridge"))]


def test_later_steps_of_either_topic_find_the_common_thread(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "both", BOTH)
    room.run()
    for topic in (HARBOUR, BRIDGE):
        story = room.decision("both", topic).story_id or ""
        assert room.store.outbox.thread(story, "#news") is not None


def test_two_channels_get_a_message_each(room: Newsroom) -> None:
    _watch(room, HARBOUR, replace(BRIDGE, channel="#works"))
    room.begin()
    room.publish("courier", "both", BOTH)
    room.run()
    assert sorted(message.channel for message in room.sent) == ["#news", "#works"]


def test_over_the_budget_is_held_back_until_there_is_room_again(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, at_most=Budget(1, timedelta(days=1))), BRIDGE)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("courier", "tender", TENDER)
    room.run()
    room.later()
    room.publish("wire", "ballot", BALLOT)
    report = room.run()
    assert report.reasons == {"over budget": 1}
    assert [row["headline"] for row in report.held] == [BALLOT[0]]
    room.later(24 * 60)
    room.publish("herald", "ballot-too", (BALLOT[0] + " noon", *BALLOT[1:]))
    room.run()
    assert room.decision("ballot-too").verdict is Verdict.ALERT


def test_the_budget_counts_within_one_batch(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, at_most=Budget(1, timedelta(days=1))), BRIDGE)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "ballot", BALLOT)
    report = room.run()
    assert report.verdicts["alert"] == 1
    assert report.reasons["over budget"] == 1


@pytest.mark.parametrize(
    ("hours", "zone", "minutes"),
    [
        (QuietHours(time(11), time(13)), "UTC", 45),
        (QuietHours(time(22), time(13)), "UTC", 45),
        (QuietHours(time(12), time(14)), "Europe/Berlin", 45),
        (QuietHours(time(13), time(22)), "UTC", 0),
        (QuietHours(time(22), time(7)), "UTC", 0),
        (None, "UTC", 0),
    ],
)
def test_quiet_hours_hold_an_alert_until_they_end(
    room: Newsroom, hours: QuietHours | None, zone: str, minutes: int
) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=hours, timezone=zone))
    room.begin()  # it is 12:15 UTC, 13:15 in Berlin
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    [delivery] = room.store.outbox.rows()
    assert delivery.hold is (Hold.QUIET if minutes else None)
    assert len(room.sent) == (0 if minutes else 1)
    room.later(minutes)
    room.run()
    assert len([message for message in room.sent if not message.edits]) == 1


def test_a_story_and_its_step_that_quiet_hours_held_come_as_one_digest(room: Newsroom) -> None:
    _watch(room, replace(HARBOUR, quiet_hours=QuietHours(time(11), time(13))))
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    room.later()
    room.publish("wire", "ballot", BALLOT)
    room.run()
    assert room.sent == []
    room.later()
    room.later()
    room.run()
    [message] = room.sent
    assert "After quiet hours" in str(message.blocks)
    assert WALKOUT[0] in str(message.blocks)
    assert BALLOT[0] in str(message.blocks)
    states = [row.state for row in room.store.outbox.rows()]
    assert states == [DeliveryState.SENT, DeliveryState.DIGESTED, DeliveryState.DIGESTED]


# --- one transaction, and what stops nothing --------------------------------------------


def test_decision_memory_and_alert_are_stored_together_or_not_at_all(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    real = step.draft

    def odd(*args: Any, **options: Any) -> tuple[Any, ...]:
        return (*real(*args, **options), Draft(replace(sample_alert(), kind="odd")))  # type: ignore[arg-type]

    monkeypatch.setattr(step, "draft", odd)
    with pytest.raises(AttributeError):
        # Giving up cannot be stored either: nothing is half done.
        room.run()
    assert room.store.decisions.decisions() == []
    assert room.store.outbox.rows() == []
    assert len(room.store.articles.undecided(9)) == 1
    monkeypatch.undo()
    room.later()
    room.run()
    assert len(room.sent) == 1


def test_a_full_database_stops_deciding_and_the_next_run_goes_on(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("courier", "tender", TENDER)
    record, calls = room.store.decisions.record, []

    def full(outcome: Outcome, fence: Fence | None = None) -> int:
        calls.append(outcome)
        if len(calls) == 2:
            raise StoreFull("db", "no space is left", "Free disk space")
        return record(outcome, fence)

    room.store.decisions.record = full  # type: ignore[method-assign]
    with pytest.raises(StoreFull):
        room.run()
    assert len(room.store.articles.undecided(9)) == 1
    [last] = room.store.runs.latest()
    assert last["problems"] == ["db: no space is left. Free disk space"]
    room.later()
    room.run()
    assert len([message for message in room.sent if not message.edits]) == 2


def test_an_article_that_cannot_be_judged_stops_no_other_and_does_not_come_back(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("courier", "tender", TENDER)
    judge: Callable[..., object] = step.judge_whole

    def fails(reading: object, *rest: object) -> object:
        if WALKOUT[0] in str(reading):
            raise ZeroDivisionError("xoxb-secret")
        return judge(reading, *rest)

    monkeypatch.setattr(step, "judge_whole", fails)
    report = room.run()
    assert report.reasons == {"unreadable": 1, "new story": 1}
    [line] = report.problems
    assert line.startswith("Courier: 'Dock workers")
    assert "ZeroDivisionError" in line
    assert "secret" not in line
    assert "ZeroDivisionError" in room.decision("walkout").explanation
    assert room.store.articles.undecided(9) == []


def test_screened_out_articles_are_counted_and_done(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "sport", SPORT)
    report = room.run()
    assert report.screened_out == 1
    assert not report.reasons
    assert room.store.articles.undecided(9) == []


def test_a_reading_of_title_only_can_alert(room: Newsroom) -> None:
    room.begin()
    room.publish("courier", "short", (WALKOUT[0],))
    room.run()
    article = room.store.articles.find(url_of("courier", "short"))
    assert article is not None
    assert article.passages == (Passage(0, PassageKind.TITLE, WALKOUT[0]),)
    assert room.decision("short").passage == WALKOUT[0]
    assert len(room.sent) == 1

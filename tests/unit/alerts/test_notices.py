"""Notices: each change is told once, in words that say what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitors.alerts import compose
from monitors.alerts.notices import NOTHING_ANSWERS, WELL, Notices, draft_notices
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.model import (
    AlertKind,
    Cause,
    Delivery,
    DeliveryState,
    Health,
    Pulse,
    Source,
    SourceState,
)
from monitors.testing import sample_alert

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=2)
TASS = Source("tass", "TASS", "feed", "https://tass.example/rss")
AFP = Source("afp", "AFP", "feed", "https://afp.example/rss")
BBC = Source("bbc", "BBC", "feed", "https://bbc.example/rss")


def _state(
    health: Health = Health.HEALTHY,
    source: Source = TASS,
    since: datetime = BEFORE,
    failures: int = 0,
    cause: Cause = Cause.REFUSED,
) -> SourceState:
    error = "403: use its sitemap" if failures else None
    pulse = Pulse(health, Cause.WELL if health is Health.HEALTHY else cause, since)
    return SourceState(
        source.id, failures=failures, succeeded_at=BEFORE, last_error=error, pulse=pulse
    )


def _blocked(source: Source = TASS, since: datetime = BEFORE) -> SourceState:
    return _state(Health.BLOCKED, source, since, failures=2)


def _draft(
    *states: SourceState, known: Notices | None = None, dead: tuple[Delivery, ...] = ()
) -> Notices:
    sources = [s for s in (TASS, BBC, AFP) if s.id in {state.source_id for state in states}]
    by_id = {state.source_id: state for state in states}
    return draft_notices("#ops", sources, by_id, dead, known.troubles if known else {}, NOW)


def _one_blocked() -> Notices:
    return _draft(_blocked(), _state(source=BBC))


def _dead(number: int, **changes: object) -> Delivery:
    alert = sample_alert(f"K-{number}", headline=f"News {number}", channel="#sanctions")
    row = Delivery(number, alert, DeliveryState.DEAD, BEFORE, 1, BEFORE, error="not in channel")
    return replace(row, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("health", [h for h in Health if h not in WELL])
def test_a_source_that_is_unwell_is_told_once(health: Health) -> None:
    first = _draft(_state(health, failures=1), _state(source=BBC))
    [alert] = first.alerts
    assert (alert.kind, alert.channel) == (AlertKind.NOTICE, "#ops")
    assert alert.headline == f"Source TASS is {health.value}"
    assert alert.body[0] == (
        "TASS refuses us (last answer: 3 Mar 10:00 UTC): 403: use its sitemap"
    )
    assert "tidings sources" in alert.body[-1]
    assert _draft(_state(health, failures=2), _state(source=BBC), known=first) == Notices(
        (), first.troubles
    )


@pytest.mark.parametrize("health", WELL)
def test_one_that_is_well_or_new_is_not_told_of(health: Health) -> None:
    assert _draft(_state(health, failures=1), _state(source=BBC)) == Notices((), {})


def test_what_answers_but_is_unwell_is_told_with_what_to_do() -> None:
    [alert] = _draft(_state(Health.DEGRADED, cause=Cause.NO_TEXT)).alerts
    assert alert.body[0].endswith("find a feed with full texts")


def test_recovery_is_told_once_and_then_forgotten() -> None:
    first = _one_blocked()
    well = _draft(_state(), known=first)
    [alert] = well.alerts
    assert alert.headline == "Source TASS is healthy again"
    assert well.troubles == {}
    assert _draft(_state(), known=well).alerts == ()


def test_another_state_is_told_and_another_cause_is_not() -> None:
    first = _one_blocked()
    other_cause = _state(Health.BLOCKED, cause=Cause.WALL, failures=3)
    assert _draft(other_cause, _state(source=BBC), known=first) == Notices((), first.troubles)
    [alert] = _draft(
        _state(Health.DEAD, since=NOW, failures=5), _state(source=BBC), known=first
    ).alerts
    assert alert.headline == "Source TASS is dead"


def test_a_relapse_is_a_new_message() -> None:
    first = _one_blocked()
    well = _draft(_state(), known=first)
    [again] = _draft(_blocked(since=NOW), _state(source=BBC), known=well).alerts
    assert again.key != first.alerts[0].key


def test_what_an_earlier_version_told_is_kept_until_the_source_is_judged() -> None:
    old = Notices((), {"source tass": BEFORE - timedelta(days=1)})
    assert _draft(_state(Health.UNKNOWN), known=old) == old


def test_a_source_that_left_the_watch_list_is_forgotten_silently() -> None:
    assert _draft(known=_one_blocked()) == Notices((), {})


def test_one_that_answers_again_but_is_not_well_yet_is_kept_and_not_begun() -> None:
    recovering = _state(Health.BLOCKED, failures=0)
    assert _draft(recovering) == Notices((), {})
    first = _one_blocked()
    assert _draft(recovering, known=first) == Notices((), first.troubles)


def test_several_sources_are_one_message() -> None:
    both = _draft(_blocked(), _state(Health.DEAD, BBC, failures=9), _state(source=AFP))
    [alert] = both.alerts
    assert alert.headline == "2 sources need a look: 1 blocked, 1 dead"
    assert len(alert.body) == 3
    [well] = _draft(_state(), _state(source=BBC), known=both).alerts
    assert well.headline == "2 sources are healthy again"


# --- nothing answers --------------------------------------------------------------------


def _dark(failures: int, other: int | None = None, known: Notices | None = None) -> Notices:
    degraded = _state(Health.DEGRADED, failures=failures)
    return _draft(degraded, _state(source=BBC, failures=failures if other is None else other),
                  known=known)  # fmt: skip


def test_that_nothing_answers_is_one_message_and_none_on_each_source() -> None:
    first = _dark(2)
    [alert] = first.alerts
    assert alert.headline == "No source answers"
    assert alert.body[0] == "TASS: 403: use its sitemap"
    assert set(first.troubles) == {NOTHING_ANSWERS}
    assert _dark(9, known=first) == Notices((), first.troubles)


def test_one_hiccup_of_everything_is_not_told() -> None:
    assert NOTHING_ANSWERS not in _dark(1, other=1).troubles


def test_the_first_answer_ends_it_and_what_still_fails_is_told_then() -> None:
    after = _dark(3, other=0, known=_dark(2))
    assert [alert.headline for alert in after.alerts] == [
        "Sources answer again", "Source TASS is degraded",
    ]  # fmt: skip
    assert after.alerts[0].body == ("1 of 2", "BBC")
    assert set(after.troubles) == {"source tass"}


def test_what_was_known_before_it_got_dark_is_neither_told_again_nor_ended() -> None:
    known = _one_blocked()
    dark = _draft(_state(Health.DEAD, failures=2), _state(source=BBC, failures=2), known=known)
    assert [alert.headline for alert in dark.alerts] == ["No source answers"]
    assert "source tass" in dark.troubles


# --- messages ---------------------------------------------------------------------------


def test_dead_messages_are_told_with_cause_and_remedy_once() -> None:
    first = _draft(dead=(_dead(9), _dead(7)))
    [alert] = first.alerts
    assert alert.headline == "2 messages were not delivered"
    assert alert.body[0] == "No. 7 to #sanctions, “News 7”: not in channel"
    assert alert.body[-1].endswith("tidings outbox --requeue 7 --requeue 9")
    assert _draft(known=first, dead=(_dead(9), _dead(7))).alerts == ()


def test_only_those_that_died_since_are_told() -> None:
    first = _draft(dead=(_dead(7),))
    [alert] = _draft(known=first, dead=(_dead(7), _dead(8))).alerts
    assert alert.headline == "1 message was not delivered"
    assert "News 8" in alert.body[0]


def test_one_that_dies_again_after_it_was_sent_again_is_told_again() -> None:
    first = _draft(dead=(_dead(7),))
    again = _dead(7, sending_since=NOW)
    assert len(_draft(known=first, dead=(again,)).alerts) == 1


def test_a_notice_that_died_is_not_told_of() -> None:
    notice = _dead(7, alert=sample_alert("K", kind=AlertKind.NOTICE, channel="#ops"))
    assert _draft(dead=(notice,)) == Notices((), {})


def test_an_edit_that_died_is_not_told_of() -> None:
    edit = _dead(7, alert=sample_alert("K", kind=AlertKind.EDIT))
    assert _draft(dead=(edit,)) == Notices((), {})


def test_what_is_held_in_doubt_is_told_with_what_to_do_once() -> None:
    held = _dead(7, state=DeliveryState.UNKNOWN, error="no answer in time")
    first = _draft(dead=(held, _dead(8)))
    dead, doubt = first.alerts
    assert dead.headline == "1 message was not delivered"
    assert doubt.headline == "Nobody knows whether 1 message arrived"
    assert doubt.body[0] == "No. 7 to #sanctions, “News 7”: no answer in time"
    assert doubt.body[-1].endswith("tidings outbox --requeue 7")
    assert _draft(known=first, dead=(held, _dead(8))).alerts == ()


def test_the_same_change_has_the_same_key() -> None:
    assert _one_blocked().alerts[0].key == _one_blocked().alerts[0].key


def test_a_hundred_of_everything_fits_into_a_message() -> None:
    sources = [Source(f"s{n}", f"Source {n}", "feed", "") for n in range(100)]
    states = {s.id: replace(_blocked(s), failures=1, last_error="x" * 900) for s in sources}
    dead = [_dead(n, error="y" * 900) for n in range(100)]
    drafted = draft_notices("#ops", sources, states, dead, {}, NOW)
    assert len(drafted.alerts) == 2
    for alert in drafted.alerts:
        assert "and 88 more" in alert.body
        message = compose(Delivery(1, alert, DeliveryState.SENDING, NOW))
        assert "88 more" in str(message.blocks)
        assert not problems(
            message.blocks, message.text, max_blocks=OUR_BLOCKS, max_characters=OUR_CHARACTERS
        )


def test_a_broken_watch_list_is_told_once_and_once_when_it_is_mended() -> None:
    def drafted(known: Notices | None, broken: str) -> Notices:
        troubles = known.troubles if known else {}
        return draft_notices("#ops", [], {}, (), troubles, NOW, broken=broken)

    first = drafted(None, "watch.yaml:7: wrong")
    (alert,) = first.alerts
    assert alert.headline == "The watch list is broken"
    assert alert.body[0] == "watch.yaml:7: wrong"
    second = drafted(first, "watch.yaml:9: also wrong")
    assert second.alerts == ()
    mended = drafted(second, "")
    assert [a.headline for a in mended.alerts] == ["The watch list is good again"]
    assert drafted(mended, "").alerts == ()
    again = drafted(mended, "watch.yaml:7: wrong")
    assert len(again.alerts) == 1

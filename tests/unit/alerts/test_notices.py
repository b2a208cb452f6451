"""Notices: each change is told once, in words that say what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitors.alerts import compose
from monitors.alerts.notices import FAILING_AFTER, Notices, draft_notices
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.model import AlertKind, Delivery, DeliveryState, Source, SourceState
from monitors.testing import sample_alert

NOW = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=2)
TASS = Source("tass", "TASS", "feed", "https://tass.example/rss")
BBC = Source("bbc", "BBC", "feed", "https://bbc.example/rss")


def _state(failures: int, source: Source = TASS, at: datetime | None = BEFORE) -> SourceState:
    error = "403: use its sitemap" if failures else None
    return SourceState(source.id, failures=failures, succeeded_at=at, last_error=error)


def _draft(
    *states: SourceState, known: Notices | None = None, dead: tuple[Delivery, ...] = ()
) -> Notices:
    sources = [s for s in (TASS, BBC) if s.id in {state.source_id for state in states}]
    by_id = {state.source_id: state for state in states}
    return draft_notices("#ops", sources, by_id, dead, known.troubles if known else {}, NOW)


def _dead(number: int, **changes: object) -> Delivery:
    alert = sample_alert(f"K-{number}", headline=f"News {number}", channel="#sanctions")
    row = Delivery(number, alert, DeliveryState.DEAD, BEFORE, 1, BEFORE, error="not in channel")
    return replace(row, **changes)  # type: ignore[arg-type]


def test_a_source_is_told_of_once_it_failed_three_times() -> None:
    assert _draft(_state(FAILING_AFTER - 1)).alerts == ()
    [alert] = _draft(_state(FAILING_AFTER)).alerts
    assert (alert.kind, alert.channel) == (AlertKind.NOTICE, "#ops")
    assert alert.headline == "Source TASS fails"
    assert alert.body[0] == "TASS, last answer 3 Mar 2025 10:00 UTC: 403: use its sitemap"
    assert "tidings sources" in alert.body[-1]


def test_it_is_not_told_again_while_it_fails() -> None:
    first = _draft(_state(3))
    assert _draft(_state(4), known=first) == Notices((), first.troubles)


def test_a_source_that_never_answered_is_told_of_once() -> None:
    first = _draft(_state(3, at=None))
    assert "no answer yet" in first.alerts[0].body[0]
    later = draft_notices(
        "#ops", [TASS], {"tass": _state(9, at=None)}, (), first.troubles, NOW + timedelta(days=1)
    )
    assert later == Notices((), first.troubles)


def test_its_first_answer_is_told_and_then_forgotten() -> None:
    first = _draft(_state(3))
    well = _draft(_state(0, at=NOW), known=first)
    [alert] = well.alerts
    assert alert.headline == "Source TASS answers again"
    assert well.troubles == {}
    assert _draft(_state(0, at=NOW), known=well).alerts == ()


def test_a_source_that_recovers_before_it_was_told_of_is_not_told_of() -> None:
    assert _draft(_state(0, at=NOW), known=_draft(_state(2))).alerts == ()


def test_failing_anew_is_a_new_message() -> None:
    first = _draft(_state(3))
    flapped = _draft(_state(1, at=NOW), known=first)
    assert flapped == Notices((), first.troubles)  # it fails: "answers again" would be wrong
    [again] = _draft(_state(3, at=NOW), known=flapped).alerts
    assert again.headline == "Source TASS fails"
    assert again.key != first.alerts[0].key


def test_a_source_that_left_the_watch_list_is_forgotten_silently() -> None:
    assert _draft(known=_draft(_state(3))) == Notices((), {})


def test_several_sources_are_one_message() -> None:
    both = _draft(_state(3), _state(5, BBC))
    [alert] = both.alerts
    assert alert.headline == "2 sources fail"
    assert len(alert.body) == 3
    [well] = _draft(_state(0, at=NOW), _state(0, BBC, NOW), known=both).alerts
    assert well.headline == "2 sources answer again"


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
    assert _draft(_state(3)).alerts[0].key == _draft(_state(4)).alerts[0].key


def test_a_hundred_of_everything_fits_into_a_message() -> None:
    sources = [Source(f"s{n}", f"Source {n}", "feed", "") for n in range(100)]
    states = {s.id: replace(_state(3, s), last_error="x" * 900) for s in sources}
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

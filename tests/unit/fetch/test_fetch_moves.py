"""A permanent redirect is remembered after it was seen often enough, over days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitors.fetch.moves import OVER, TIMES, current_address, moved
from monitors.model import Poll, PollState, Source, WebMemory

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOURCE = Source("s", "S", "feed", "https://example.org/feed")
NEW = "https://example.org/rss?token=s3cr3t"


def see(web: WebMemory, *moments: datetime, to: str | None = NEW) -> tuple[WebMemory, list[str]]:
    lines: list[str] = []
    for at in moments:
        asked = current_address(SOURCE, web, at)
        web, told = moved(SOURCE, asked, web, Poll("s", PollState.OK, at, moved_to=to))
        lines += told
    return web, lines


def asked_at(web: WebMemory, now: datetime) -> str:
    return current_address(SOURCE, web, now).url


def confirmed() -> WebMemory:
    return see(WebMemory(SOURCE.url), *(NOW + n * DAY for n in range(TIMES)))[0]


def test_it_is_asked_at_the_old_address_until_the_move_is_confirmed() -> None:
    web = WebMemory(SOURCE.url)
    for number in range(TIMES):
        assert asked_at(web, NOW + number * DAY) == SOURCE.url
        web, told = see(web, NOW + number * DAY)
        assert bool(told) is (number == TIMES - 1)
    assert "has moved for good" in told[0]
    assert "s3cr3t" not in told[0]
    assert asked_at(web, NOW + TIMES * DAY) == NEW


def test_an_afternoon_of_redirects_confirms_nothing() -> None:
    web, told = see(WebMemory(SOURCE.url), *(NOW + n * HOUR / 4 for n in range(40)))
    assert told == []
    assert asked_at(web, NOW + 11 * HOUR) == SOURCE.url
    assert web.moved_times == 10  # at most one an hour counts


def test_few_redirects_over_many_days_confirm_nothing() -> None:
    web, told = see(WebMemory(SOURCE.url), NOW, NOW + 2 * OVER)
    assert told == []
    assert asked_at(web, NOW + 2 * OVER) == SOURCE.url


def test_one_answer_without_the_redirect_starts_the_count_again() -> None:
    web, _ = see(WebMemory(SOURCE.url), *(NOW + n * DAY for n in range(TIMES - 1)))
    web, _ = see(web, NOW + 4 * DAY, to=None)
    assert (web.moved_to, web.moved_times) == (None, 0)


def test_another_target_starts_the_count_again() -> None:
    web, _ = see(WebMemory(SOURCE.url), *(NOW + n * DAY for n in range(TIMES - 1)))
    web, _ = see(web, NOW + 4 * DAY, to="https://elsewhere.example/")
    assert (web.moved_to, web.moved_times) == ("https://elsewhere.example/", 1)


def test_a_failure_at_the_old_address_does_not_count_against_the_move() -> None:
    web, _ = see(WebMemory(SOURCE.url), NOW)
    after, told = moved(SOURCE, SOURCE, web, Poll("s", PollState.FAILED, NOW + DAY))
    assert (after, told) == (web, [])


def test_a_new_address_that_fails_is_forgotten_and_told() -> None:
    web, at = confirmed(), NOW + TIMES * DAY
    asked = current_address(SOURCE, web, at)
    after, told = moved(SOURCE, asked, web, Poll("s", PollState.FAILED, at))
    assert told == ["its new address failed: the one in the watch list is asked again"]
    assert asked_at(after, at) == SOURCE.url


def test_answers_at_the_new_address_keep_it() -> None:
    web, told = see(confirmed(), NOW + 6 * DAY, NOW + 7 * DAY, to=None)
    assert told == []
    assert asked_at(web, NOW + 8 * DAY) == NEW


def test_after_a_month_the_old_address_is_asked_again_and_the_move_needs_no_second_telling() -> (
    None
):
    web = confirmed()
    late = NOW + 40 * DAY
    assert asked_at(web, late) == SOURCE.url
    web, told = see(web, late)
    assert told != []
    assert asked_at(web, late + HOUR) == NEW


def test_a_move_of_an_address_that_the_operator_changed_is_not_followed() -> None:
    other = replace(SOURCE, url="https://example.org/other")
    assert current_address(other, confirmed(), NOW + 5 * DAY) == other

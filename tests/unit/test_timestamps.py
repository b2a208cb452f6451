"""Times as feeds and pages write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.sources.dates import parse_date
from monitors.timestamps import moment_of

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
TEN = datetime(2025, 2, 18, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "ahead"),
    [
        ("Tue, 18 Feb 2025 10:00:00 +03:00", 3),
        ("Tue, 18 Feb 2025 10:00:00 +3", 3),
        ("Tue, 18 Feb 2025 10:00:00 GMT+3", 3),
        ("Tue, 18 Feb 2025 10:00:00 GMT+0300", 3),
        ("Tue, 18 Feb 2025 10:00:00 UTC-05:00", -5),
        ("Tue, 18 Feb 2025 10:00:00 +0300 (MSK)", 3),
        ("Tue Feb 18 2025 10:00:00 GMT+0300 (Moscow Standard Time)", 3),
        ("Tue Feb 18 10:00:00 MSK 2025", 3),
        ("Tue Feb 18 10:00:00 2025", 0),
        ("Tue, 18 Feb 2025 10:00:00 JST", 9),
        ("Tue, 18 Feb 2025 10:00:00 IST", 5.5),
        ("Tue, 18 Feb 2025 10:00:00 AEDT", 11),
        ("Tue, 18 Feb 2025 10:00 AM EST", -5),
        ("Tue, 18 Feb 2025 10:00:00 PM", -12),
        ("Tue,18 Feb 2025 10:00:00 GMT", 0),
        ("Di, 18 Feb 2025 10:00:00 +0100", 1),
        ("18-Feb-2025 10:00", 0),
        ("Feb. 18, 2025 10:00", 0),
        ("2025-02-18 10:00:00 UTC", 0),
        ("2025-02-18 10:00:00 EST", -5),
        ("2025-02-18 10:00:00 +0300", 3),
        ("2025-02-18T10:00:00+3", 3),
        ("2025-02-18t10:00:00z", 0),
        ("2025/02/18 10:00:00", 0),
        ("1739872800", 0),
        ("1739872800000", 0),
    ],
)
def test_zones_are_heard_however_they_are_written(raw: str, ahead: float) -> None:
    assert moment_of(raw) == TEN - timedelta(hours=ahead)
    assert parse_date(raw, NOW) == moment_of(raw)


@pytest.mark.parametrize("raw", ["February 18, 2025", "18 February 2025", "Tue, 18 Feb 2025"])
def test_a_day_is_its_midnight(raw: str) -> None:
    assert moment_of(raw) == datetime(2025, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    ["03/02/2025 10:00", "18.02.2025", "18-02-2025", "10:00", "2025", "2025-02", "18 Mai 2025",
     "yesterday", "Thu, 01 Jan 1970 00:00:00 +0000", "Tue, 32 Feb 2025 10:00:00 +0000",
     "18 Feb 2025 25:00:00", ""],
)  # fmt: skip
def test_what_is_in_doubt_is_no_time(raw: str) -> None:
    assert moment_of(raw) is None


@pytest.mark.parametrize(
    ("raw", "guess"),
    [
        ("10:00", (2025, 3, 1, 10, 0, 0)),
        ("18-02-2025 10:00", (2018, 2, 20, 0, 0, 0)),
        ("25-02-18", (2025, 2, 18, 0, 0, 0)),
        ("2025", (2025, 1, 1, 0, 0, 0)),
        ("2025年2月18日 10:00", (2025, 3, 1, 0, 0, 0)),
    ],
)
def test_a_guess_does_not_make_a_date_of_what_is_none(raw: str, guess: tuple[int, ...]) -> None:
    assert parse_date(raw, NOW, time.struct_time((*guess, 0, 1, 0))) is None


def test_a_guess_counts_where_its_day_is_written() -> None:
    guess = time.struct_time((2025, 2, 17, 20, 0, 0, 0, 48, 0))
    assert parse_date("2025년 2월 18일 오전 5:00:00", NOW, guess) == TEN - timedelta(hours=14)
    assert parse_date("Τρι, 18 Φεβ 2025 10:00:00", NOW, time.gmtime(TEN.timestamp())) == TEN


@given(st.text(alphabet="0123456789:+- TZGMapril,./()", max_size=60))
def test_any_text_is_a_time_or_none(text: str) -> None:
    moment = moment_of(text)
    assert moment is None or moment.utcoffset() == timedelta(0)

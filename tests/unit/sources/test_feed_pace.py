from __future__ import annotations

import time
from datetime import timedelta

import pytest

from monitors.model import Pace
from monitors.sources.feedpace import pace_of

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>%s
<item><title>A</title><ttl>9</ttl><hour>3</hour></item></channel></rss>"""


@pytest.mark.parametrize(
    ("said", "pace"),
    [
        (b"", Pace()),
        (b"<ttl>60</ttl>", Pace(timedelta(hours=1))),
        (b"<TTL> 5 </TTL>", Pace(timedelta(minutes=5))),
        (b"<ttl>soon</ttl><ttl>-5</ttl><ttl>99999999999</ttl>", Pace()),
        (
            b"<skipHours><hour>0</hour><hour>23</hour><hour>24</hour><hour>25</hour></skipHours>",
            Pace(skip_hours=(0, 23)),
        ),
        (
            b"<skipDays><day>Sunday</day><day> saturday </day><day>Funday</day></skipDays>",
            Pace(skip_days=(5, 6)),
        ),
    ],
    ids=["nothing", "ttl", "another case", "no numbers", "hours", "days"],
)
def test_what_a_feed_says_of_its_pace_is_heard(said: bytes, pace: Pace) -> None:
    assert pace_of(RSS % said) == pace


def test_utf_16_is_read_too() -> None:
    text = (RSS % b"<ttl>7</ttl>").decode().encode("utf-16")
    assert pace_of(text) == Pace(timedelta(minutes=7))


@pytest.mark.parametrize("body", [b"", b"\0" * 99, b"<ttl>" * 99999, b"<hour>1" * 99999])
def test_what_is_no_feed_says_nothing_and_takes_no_time(body: bytes) -> None:
    began = time.monotonic()
    assert pace_of(body) == Pace()
    assert time.monotonic() - began < 20

"""Hosts are shared out evenly, alike everywhere, and move as little as can be."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from monitors.errors import SettingsError
from monitors.shards import MOST, SLOTS, WHOLE, Shard, shard_of, slot_of

HOSTS = [f"https://news{n}.example/feed.xml" for n in range(4000)]


@pytest.mark.parametrize("of", [2, 3, 4, 8])
def test_every_host_has_exactly_one_shard(of: int) -> None:
    shards = [Shard(n, of) for n in range(1, of + 1)]
    assert all(sum(shard.has(url) for shard in shards) == 1 for url in HOSTS[:500])
    assert sorted(slot for shard in shards for slot in shard.slots) == list(range(SLOTS))


@pytest.mark.parametrize("of", [2, 4, 8])
def test_hosts_are_shared_out_evenly(of: int) -> None:
    counts = Counter(n for url in HOSTS for n in range(1, of + 1) if Shard(n, of).has(url))
    assert all(abs(count - len(HOSTS) / of) < 0.2 * len(HOSTS) / of for count in counts.values())


def test_one_shard_more_moves_only_what_goes_to_it() -> None:
    def owner(url: str, of: int) -> int:
        return next(n for n in range(1, of + 1) if Shard(n, of).has(url))

    moved = [url for url in HOSTS if owner(url, 4) != owner(url, 5)]
    assert {owner(url, 5) for url in moved} == {5}
    assert len(moved) < 0.25 * len(HOSTS)


@pytest.mark.parametrize(
    "same",
    [
        ("https://a.example/feed", "https://a.example/2025/story?x=1#y"),
        ("https://a.example/feed", "HTTPS://A.example:443/feed"),
        ("http://a.example/feed", "http://a.example:80/other"),
        ("https://a.example/feed", "http://a.example/feed"),
        ("https://user:secret@a.example/feed", "https://a.example/feed"),
    ],
)
def test_one_host_is_one_slot(same: tuple[str, str]) -> None:
    assert slot_of(same[0]) == slot_of(same[1])


def test_what_has_no_host_or_no_sane_one_has_a_slot_too() -> None:
    for url in ("", "news/folder", "http://[broken", "https://яндекс.example/x", "\udc80"):
        assert 0 <= slot_of(url) < SLOTS
    assert slot_of("a/folder") != slot_of("another/folder")


def test_slots_are_the_same_in_every_process() -> None:
    code = (
        "from monitors.shards import *; print(slot_of('https://a.example'), min(Shard(2,3).slots))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [int(n) for n in shown] == [slot_of("https://a.example"), min(Shard(2, 3).slots)]


def test_the_whole_has_everything() -> None:
    assert all(WHOLE.has(url) for url in HOSTS[:50])
    assert WHOLE.slots == frozenset()
    assert WHOLE.others == []


@pytest.mark.parametrize(("text", "shard"), [("", WHOLE), (" 2/4 ", Shard(2, 4)), ("1/1", WHOLE)])
def test_a_shard_is_named(text: str, shard: Shard) -> None:
    assert shard_of(text) == shard


@pytest.mark.parametrize(
    "text", ["0/4", "5/4", "4", "a/b", "1/0", f"1/{MOST + 1}", "-1/4", "1/4/2"]
)
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="Write 1/4 to 4/4"):
        shard_of(text)

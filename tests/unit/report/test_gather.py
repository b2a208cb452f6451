from __future__ import annotations

from datetime import timedelta

import pytest

from monitors.ports import Seen
from monitors.report import sharing
from monitors.report.gather import bars_of, card_of, gather
from monitors.store import SqlStore
from monitors.storypages import file_name
from tests.support.report_values import HOUR, NOW, WATCHLIST, fill


def test_a_step_says_when_it_was_told(store: SqlStore) -> None:
    fill(store, title="Talks")
    (story,) = gather(store, WATCHLIST, NOW).stories
    assert [(s.told, s.told_at) for s in story.steps] == [(True, NOW - 60 * HOUR), (False, None)]
    assert (story.told, story.stages, dict(story.languages)) == (
        True, ("signed",), {"ru": "Russian"},
    )  # fmt: skip


def test_older_stories_are_left_out_and_that_is_said(store: SqlStore) -> None:
    fill(store, stories=3, title="Talks")
    site = gather(store, WATCHLIST, NOW, limit=2)
    assert (len(site.stories), site.left_out) == (2, True)
    assert gather(store, WATCHLIST, NOW, days=1).stories == ()


def test_the_card_has_delay_and_samples(store: SqlStore) -> None:
    fill(store, title="Talks")
    card = card_of(store, WATCHLIST, NOW)
    assert (card.total.told, card.total.answered, card.delay.messages) == (1, 0, 1)
    assert card.delay.median == timedelta(hours=11)
    assert [d.reason.value for d in card.samples] == ["not significant"]


def test_bars_hold_days_and_wider_ones_where_there_are_many() -> None:
    seen = [Seen("a", NOW, True), Seen("a", NOW - timedelta(days=2), False)]
    bars = bars_of(seen, NOW - timedelta(days=3), NOW)
    assert (bars.days, bars.matched, bars.told) == (1, (0, 1, 0, 1), (0, 0, 0, 1))
    wide = bars_of(seen, NOW - timedelta(days=365), NOW)
    assert (wide.days, len(wide.matched), sum(wide.matched)) == (4, 92, 2)


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("S-12ab", "S-12ab.html"),
        ("../../etc", None),
        ("", None),
        ("ä", None),
        ("index.html", None),
    ],
)
def test_names_of_files_hold_nothing_that_a_path_reads(identity: str, name: str | None) -> None:
    made = file_name(identity)
    assert made == (name or made)
    assert made.replace(".html", "").replace("-", "").isalnum()
    assert (name is not None) or made.startswith("x")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", "//x.example"]
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert sharing.link(url) == ""


@pytest.mark.parametrize(("code", "tag"), [("ru", "ru"), ("pt-BR", "pt-BR"), ("und", ""),
                                           ('x" onclick="', "")])  # fmt: skip
def test_language_tags_are_tags(code: str, tag: str) -> None:
    assert sharing.language_tag(code) == tag

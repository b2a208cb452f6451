"""``tidings backtest``: what is printed, what it exits with, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cli_values import NOW, Program

from monitors.model import Article, Passage, PassageKind
from monitors.store import SqlStore

OTHER = """\
sources:
  - {name: UN News, kind: feed, url: "https://news.example/rss", tier: official}
topics:
  relief:
    name: Sanctions relief
    description: Sanctions are lifted.
    sensitivity: broad
  volcano:
    name: Volcano
    description: A volcano erupts in Iceland.
"""
LEADS = (
    ("lifted", "United States lifts sanctions on a Russian bank", "The bank may trade again"),
    ("cup", "Goalkeeper injured before the cup final", "A second keeper trains with the team"),
    (
        "eruption", "A volcano erupts in Iceland after days of earthquakes",
        "Lava flows from a fissure that opened on Tuesday, and a town was evacuated",
    ),
)  # fmt: skip


@pytest.fixture
def stored(store: SqlStore, folder: Path) -> SqlStore:
    """Three articles of the last days, none decided."""
    for hours, (name, title, lead) in enumerate(LEADS, start=2):
        passages = (Passage(0, PassageKind.TITLE, title), Passage(1, PassageKind.LEAD, f"{lead}."))
        seen = NOW - timedelta(hours=hours)
        article = Article(
            f"A-{name}", "un-news", f"https://news.example/{name}", title, passages, name, seen
        )
        store.articles.save(replace(article, published=seen, language="en"))
    (folder / "other.yaml").write_text(OTHER, "utf-8")
    return store


def test_it_shows_rates_and_messages_and_compares(called: Program, stored: SqlStore) -> None:
    shown = called("backtest", "relief", "--against", "other.yaml")
    assert shown.returncode == 0, shown.stderr
    for words in ("3 articles", "balanced (as written)", "strict", "broad", "Against other.yaml"):
        assert words in shown.stdout
    assert "were not kept" in shown.stderr
    assert stored.decisions.decisions() == []

    plain = json.loads(called("backtest", "relief", "--against", "other.yaml", "--json").stdout)
    assert plain["version"]["articles"] == 3
    assert set(plain["version"]["rates"]) == {"strict", "balanced", "broad"}
    assert plain["against"]["sensitivity"] == "broad"
    assert plain["difference"]["gained"] == []


def test_what_fits_and_stays_silent_is_said(called: Program, stored: SqlStore) -> None:
    lifted = stored.articles.find("A-lifted")
    assert lifted is not None
    first = replace(
        lifted, id="A-first", url="https://news.example/first", fingerprint="first", baseline=True,
        first_seen=NOW - timedelta(hours=9),
    )  # fmt: skip
    stored.articles.save(first)
    shown = called("backtest", "relief")
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert "Silent: 1 that fit and were new came with the first answer" in said
    assert f"{first.first_seen:%d %b} {lifted.title}" in said


def test_a_topic_that_is_not_saved_yet_can_stand_in_another_file(
    called: Program, stored: SqlStore
) -> None:
    answer = called("backtest", "volcano", "--against", "other.yaml", "--json")
    plain = json.loads(answer.stdout)
    assert plain["version"] is None
    assert plain["against"]["topic"] == "volcano"
    shown = called("backtest", "volcano", "--against", "other.yaml").stdout
    assert "only in other.yaml" in shown
    unknown = called("backtest", "volcano")
    assert unknown.returncode == 2
    assert "--against" in unknown.stderr


def test_a_limit_sets_the_exit_code(called: Program, stored: SqlStore) -> None:
    told = json.loads(called("backtest", "volcano", "--against", "other.yaml", "--json").stdout)
    rate = told["against"]["rates"]["balanced"]["a_day"]
    fits = called(
        "backtest", "volcano", "--against", "other.yaml", "--limit-per-day", str(rate + 1)
    )
    assert fits.returncode == 0
    over = called("backtest", "volcano", "--against", "other.yaml", "--limit-per-day", "0")
    assert over.returncode == (1 if rate else 0)
    assert rate, "the volcano must be told, else the limit is not tried"
    assert "more than the limit of 0" in over.stderr

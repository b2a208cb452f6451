"""The strict loader of watch.yaml: what it reads, and what it says of mistakes."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest

from monitors.errors import WatchlistError
from monitors.model import (
    Budget,
    Channel,
    DigestPlan,
    Keywords,
    QuietHours,
    Sensitivity,
    Stage,
    Tier,
)
from monitors.watchlist import load_watchlist, problems

ROOT = Path(__file__).parents[2]

GOOD = """\
defaults:
  channel: "#alerts"
  operators_channel: "#ops"
  timezone: Europe/London
  quiet_hours: "22:00-07:00"
  sensitivity: strict
  at_most: 10/week
  every: 20m
sources:
  - {name: The Harbour Gazette, kind: feed, url: "https://gazette.example/feed", tier: wire}
  - name: Вестник
    kind: sitemap
    url: http://vestnik.example/news.xml
    language: ru
    every: 2h
  - {name: Listing, kind: page, url: "https://l.example/", pattern: "/news/\\\\d+", id: listed}
  - {name: Saved, kind: folder, url: saved/pages}
topics:
  harbour-works:
    name: Harbour works
    description: >
      The harbour is deepened,
      widened or closed.
    examples: [Dredgers arrive, "Quay wall: finished"]
    not:
      - Boat race held in the harbour
    keywords: {any: [harbour*, порт*], none: [race]}
    channel: "#harbour"
    sensitivity: broad
    at_most: 3/day
  ferries:
    name: Ferries
    description: A ferry line opens or closes.
"""


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD, encoding="utf-8")
    return file


def changed(file: Path, old: str, new: str) -> WatchlistError:
    """The only mistake after ``old`` was replaced in the good file, checked to be on its line."""
    assert GOOD.count(old) == 1
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    found = problems(file)
    assert len(found) == 1, found
    assert found[0].path == str(file)
    assert found[0].remedy
    with pytest.raises(WatchlistError) as caught:
        load_watchlist(file)
    assert caught.value.line == found[0].line
    return found[0]


def line_of(text: str) -> int:
    return next(i for i, line in enumerate(GOOD.splitlines(), 1) if text in line)


def test_sources_take_their_fields_and_the_defaults(watch: Path) -> None:
    gazette, vestnik, listed, saved = load_watchlist(watch).sources

    assert (gazette.id, gazette.tier, gazette.every) == (
        "the-harbour-gazette",
        Tier.WIRE,
        timedelta(minutes=20),
    )
    assert (vestnik.id, vestnik.language, vestnik.every) == ("vestnik", "ru", timedelta(hours=2))
    assert (listed.id, listed.pattern) == ("listed", r"/news/\d+")
    assert Path(saved.url) == watch.parent / "saved/pages"


def test_robots_is_ignored_only_where_the_watch_list_says_why(watch: Path) -> None:
    override = 'id: listed, robots: {ignore: true, because: "agreed with the editor"}'
    watch.write_text(GOOD.replace("id: listed", override), encoding="utf-8")
    reasons = [source.robots_ignored_because for source in load_watchlist(watch).sources]
    assert reasons == ["", "", "agreed with the editor", ""]


def test_topics_take_their_fields_and_the_defaults(watch: Path) -> None:
    works, ferries = load_watchlist(watch).topics

    assert works.description == "The harbour is deepened, widened or closed."
    assert works.examples == ("Dredgers arrive", "Quay wall: finished")
    assert works.not_examples == ("Boat race held in the harbour",)
    assert works.keywords == Keywords(("harbour*", "порт*"), ("race",))
    assert (works.channel, works.sensitivity) == ("#harbour", Sensitivity.BROAD)
    assert works.at_most == Budget(3, timedelta(days=1))
    assert (ferries.channel, ferries.sensitivity) == ("#alerts", Sensitivity.STRICT)
    assert ferries.at_most == Budget(10, timedelta(days=7))
    assert ferries.timezone == "Europe/London"
    assert ferries.quiet_hours == QuietHours(time(22), time(7))
    assert load_watchlist(watch).operators_channel == "#ops"


def test_a_good_file_has_no_problems(watch: Path) -> None:
    assert problems(watch) == []


def test_a_folder_is_merged(watch: Path) -> None:
    head, topics = GOOD.split("topics:\n")
    watch.write_text(head, encoding="utf-8")
    (watch.parent / "topics.yml").write_text("topics:\n" + topics, encoding="utf-8")
    (watch.parent / "notes.txt").write_text("not: read", encoding="utf-8")

    merged = load_watchlist(watch.parent)

    assert (len(merged.sources), len(merged.topics)) == (4, 2)
    assert merged.topics[1].channel == "#alerts"


def test_ids_and_defaults_repeated_across_files_are_refused(watch: Path) -> None:
    other = watch.parent / "zz.yaml"
    other.write_text(
        'defaults: {channel: "#b"}\ntopics:\n  ferries: {name: Ferries, description: Again.}\n',
        encoding="utf-8",
    )

    found = problems(watch.parent)

    assert [(e.path, e.line) for e in found] == [(str(other), 1), (str(other), 3)]
    assert str(watch) in found[0].problem
    assert str(watch) in found[1].problem


@pytest.mark.parametrize(
    ("old", "new", "said", "remedy"),
    [
        ("    examples:", "    exmaples:", "exmaples", "`examples`"),
        ("language: ru", "langauge: ru", "langauge", "`language`"),
        ("  timezone: E", "  timezoen: E", "timezoen", "`timezone`"),
        ("topics:\n", "topcis:\n", "topcis", "`topics`"),
        ("none: [race]", "nope: [race]", "nope", "`none`"),
        ("kind: feed", "kind: feeds", "feeds", "`feed`"),
        ("tier: wire", "tier: wires", "wires", "`wire`"),
        ("sensitivity: broad", "sensitivity: brood", "brood", "`broad`"),
        ("every: 2h", "every: 2 fortnights", "duration", "15m"),
        ("every: 2h", "every: 15", "duration", "15m"),
        ("every: 2h", "every: 1s", "out of bounds", "30s"),
        ("at_most: 3/day", "at_most: lots", "budget", "3/day"),
        ("at_most: 3/day", "at_most: 3/dya", "period", "`day`"),
        ("at_most: 3/day", "at_most: 0/day", "budget", "3/day"),
        ('"22:00-07:00"', '"25:00-07:00"', "quiet hours", "22:00-07:00"),
        ('"22:00-07:00"', "late", "quiet hours", "22:00-07:00"),
        ('"22:00-07:00"', '"22:00-22:00"', "quiet hours", "22:00-07:00"),
        ("Europe/London", "Europe/Lodnon", "time zone", "`Europe/London`"),
        ('"#harbour"', '"harbour news"', "channel", '"#harbour-news"'),
        ('"#harbour"', "#harbour", "empty", "quotes"),
        ("language: ru", "language: Russian", "language code", "ISO 639-1"),
        ("http://vestnik.example/news.xml", "vestnik.example/x", "http", "https://vestnik"),
        ("http://vestnik.example/news.xml", "ftp://vestnik.example/", "http", "https://"),
        ("http://vestnik.example/news.xml", "http://vest nik.example/", "space", "%20"),
        ("http://vestnik.example/news.xml", "http:///news.xml", "host", "https://"),
        ("http://vestnik.example/news.xml", "http://a:port/", "no address", "https://"),
        ("id: listed", "id: Listed One", "no id", "`listed-one`"),
        ("id: listed", "id: vestnik", "already", "another"),
        ("  ferries:", "  Ferry Lines:", "topic id", "`ferry-lines`"),
        ('pattern: "/news/\\\\d+"', 'pattern: "/news/("', "regular expression", "/news/"),
        ("harbour*, порт*", "har*bour", "*", "end"),
        ("    name: Ferries\n", "", "no `name`", "name and a description"),
        ("    description: A ferry line opens or closes.\n", "", "no `description`", "name"),
        ("name: Ferries", "name: ", "empty", "value"),
        ("name: Ferries", "name: [a]", "must be text, not a list", "single value"),
        ('[Dredgers arrive, "Quay wall: finished"]', "Dredgers", "must be a list", "- "),
        ("url: saved/pages", "url: saved/pages, pattern: x", "no meaning", "page"),
        ("id: listed", "id: listed, robots: {ignore: true}", "does not say why", "because"),
        ("id: listed", "id: listed, robots: {because: we asked}", "with `ignore`", "because"),
        ("id: listed", "id: listed, robots: ignore", "must be a mapping", "ignore"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(
    watch: Path, old: str, new: str, said: str, remedy: str
) -> None:
    error = changed(watch, old, new)

    assert said in error.problem
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    examples:", "    exmaples:"),
        ("every: 2h", "every: soon"),
        ("sensitivity: broad", "sensitivity: brood"),
        ("  quiet_hours: ", "  quiet_huors: "),
    ],
)
def test_a_mistake_has_its_line(watch: Path, old: str, new: str) -> None:
    assert changed(watch, old, new).line == line_of(old)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("    description: A ferry", "    descripton: A ferry", "descripton"),
        ("    name: Ferries", "    Name: Ferries", "Name"),
        ("  - name: Вестник", "  - nmae: Вестник", "nmae"),
        ("    kind: sitemap", "    knid: sitemap", "knid"),
        ("    url: http", "    URL: http", "URL"),
    ],
)
def test_a_needed_key_that_is_misspelt_is_named_where_it_stands(
    watch: Path, old: str, new: str, key: str
) -> None:
    error = changed(watch, old, new)

    assert f"unknown key `{key}`" in error.problem
    assert "Did you mean" in error.remedy
    assert error.line == line_of(old)


def test_a_needed_key_is_missed_beside_an_unknown_one_of_another_kind(watch: Path) -> None:
    watch.write_text(GOOD.replace("    description: A ferry", "    colour: A ferry"), "utf-8")

    missing, unknown = problems(watch)

    assert "no `description`" in missing.problem
    assert "unknown key `colour`" in unknown.problem


def test_a_key_given_twice_is_refused(watch: Path) -> None:
    error = changed(watch, "    name: Ferries\n", "    name: Ferries\n    name: Boats\n")

    assert error.line == line_of("    name: Ferries") + 1
    assert f"line {line_of('    name: Ferries')}" in error.problem


def test_a_topic_given_twice_is_refused(watch: Path) -> None:
    again = "  ferries:\n    name: F\n    description: G\n"
    watch.write_text(GOOD + again, encoding="utf-8")

    (error,) = problems(watch)

    assert "`ferries` is given twice" in error.problem
    assert error.line == len(GOOD.splitlines()) + 1


def test_all_mistakes_are_collected_and_the_loader_counts_them(watch: Path) -> None:
    text = GOOD.replace("kind: feed", "kind: fed").replace("every: 2h", "every: x")
    watch.write_text(text.replace("name: Ferries", "nmae: Ferries"), encoding="utf-8")

    found = problems(watch)

    assert [e.line for e in found] == sorted(e.line for e in found)
    assert len(found) >= 3
    with pytest.raises(WatchlistError, match=f"{len(found) - 1} more mistakes") as caught:
        load_watchlist(watch)
    assert (caught.value.line, caught.value.problem) == (found[0].line, found[0].problem)


@pytest.mark.parametrize("section", ["sources", "topics"])
def test_a_list_without_sources_or_topics_is_refused(watch: Path, section: str) -> None:
    watch.write_text(
        re.sub(rf"(?s)^{section}:\n.*?(?=^\w|\Z)", "", GOOD, flags=re.MULTILINE), "utf-8"
    )

    (error,) = problems(watch)

    assert error.problem == f"there are no {section}"


def test_a_tab_is_named(watch: Path) -> None:
    error = changed(watch, "    name: Ferries", "\tname: Ferries")

    assert "tab" in error.problem
    assert error.line == line_of("    name: Ferries")


@pytest.mark.parametrize(
    "broken", ["name: Ferries: fast", "name: [Ferries", 'name: "Ferries', "name: @Ferries"]
)
def test_broken_yaml_is_one_clear_line(watch: Path, broken: str) -> None:
    watch.write_text(GOOD.replace("name: Ferries", broken), encoding="utf-8")

    (error,) = problems(watch)

    assert "no YAML" in error.problem
    assert error.line >= line_of("name: Ferries")
    assert "\n" not in str(error)


def test_a_missing_file_points_to_init(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="tidings init") as caught:
        load_watchlist(tmp_path / "watch.yaml")
    assert caught.value.line == 0


def test_an_empty_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    assert "no *.yaml" in problems(tmp_path)[0].problem
    (tmp_path / "watch.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert "empty" in problems(tmp_path)[0].problem


def test_a_file_that_is_not_utf8_is_named_with_its_line(watch: Path) -> None:
    watch.write_bytes(GOOD.replace("Ferries", "F\u00e4hren").encode("latin-1", "replace"))

    (error,) = problems(watch)

    assert "UTF-8" in error.problem
    assert error.line == line_of("name: Ferries")


def test_no_error_shows_a_password_of_a_url(watch: Path) -> None:
    error = changed(
        watch, "http://vestnik.example/news.xml", "ftp://me:canary@v.example/?k=canary"
    )

    assert "canary" not in str(error)


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "sources: none\n", "topics: [a]\n"])
def test_another_shape_is_refused_with_an_example(tmp_path: Path, text: str) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(text, encoding="utf-8")

    assert all(e.remedy for e in problems(file))
    assert problems(file)[0].line == 1


def test_the_projects_own_watch_list_is_good() -> None:
    own = load_watchlist(ROOT / "watch.yaml")

    assert [t.id for t in own.topics] == [
        "sanctions-relief",
        "embassy-restoration",
        "summit-plans",
    ]
    assert all(len(t.examples) >= 4 and len(t.not_examples) >= 3 for t in own.topics)
    assert len(own.sources) >= 15
    assert {s.tier for s in own.sources} >= {Tier.OFFICIAL, Tier.WIRE, Tier.PRESS}
    assert {s.language for s in own.sources} == {"en", "ru"}


# --- channels, digests, urgent stages, mentions -----------------------------------------

CHANNELS = """\
defaults: {channel: "#alerts", timezone: Europe/London, digest: daily 8:00, urgent: in force}
channels:
  "#harbour":
    digest: friday 16:30
    timezone: Asia/Tokyo
    quiet_hours: "21:00-08:00"
    urgent: [signed, in force]
    at_most: 10/day
sources: [{name: S, kind: feed, url: "https://s.example/feed"}]
topics:
  works: {name: Works, description: Works begin., channel: "#harbour", at_most: 3/day}
  ferries: {name: Ferries, description: A line opens., mention: "@here"}
  cranes:
    name: Cranes
    description: A crane moves.
    channel: "#harbour"
    timezone: UTC
    urgent: []
    mention: ["@channel", U0123456789, S0123456789]
"""


def _load(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "watch.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_channels_have_settings_of_their_own(tmp_path: Path) -> None:
    found = load_watchlist(_load(tmp_path, CHANNELS))
    friday = DigestPlan(time(16, 30), 4)
    assert found.channel("#harbour") == Channel(
        "#harbour", "Asia/Tokyo", friday, Budget(10, timedelta(days=1))
    )
    assert found.channel("#alerts") == Channel("#alerts", "Europe/London", DigestPlan(time(8)))
    assert found.channel("#elsewhere") == Channel("#elsewhere")


def test_topics_take_from_their_channel_and_then_from_the_defaults(tmp_path: Path) -> None:
    works, ferries, cranes = load_watchlist(_load(tmp_path, CHANNELS)).topics
    night = QuietHours(time(21), time(8))
    assert (works.timezone, works.quiet_hours) == ("Asia/Tokyo", night)
    assert works.urgent == {Stage.SIGNED, Stage.IN_FORCE}
    assert works.at_most == Budget(3, timedelta(days=1))
    assert (ferries.timezone, ferries.quiet_hours) == ("Europe/London", None)
    assert (ferries.urgent, ferries.mention) == ({Stage.IN_FORCE}, ("here",))
    assert (cranes.timezone, cranes.urgent, cranes.at_most) == ("UTC", frozenset(), None)
    assert cranes.mention == ("channel", "U0123456789", "S0123456789")


@pytest.mark.parametrize(
    ("right", "wrong", "line", "problem", "remedy"),
    [
        ("daily 8:00", "dayly 8:00", 1, "'dayly' is no day of a digest", "Did you mean `daily`?"),
        ("friday 16:30", "friday", 4, "'friday' is no digest", "daily 08:00"),
        ("friday 16:30", "friday 25:30", 4, "25:30 is no time of day", "local time"),
        ("[signed, in force]", "[singed]", 7, "may not be 'singed'", "Did you mean `signed`?"),
        ('"@here"', "@everyone", 12, "'@everyone' can not be mentioned", "U0123456789"),
        ('"@here"', '"<!channel>"', 12, "'<!channel>' can not be mentioned", "U0123456789"),
        ('  "#harbour":', '  "#harbor":', 3, "no topic is told in '#harbor'", "`#harbour`"),
        ('  "#harbour":', "  Harbour:", 3, "'Harbour' is no channel name", "#harbour"),
        ("quiet_hours: ", "quiet: ", 6, "unknown key `quiet`", "`quiet_hours`"),
    ],
)
def test_mistakes_in_channels_are_named_with_line_and_remedy(
    tmp_path: Path, right: str, wrong: str, line: int, problem: str, remedy: str
) -> None:
    text = CHANNELS.replace(right, wrong, 1) if right != '"@here"' else CHANNELS
    if right == '"@here"':
        text = CHANNELS.replace(right, wrong if wrong.startswith('"') else f'"{wrong}"')
    first = problems(_load(tmp_path, text))[0]
    assert first.line == line
    assert problem in first.problem
    assert remedy in first.remedy

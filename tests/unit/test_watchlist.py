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
from tests.support.watchlists import (
    CHANNEL_MISTAKES,
    CHANNELS,
    GOOD,
    MISSPELT,
    MISTAKES,
    OTHER_SHAPES,
)

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize(("old", "new", "said", "remedy"), MISTAKES)
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


@pytest.mark.parametrize(("old", "new", "key"), MISSPELT)
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


def test_a_file_that_is_nested_beyond_all_reason_is_one_mistake(watch: Path) -> None:
    watch.write_text(f"topics: {'[' * 3000}{']' * 3000}\n", "utf-8")

    (error,) = problems(watch)

    assert "nested" in error.problem


def test_no_error_shows_a_password_of_a_url(watch: Path) -> None:
    error = changed(
        watch, "http://vestnik.example/news.xml", "ftp://me:canary@v.example/?k=canary"
    )

    assert "canary" not in str(error)


@pytest.mark.parametrize("text", OTHER_SHAPES)
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


@pytest.mark.parametrize(("right", "wrong", "line", "problem", "remedy"), CHANNEL_MISTAKES)
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

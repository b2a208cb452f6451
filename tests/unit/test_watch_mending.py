"""The line that check proposes: pasted over the mistaken one, it mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitors.errors import WatchlistError
from monitors.watchlist import problems
from tests.support.watchlists import CHANNEL_MISTAKES, CHANNELS, GOOD, MISSPELT, MISTAKES

ALL = [
    *((GOOD, case[0], case[1]) for case in (*MISTAKES, *MISSPELT)),
    *((CHANNELS, case[0], case[1]) for case in CHANNEL_MISTAKES if case[1] != "@everyone"),
]
YAML_MISTAKES = [
    "name: Ferries: fast",
    'name: "Ferries',
    "name: @Ferries",
    "name Ferries",
    "name:Ferries",
    "name: *Ferries",
    "name: [Ferries",
]


def pasted(file: Path, mistake: WatchlistError) -> list[WatchlistError]:
    """The mistakes that are left once the proposed line stands in place of the wrong one."""
    lines = file.read_text("utf-8").split("\n")
    at = mistake.line or len(lines) + 1
    file.write_text("\n".join([*lines[: at - 1], mistake.mended, *lines[at:]]), "utf-8")
    return problems(file)


@pytest.mark.parametrize(
    ("base", "right", "wrong"),
    [pytest.param(*case, id=f"{i} {case[2].strip()}") for i, case in enumerate(ALL)],
)
def test_the_proposed_line_mends_the_mistake(
    tmp_path: Path, base: str, right: str, wrong: str
) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(base.replace(right, wrong, 1), "utf-8")
    mistake = problems(file)[0]
    assert mistake.mended, mistake
    assert pasted(file, mistake) == []


@pytest.mark.parametrize("wrong", YAML_MISTAKES)
def test_what_is_no_yaml_gets_a_line_that_is(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD.replace("name: Ferries", wrong), "utf-8")
    (mistake,) = problems(file)
    assert mistake.mended
    left = pasted(file, mistake)
    assert not any("no YAML" in each.problem for each in left)
    assert len(left) == ("[" in wrong)  # that one is a list now, and is to be a text


def test_a_tab_becomes_the_blanks_that_its_neighbours_have(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD.replace("    name: Ferries", "\tname: Ferries"), "utf-8")
    (mistake,) = problems(file)
    assert mistake.mended == "    name: Ferries"


def test_comments_and_quotes_of_the_line_stay(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    text = GOOD.replace("    kind: sitemap", "    kind: sitmap   # the press office's")
    file.write_text(text, "utf-8")
    assert problems(file)[0].mended == "    kind: sitemap   # the press office's"


@pytest.mark.parametrize(
    "url",
    [
        "https://me:canary@gazette.example/feed",
        "https://gazette.example/feed?api_key=canary",
        "ftp://me:canary@gazette.example/feed",
    ],
)
def test_no_proposal_repeats_a_secret(tmp_path: Path, url: str) -> None:
    file = tmp_path / "watch.yaml"
    wrong = GOOD.replace("https://gazette.example/feed", url).replace("tier: wire", "tier: wirr")
    file.write_text(wrong, "utf-8")
    found = problems(file)
    assert found
    assert not any("canary" in mistake.mended for mistake in found)
    assert any("tier: wire" in mistake.mended for mistake in found)


def test_a_description_alone_becomes_a_topic(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD + "  harbour-fees: Fees rise or fall.\n", "utf-8")
    (mistake,) = problems(file)
    assert mistake.mended == (
        "  harbour-fees: {name: Harbour fees, description: Fees rise or fall.}"
    )
    assert pasted(file, mistake) == []


@pytest.mark.parametrize(
    ("written", "code"), [("English", "en"), ("de-AT", "de"), ("Rusian", "ru"), ("Klingon", "en")]
)
def test_languages_that_are_written_out_become_codes(
    tmp_path: Path, written: str, code: str
) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD.replace("language: ru", f"language: {written}"), "utf-8")
    assert problems(file)[0].mended == f"    language: {code}"


def test_a_time_between_two_hours_is_left_to_a_place(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD.replace("Europe/London", '"UTC+05:30"'), "utf-8")
    [mistake] = problems(file)
    assert mistake.remedy == "Write the zone of a place, e.g. Europe/London"
    assert mistake.mended == ""


def test_a_text_cut_at_its_colon_keeps_what_stands_behind_it(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    wrong = "- Boat race: held in the harbour  # each May"
    file.write_text(GOOD.replace("- Boat race held in the harbour", wrong), "utf-8")
    [mistake] = problems(file)
    assert mistake.mended == '      - "Boat race: held in the harbour"  # each May'
    assert pasted(file, mistake) == []


@pytest.mark.parametrize("wrong", ["- {Boat race: held}", '- "Boat race": held', "- Boat: [a]"])
def test_what_is_meant_as_a_mapping_is_not_taken_for_a_cut_text(
    tmp_path: Path, wrong: str
) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(GOOD.replace("- Boat race held in the harbour", wrong), "utf-8")
    [mistake] = problems(file)
    assert (mistake.remedy, mistake.mended) == ("Write a single value", "")


def test_a_channel_whose_name_became_a_comment_is_named_as_such(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(CHANNELS.replace('  "#harbour":', "  #harbour:"), "utf-8")
    first = problems(file)[0]
    assert "stands where the name of a channel belongs" in first.problem
    assert "in quotes" in first.remedy

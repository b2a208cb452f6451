"""A new topic in watch.yaml: added whole or not at all, and everything else as it was."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from monitors.drafts.draft import Draft, as_yaml, id_of
from monitors.drafts.writing import planned, write
from monitors.errors import ConfigError, WatchlistError
from monitors.watchlist import load_watchlist
from tests.support.watchlists import GOOD

DRAFT = Draft(
    "quay-fees",
    "Quay fees: the dispute",
    "Fees for ships at the quay are raised, lowered or waived, " * 3 + "or that is announced.",
    ("Port: fees rise", "Сборы в порту выросли", "#quay is dear"),
    ("- Ships pay",),
    "#quays",
    "strict",
    "3/day",
)
SMALL = Draft("quay-fees", "Quay fees", "Fees rise or fall.")


def put(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "watch.yaml"
    file.write_bytes(text.encode())
    return file


def added(file: Path, draft: Draft = DRAFT) -> str:
    write(planned(file, draft))
    return file.read_bytes().decode()


def test_the_topic_is_added_and_every_other_line_stays(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD)
    after = added(file)
    assert after.startswith(GOOD)
    topic = load_watchlist(file).topics[-1]
    assert (topic.id, topic.name) == ("quay-fees", "Quay fees: the dispute")
    assert topic.examples == DRAFT.examples
    assert topic.not_examples == DRAFT.opposites
    assert (topic.channel, topic.sensitivity.value) == ("#quays", "strict")


SHAPES = {
    "comments behind": GOOD + "    # about ferries\n\n# the end\n",
    "topics first": "topics:\n  a: {name: A, description: B.}\n\n# where from\nsources:\n"
    "  - {name: S, kind: feed, url: 'https://s.example/f'}  # good\n",
    "blank lines between": GOOD.replace("  ferries:", "\n  ferries:"),
    "four blanks": GOOD.split("topics:")[0] + "topics:\n    a:\n        name: A\n"
    "        description: B.\n",
    "no last line break": GOOD.rstrip("\n"),
    "in braces": GOOD.split("topics:")[0] + "topics: {a: {name: A, description: B.}}  # one\n",
    "DOS": GOOD.replace("\n", "\r\n"),
    "with a mark": "\ufeff" + GOOD,
    "a block at the end": GOOD.replace(
        "    description: A ferry line opens or closes.\n",
        "    description: >\n      A ferry line opens\n      or closes.\n",
    ),
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_it_fits_into_lists_of_any_shape(tmp_path: Path, text: str) -> None:
    file = put(tmp_path, text)
    before = load_watchlist(file)
    after = added(file)
    found = load_watchlist(file)
    assert found.topics[:-1] == before.topics
    assert found.sources == before.sources
    kept = [line for line in text.splitlines() if "#" in line]
    assert [line for line in kept if line.strip() and line.split("#")[1] not in after] == []
    if "{" not in text.split("topics:")[1][:2]:
        assert [x for x in text.splitlines() if x not in after.splitlines()] == []
    assert ("\r\n" in after) is ("\r\n" in text)


def test_blank_lines_between_topics_are_kept_up(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD.replace("  ferries:", "\n  ferries:"))
    assert "\n\n  quay-fees:\n" in added(file)


def test_of_a_folder_the_file_with_topics_takes_it(tmp_path: Path) -> None:
    head, topics = GOOD.split("topics:\n")
    (tmp_path / "a.yaml").write_text("topics:\n" + topics, "utf-8")
    (tmp_path / "b.yaml").write_text(head, "utf-8")
    edit = planned(tmp_path, DRAFT)
    assert edit.file == tmp_path / "a.yaml"
    write(edit)
    assert load_watchlist(tmp_path).topics[-1].id == "quay-fees"


def test_the_diff_shows_what_is_added_and_nothing_is_written_yet(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD)
    diff = planned(file, SMALL).diff().splitlines()
    assert [line for line in diff if line.startswith("+") and "+++" not in line] == [
        "+  quay-fees:",
        "+    name: Quay fees",
        "+    description: Fees rise or fall.",
    ]
    assert not [line for line in diff if line.startswith("-") and "---" not in line]
    assert file.read_text("utf-8") == GOOD


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Draft("ferries", "Ferries", "Again."), "one with this id"),
        (Draft("Quay", "Quay", "Fees."), "no topic id"),
        (Draft("quay", "Quay", "Fees.", channel="no channel"), "no channel name"),
        (Draft("quay", "Quay", "Fees.", sensitivity="loud"), "may not be"),
        (Draft("quay", "Quay", "Fees.", at_most="many"), "no alert budget"),
    ],
)
def test_a_draft_that_would_break_the_list_is_refused(
    tmp_path: Path, draft: Draft, said: str
) -> None:
    file = put(tmp_path, GOOD)
    with pytest.raises(ConfigError, match=said):
        planned(file, draft)
    assert file.read_text("utf-8") == GOOD


def test_a_broken_list_is_left_alone(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD.replace("kind: feed", "kind: fed"))
    with pytest.raises(WatchlistError):
        planned(file, SMALL)


def test_a_list_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD)
    edit = planned(file, SMALL)
    file.write_text(GOOD + "# mine\n", "utf-8")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        write(edit)
    assert file.read_text("utf-8") == GOOD + "# mine\n"


def test_rights_and_links_stay(tmp_path: Path) -> None:
    file = put(tmp_path, GOOD)
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    write(planned(link, SMALL))
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "watch.yaml"]


@pytest.mark.parametrize("text", ["yes", "2025", "a: b", "# c", "'d'", "e #f", "- g", "@h", "[i"])
def test_any_headline_is_read_back_as_it_was(tmp_path: Path, text: str) -> None:
    file = put(tmp_path, GOOD)
    added(file, Draft("quay", text, text, (text,), (text,)))
    topic = load_watchlist(file).topics[-1]
    assert (topic.name, topic.examples, topic.not_examples) == (text, (text,), (text,))


def test_only_what_is_drafted_is_written() -> None:
    assert as_yaml(SMALL) == (
        "  quay-fees:\n    name: Quay fees\n    description: Fees rise or fall.\n"
    )
    assert id_of("Quay fees & Сборы") == "quay-fees-sbory"

"""The JSON Schema of watch.yaml: the parser's fields, and the parser's opinion of mistakes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from monitors.model import Sensitivity, Stage, Tier
from monitors.watchlist import KINDS, problems, sources, topics
from monitors.watchlist.loading import SECTIONS
from monitors.watchlist.schema import FILE_NAME, LINE, schema, text
from tests.support.watchlists import (
    CHANNEL_MISTAKES,
    CHANNELS,
    GOOD,
    MISSPELT,
    MISTAKES,
    OTHER_SHAPES,
)

ROOT = Path(__file__).parents[2]
SCHEMA = schema()
CHECKER = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

BEYOND = {
    "every: 1s",  # a number's bounds inside a text
    "Europe/Lodnon",  # there are some 600 time zones, and they change
    "UTC+3",
    '"-02:00"',
    "gmt+0",
    '"5"',
    '"22:00-22:00"',  # two values alike
    "id: vestnik",  # taken by another source
    "har*bour",
    '  "#harbor":',  # no topic is told there
}
"""Mistakes that only ``tidings check`` can know, by what was written."""


def refused(watch: str) -> list[str]:
    document = YAML(typ="safe", pure=True).load(io.StringIO(watch))
    return [error.message for error in CHECKER.iter_errors(document)]


def fields(*path: str) -> set[str]:
    node: Any = SCHEMA
    for step in path:
        node = node[step]
    assert node["additionalProperties"] is False
    return set(node["properties"])


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_it_has_the_fields_of_the_parser() -> None:
    topic = ("properties", "topics", "additionalProperties")
    source = ("properties", "sources", "items")
    assert fields() == set(SECTIONS)
    assert fields("properties", "defaults") == set(topics.DEFAULT_KEYS)
    assert fields("properties", "channels", "additionalProperties") == set(topics.CHANNEL_KEYS)
    assert fields(*source) == set(sources.KEYS)
    assert fields(*source, "properties", "robots") == set(sources.ROBOTS_KEYS)
    assert fields(*topic) == set(topics.KEYS)
    assert fields(*topic, "properties", "keywords") == set(topics.KEYWORD_KEYS)


def test_it_needs_what_the_parser_needs() -> None:
    assert SCHEMA["properties"]["sources"]["items"]["required"] == list(sources.NEEDED)
    named = SCHEMA["properties"]["topics"]["additionalProperties"]
    assert named["required"] == list(topics.NEEDED)


def test_it_knows_every_kind_tier_sensitivity_and_stage() -> None:
    source = SCHEMA["properties"]["sources"]["items"]["properties"]
    topic = SCHEMA["properties"]["topics"]["additionalProperties"]["properties"]
    assert source["kind"]["enum"] == list(KINDS)
    assert source["tier"]["enum"] == list(Tier)
    assert topic["sensitivity"]["enum"] == list(Sensitivity)
    assert set(topic["urgent"]["anyOf"][0]["enum"]) == set(Stage) - {Stage.NONE}


@pytest.mark.parametrize(
    "watch",
    [
        GOOD,
        CHANNELS,
        (ROOT / "watch.yaml").read_text("utf-8"),
        (ROOT / "monitors/cli/starter/watch.yaml").read_text("utf-8"),
        "topics:\n  t:\n    name: 2025\n    description: yes\n    examples:\n",
        "defaults:\nsources:\n  - {name: S, kind: feed, url: 'HTTP://[::1]:80/f', every: 5min}\n",
        "defaults: {digest: Monday 8:05, every: 2 hours, at_most: 3 per week}\n",
    ],
    ids=["good", "channels", "shipped", "started", "plain values", "address", "spellings"],
)
def test_it_takes_what_the_parser_takes(watch: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(watch, "utf-8")
    missing = {
        "sources:": "sources: [{name: X, kind: feed, url: 'https://x.example/f'}]\n",
        "topics:": "topics: {x: {name: X, description: X happens.}}\n",
    }
    rest = "".join(text for section, text in missing.items() if section not in watch)
    (tmp_path / "two.yaml").write_text(rest or "defaults:\n", "utf-8")
    assert problems(tmp_path) == []
    assert refused(watch) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [pytest.param(case[0], case[1], id=f"{i} {case[1].strip()}") for i, case in enumerate(
        [*MISTAKES, *MISSPELT])],
)  # fmt: skip
def test_it_refuses_what_the_parser_refuses(old: str, new: str) -> None:
    wrong = GOOD.replace(old, new)
    assert bool(refused(wrong)) is (new not in BEYOND)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [pytest.param(case[0], case[1], id=f"{i}") for i, case in enumerate(CHANNEL_MISTAKES)],
)
def test_it_refuses_mistakes_in_channels(right: str, wrong: str) -> None:
    quoted = wrong if wrong.startswith(('"', " ")) or right != '"@here"' else f'"{wrong}"'
    assert bool(refused(CHANNELS.replace(right, quoted, 1))) is (wrong not in BEYOND)


@pytest.mark.parametrize("watch", OTHER_SHAPES)
def test_it_refuses_another_shape(watch: str) -> None:
    assert refused(watch)


def test_every_field_says_what_it_does() -> None:
    def bare(node: Any, path: str = "") -> list[str]:
        if not isinstance(node, dict):
            return []
        own = node.get("properties", {})
        here = [f"{path}.{name}" for name, field in own.items() if not field.get("description")]
        parts = [("", node.get("items")), ("", node.get("additionalProperties")), *own.items()]
        return here + [found for name, part in parts for found in bare(part, f"{path}.{name}")]

    assert bare(SCHEMA) == []


def test_the_file_beside_the_shipped_watch_list_is_this_schema() -> None:
    assert (ROOT / FILE_NAME).read_text("utf-8") == text(), "run tidings schema"


@pytest.mark.parametrize("file", ["watch.yaml", "monitors/cli/starter/watch.yaml"])
def test_shipped_watch_lists_name_it_in_their_first_line(file: str) -> None:
    assert (ROOT / file).read_text("utf-8").splitlines()[0] == LINE

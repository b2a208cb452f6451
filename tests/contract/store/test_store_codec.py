from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from store_values import FACTS, HOUR, NOW, alert, article, entry

from monitors.model import Alert, AlertKind, Entry, Facts
from monitors.store import codec
from monitors.store.decoding import UndecodableError

CODECS: list[tuple[Any, Callable[[Any], str], Callable[[str], Any]]] = [
    (alert(), codec.dump_alert, codec.load_alert),
    (FACTS, codec.dump_facts, codec.load_facts),
    (entry(), codec.dump_entry, codec.load_entry),
]
MINIMAL = [
    (Alert("K", AlertKind.NOTICE, "#ops", NOW - HOUR, "x"), codec.dump_alert, codec.load_alert),
    (Facts(), codec.dump_facts, codec.load_facts),
    (Entry("s", "https://x.example/"), codec.dump_entry, codec.load_entry),
]
NAMES = ["alert", "facts", "entry"]


@pytest.mark.parametrize(("value", "dump", "load"), CODECS, ids=NAMES)
def test_every_field_survives(value: Any, dump: Any, load: Any) -> None:
    assert load(dump(value)) == value


@pytest.mark.parametrize(("value", "dump", "load"), MINIMAL, ids=NAMES)
def test_defaults_survive(value: Any, dump: Any, load: Any) -> None:
    assert load(dump(value)) == value


@pytest.mark.parametrize(("value", "dump", "load"), CODECS, ids=NAMES)
def test_no_field_is_forgotten_nor_left_at_its_default(value: Any, dump: Any, load: Any) -> None:
    assert set(json.loads(dump(value))) == {field.name for field in fields(value)}
    defaults = next(minimal for minimal, *_ in MINIMAL if type(minimal) is type(value))
    same = [f.name for f in fields(value) if getattr(value, f.name) == getattr(defaults, f.name)]
    assert same == []


@pytest.mark.parametrize(("value", "dump", "load"), CODECS, ids=NAMES)
def test_keys_of_a_later_version_are_ignored(value: Any, dump: Any, load: Any) -> None:
    later = json.dumps({**json.loads(dump(value)), "mood": "hopeful"})
    assert load(later) == value


@pytest.mark.parametrize(("value", "dump", "load"), CODECS, ids=NAMES)
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "telepathy", "stage": "x"}', "null"])
def test_what_is_not_ours_is_named_as_such(text: str, value: Any, dump: Any, load: Any) -> None:
    if text == "{}" and load is codec.load_facts:
        assert load(text) == Facts()
    else:
        with pytest.raises(UndecodableError):
            load(text)


def test_passages_survive() -> None:
    passages = article().passages
    assert codec.load_passages(codec.dump_passages(passages)) == passages
    assert codec.load_passages(codec.dump_passages(())) == ()


def test_equal_alerts_give_equal_text() -> None:
    assert codec.dump_alert(alert()) == codec.dump_alert(alert())


def test_what_every_decision_has_is_named_in_short() -> None:
    scores = dict.fromkeys([*codec._SHORT, "of a later version"], 0.25)
    text = codec.dump_scores(scores)
    assert text.startswith('{"C":0.25,"E":0.25,"F":0.25,"FS":0.25')
    assert codec.load_scores(text) == scores
    assert len(codec._LONG) == len(codec._SHORT)


def test_names_that_were_stored_at_length_are_read() -> None:
    assert codec.load_scores('{"fit":-8.5,"over not":1}') == {"fit": -8.5, "over not": 1.0}


def test_scores_may_be_numpy_numbers() -> None:
    text = codec.dump_scores({"lead": np.float32(0.5)})
    assert codec.load_scores(text) == {"lead": 0.5}


def test_surrogates_and_nul_survive_as_ascii() -> None:
    odd = entry(title="a\ud800b\x00c")
    text = codec.dump_entry(odd)
    text.encode()
    assert "\x00" not in text
    assert codec.load_entry(text) == odd

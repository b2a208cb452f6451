"""``tidings reembed``: what it counts, what it says, what it refuses."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from cli_values import NOW, Program

from monitors.calibration import MATCHER
from monitors.model import Development, Facts, Mention, Stage, Story
from monitors.ports import Outcome
from monitors.store import SqlStore
from monitors.testing import WordEncoder

AGO = timedelta(days=3)
REEMBED = ("reembed", "--as-of", NOW.isoformat())


class Small(WordEncoder):
    """As long as the vectors of the built-in models, and under their names."""

    def __init__(self, name: str, rounded: bool) -> None:
        super().__init__(2 * 384 + 2 if name == MATCHER else 384)
        self.model_id = name


@pytest.fixture
def remembered(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """A report that another model encoded; no model need be loaded."""
    monkeypatch.setattr("monitors.wiring._model", Small)
    mention = Mention(
        topic_id="relief", story_id="S-1", development_id="D-1", article_id="A-1",
        source_id="un-news", title="A bank is delisted", key_text="A bank is delisted in Vienna.",
        quote="", language="en", seen_at=NOW - AGO, published=None, facts=Facts(),
        vector=np.ones(8, dtype=np.float32), told=True, model_id="builtin:old",
    )  # fmt: skip
    development = Development(
        "D-1", "S-1", "relief", "A-1", "A bank", Stage.NONE, 0.5, NOW, told=True
    )
    story = Story("S-1", "relief", "A bank", NOW, NOW)
    store.decisions.record(Outcome("A-1", (), (story,), (development,), (mention,)))
    return store


def test_it_counts_changes_and_then_has_nothing_to_do(
    called: Program, remembered: SqlStore
) -> None:
    counted = called(*REEMBED, "--dry-run")
    assert counted.returncode == 0, counted.stderr
    assert "By another model" in counted.stdout
    assert f"1 text to encode with {MATCHER}, 0 of them encoded already" in counted.stdout

    done = called(*REEMBED, "--days", "0")
    assert "1 remembered text encoded (0 were already), 0 stored articles" in done.stdout
    assert f"1 report changed over to {MATCHER}" in done.stdout
    [known] = remembered.decisions.memory("relief", NOW - AGO, MATCHER)
    assert known.vector.shape == (384,)

    assert "all that topics remember is by this model" in called(*REEMBED, "--dry-run").stdout
    plain = json.loads(called(*REEMBED, "--days", "0", "--json").stdout)
    assert (plain["reports"], plain["changed"], plain["in_force"]) == (0, 0, True)


def test_ahead_of_a_change_it_says_what_to_set(
    called: Program, remembered: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDINGS_READER_MODEL", "builtin:old-one")
    done = called(*REEMBED, "--to", "builtin:e5-small", "--days", "0")
    assert done.returncode == 0, done.stderr
    assert "Set TIDINGS_READER_MODEL=builtin:e5-small when you like" in done.stdout
    assert "the next run gives 1 remembered report other vectors" in done.stdout
    assert [m.model_id for m in remembered.decisions.memory("relief", NOW - AGO)] == [
        "builtin:old"
    ]
    counted = called(
        "reembed", "--as-of", NOW.isoformat(), "--to", "builtin:e5-small", "--dry-run", "--json"
    )
    plain = json.loads(counted.stdout)
    assert (plain["topics"], plain["ready"], plain["in_force"]) == ({"relief": 1}, 1, False)


def test_a_model_without_thresholds_is_refused_before_anything_is_done(
    called: Program, store: SqlStore
) -> None:
    done = called(*REEMBED, "--to", "nobody/knows-it")
    assert done.returncode == 1
    assert "tidings calibrate nobody/knows-it" in done.stderr

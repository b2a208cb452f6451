"""A change of the careful model: memories are encoded anew, in runs or ahead of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitors import reembedding
from monitors.errors import EncoderError
from monitors.model import Mention, Reason, Vector, Verdict
from monitors.steps.reembed import foreign
from monitors.testing import WordEncoder, plain_calibration
from monitors.vectors.cache import CachedEncoder
from tests.support.newsroom import BRIDGE, HARBOUR, TENDER, WALKOUT, WALKOUT_TOO, Newsroom

OLD, NEW = WordEncoder(2048), WordEncoder(4096)


class Counting(WordEncoder):
    """Remembers what it was asked for, and may fail."""

    def __init__(self, dimensions: int = 4096) -> None:
        super().__init__(dimensions)
        self.asked: list[str] = []
        self.fails = False

    def encode(self, texts: Sequence[str]) -> Vector:
        if self.fails:
            raise EncoderError(self.model_id, "no memory")
        self.asked += texts
        return super().encode(texts)


def _set(room: Newsroom, model: WordEncoder) -> None:
    """What a change of TIDINGS_READER_MODEL does."""
    room.desk.reader = CachedEncoder(model, room.store.vectors, room.clock)
    room.desk.calibration = plain_calibration(model)
    room.desk.profiles = {}


@pytest.fixture
def told(room: Newsroom) -> Newsroom:
    """One story was told on each of two topics, by the old model; then it was changed."""
    _set(room, OLD)
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("courier", "tender", TENDER)
    room.run()
    assert len(room.sent) == 2
    room.later()
    _set(room, NEW)
    return room


def _known(room: Newsroom) -> list[Mention]:
    since = room.clock.now() - room.desk.window
    topics = (HARBOUR, BRIDGE)
    return [m for topic in topics for m in room.store.decisions.memory(topic.id, since)]


def _models(room: Newsroom) -> list[str]:
    return [mention.model_id for mention in _known(room)]


def test_after_a_change_what_was_told_is_not_told_again(told: Newsroom) -> None:
    told.publish("herald", "too", WALKOUT_TOO)
    report = told.run()
    assert (report.encoded_anew, report.to_encode) == (2, 0)
    assert told.decision("too").reason is Reason.CORROBORATION
    assert set(_models(told)) == {NEW.model_id}
    assert foreign(told.desk) == {}
    told.later()
    assert told.run().encoded_anew == 0


def test_what_a_run_has_no_time_for_waits_and_nothing_is_decided_before(told: Newsroom) -> None:
    told.publish("herald", "too", WALKOUT_TOO)
    told.desk.reembedding = 0.0
    report = told.run()
    assert (report.encoded_anew, report.to_encode) == (0, 2)
    assert report.headline().endswith("deciding waits for the new model")
    problem = report.problems[0]
    assert "of 2 remembered reports 0 were encoded anew for words-4096" in problem
    assert report.verdicts == {}
    assert len(told.store.articles.undecided(9)) == 1
    told.later()
    told.desk.reembedding = 60.0
    assert told.run().headline() == "0 new, 1 matched, 0 alerts"
    assert told.decision("too").reason is Reason.CORROBORATION


def test_messages_that_wait_are_delivered_meanwhile(told: Newsroom) -> None:
    before = len(told.sent)
    told.desk.reembedding = 60.0
    told.publish("wire", "again", ("Dock workers end their strike at the harbour", WALKOUT[1]))
    told.run(dry=True)
    assert len(told.sent) == before
    _set(told, OLD)
    told.desk.reembedding = 0.0
    told.later()
    assert told.run().to_encode == 3
    assert len(told.sent) > before


def test_a_model_that_fails_fails_the_run_and_changes_nothing(told: Newsroom) -> None:
    failing = Counting()
    _set(told, failing)
    failing.fails = True
    with pytest.raises(EncoderError):
        told.run()
    assert set(_models(told)) == {OLD.model_id}


def test_the_model_may_be_changed_back(told: Newsroom) -> None:
    told.run()
    _set(told, OLD)
    told.later()
    told.publish("herald", "too", WALKOUT_TOO)
    assert told.run().encoded_anew == 2
    assert told.decision("too").reason is Reason.CORROBORATION
    assert set(_models(told)) == {OLD.model_id}


def test_ahead_of_a_change_everything_is_encoded_and_nothing_changed(told: Newsroom) -> None:
    model, said = Counting(), []
    _set(told, model)
    model.asked.clear()
    found = reembedding.look(told.desk)
    assert (found.topics, found.texts, found.ready) == ({"bridge": 1, "harbour": 1}, 2, 0)
    assert model.asked == []
    done = reembedding.run(told.desk, 0, lambda *step: said.append(step), switch=False)
    assert (done.reports, done.ready, done.changed, done.articles) == (2, 0, 0, 0)
    assert said == [("remembered texts", 2, 2)]
    assert set(_models(told)) == {OLD.model_id}, "runs go on with the old model"
    texts = sorted(mention.key_text for mention in _known(told))
    assert sorted(model.asked) == texts

    model.asked.clear()
    again = reembedding.run(told.desk, 0, lambda *_: None, switch=False)
    assert (again.ready, model.asked) == (2, []), "nothing is encoded twice"
    told.publish("herald", "too", WALKOUT_TOO)
    report = told.run()
    assert report.encoded_anew == 2
    assert not set(texts) & set(model.asked)
    assert told.decision("too").verdict is Verdict.UPDATE


def test_after_the_change_it_changes_the_memories_and_fills_the_cache(told: Newsroom) -> None:
    model, said = Counting(), []
    _set(told, model)
    done = reembedding.run(told.desk, 2, lambda *step: said.append(step), switch=True)
    assert (done.changed, done.articles, done.left) == (2, 2, "")
    assert said[-2:] == [("days of stored articles", 1, 2), ("days of stored articles", 2, 2)]
    assert set(_models(told)) == {NEW.model_id}
    assert told.store.runs.leases(told.wall.now()) == {}
    model.asked.clear()
    reembedding.run(told.desk, 2, lambda *_: None, switch=True)
    assert model.asked == []


def test_while_a_run_decides_the_memories_are_left_to_it(told: Newsroom) -> None:
    told.store.runs.acquire("decide", "R-7 elsewhere", told.wall.now(), told.desk.window)
    done = reembedding.run(told.desk, 0, lambda *_: None, switch=True)
    assert (done.changed, done.left) == (0, "run R-7")
    assert set(_models(told)) == {OLD.model_id}
    assert replace(done, left="") == replace(reembedding.look(told.desk), ready=0)

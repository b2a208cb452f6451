"""Topics in fewer words teach what those at length do not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monitors.clock import FixedClock
from monitors.evaluate.replay import replay_desk
from monitors.learning.wordings import shapes_of, shortened
from monitors.model import Keywords, Topic
from monitors.store import open_store
from monitors.streams import load_stream
from monitors.testing import WordEncoder, plain_calibration

STREAM = Path(__file__).parents[3] / "benchmarks" / "streams" / "merger"


def test_a_short_topic_has_a_name_and_one_sentence() -> None:
    topic = Topic(
        "t", "Name", "U.S.-made parts fail. Others do not.", ("e",), ("n",), Keywords(("k",), ())
    )
    short = shortened(topic)
    assert (short.id, short.name) == ("t", "Name")
    assert short.description == "U.S.-made parts fail."
    assert (short.examples, short.not_examples, short.keywords) == ((), (), Keywords())


def test_topics_are_learnt_from_as_they_are_each_shortened_and_all() -> None:
    stream = load_stream(STREAM)
    store = open_store("sqlite:///:memory:")
    store.migrate()
    encoder = WordEncoder()
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    desk = replay_desk(stream, clock, store, encoder, encoder, encoder, plain_calibration(encoder))
    written, *shorter = shapes_of(desk)
    store.close()
    names = [topic.id for topic in stream.topics]
    assert [[bool(len(s[n].examples)) for n in names] for s in (written, *shorter)] == [
        [True, True, True],
        [False, True, True],
        [True, False, True],
        [True, True, False],
        [False, False, False],
    ]
    assert written[names[0]] is shorter[1][names[0]]

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa
from store_values import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    alert,
    article,
    decision,
    development,
    mention,
    outcome,
    story,
    vector,
)

from monitors.errors import RunSkipped, StoreError
from monitors.model import Mention, Reason, Verdict
from monitors.ports import Fence, Foreign, Outcome, TopicState
from monitors.store import SqlStore, open_store
from monitors.store.tables import articles, decisions


def _same(found: Mention, expected: Mention) -> bool:
    empty = np.zeros(0, dtype=np.float32)
    half = expected.vector.astype(np.float16).astype(np.float32)
    return (
        bool(np.array_equal(found.vector, half))
        and repr(replace(found, vector=empty))
        == repr(replace(expected, vector=empty, facts=found.facts))
        and found.facts == expected.facts
    )


def test_a_topic_never_seen_is_fresh(store: SqlStore) -> None:
    assert store.decisions.topic_states(["sanctions"]) == {"sanctions": TopicState("sanctions")}


def test_finishing_a_baseline_is_remembered_with_its_first_time(store: SqlStore) -> None:
    store.decisions.finish_baseline(["sanctions", "summit"], NOW)
    store.decisions.finish_baseline(["sanctions"], NOW + HOUR)
    store.decisions.finish_baseline([], NOW)
    found = store.decisions.topic_states(["sanctions", "summit", "embassy"])
    assert found == {
        "sanctions": TopicState("sanctions", True, NOW),
        "summit": TopicState("summit", True, NOW),
        "embassy": TopicState("embassy"),
    }


def test_the_place_of_a_look_back_is_remembered(store: SqlStore) -> None:
    looking = TopicState("summit", definition="abc", behind=NOW)
    store.decisions.keep_topic(looking, NOW)
    assert store.decisions.topic_states(["summit"])["summit"] == looking
    done = TopicState("summit", True, None, "abc")
    store.decisions.keep_topic(done, NOW + HOUR)
    found = store.decisions.topic_states(["summit"])["summit"]
    assert found == TopicState("summit", True, NOW + HOUR, "abc")


def test_a_look_back_takes_no_baseline_back(store: SqlStore) -> None:
    store.decisions.finish_baseline(["summit"], NOW)
    store.decisions.keep_topic(TopicState("summit", definition="new", behind=NOW), NOW + HOUR)
    found = store.decisions.topic_states(["summit"])["summit"]
    assert found == TopicState("summit", True, NOW, "new", NOW)
    store.decisions.finish_baseline(["summit"], NOW + HOUR)
    assert store.decisions.topic_states(["summit"])["summit"] == found


def test_an_outcome_is_stored_whole(store: SqlStore) -> None:
    first = article(1)
    store.articles.save(first)
    whole = outcome(article_id=first.id)
    assert store.decisions.record(whole) == 1
    assert store.articles.undecided(10) == []
    assert store.decisions.decisions() == [decision()]
    assert store.decisions.stories() == [story()]
    assert store.decisions.developments("S-1") == [development()]
    (found,) = store.decisions.memory("sanctions", NOW)
    assert _same(found, mention())
    assert [row.alert for row in store.outbox.rows()] == [alert()]


def test_repeating_an_outcome_changes_nothing(store: SqlStore) -> None:
    store.decisions.record(outcome())
    before = (store.outbox.rows(), store.decisions.decisions(), store.decisions.stories())
    assert store.decisions.record(outcome()) == 0
    assert (store.outbox.rows(), store.decisions.decisions(), store.decisions.stories()) == before
    assert len(store.decisions.memory("sanctions", NOW)) == 1


def test_an_outcome_with_one_bad_part_stores_nothing(store: SqlStore) -> None:
    first = article(1)
    store.articles.save(first)
    orphan = mention(2, development_id="D-unknown")
    bad = outcome(article_id=first.id, mentions=(mention(1), orphan))
    with pytest.raises(StoreError):
        store.decisions.record(bad)
    assert store.articles.undecided(10) == [first]
    assert store.decisions.decisions() == []
    assert store.decisions.stories() == []
    assert store.outbox.rows() == []


def test_a_later_decision_replaces_an_earlier_one_but_not_the_other_way(store: SqlStore) -> None:
    store.decisions.record(Outcome("A-1", decisions=(decision(),)))
    later = decision(verdict=Verdict.NONE, reason=Reason.REPEAT, decided_at=NOW + HOUR)
    store.decisions.record(Outcome("A-1", decisions=(later,)))
    assert store.decisions.decisions() == [later]
    store.decisions.record(Outcome("A-1", decisions=(decision(),)))
    assert store.decisions.decisions() == [later]


def test_stories_and_developments_are_updated(store: SqlStore) -> None:
    store.decisions.record(outcome())
    moved = story(opened_at=NOW, changed_at=NOW + HOUR)
    told = development(told=True, significance=0.9)
    store.decisions.record(Outcome("A-2", stories=(moved,), developments=(told,)))
    assert store.decisions.stories() == [replace(moved, opened_at=NOW - HOUR)]
    assert store.decisions.developments("S-1") == [told]


def test_a_later_step_leaves_its_story_the_headline_of_the_first(store: SqlStore) -> None:
    store.decisions.record(outcome())
    later = story(headline="A further step", changed_at=NOW + HOUR)
    store.decisions.record(Outcome("A-2", stories=(later,), developments=(development(2),)))
    [found] = store.decisions.stories()
    assert (found.headline, found.changed_at) == (story().headline, NOW + HOUR)


def test_mentions_count_as_told_once_their_development_is(store: SqlStore) -> None:
    store.decisions.record(outcome())
    assert [m.told for m in store.decisions.memory("sanctions", NOW)] == [False]
    store.decisions.record(Outcome("A-2", developments=(development(told=True),)))
    assert [m.told for m in store.decisions.memory("sanctions", NOW)] == [True]


def test_memory_is_of_one_topic_oldest_first(store: SqlStore) -> None:
    mentions = (
        mention(1, seen_at=NOW),
        mention(2, seen_at=NOW - HOUR),
        mention(3, seen_at=NOW - 3 * HOUR),
        mention(4, topic_id="summit"),
    )
    store.decisions.record(outcome(mentions=mentions))
    found = store.decisions.memory("sanctions", NOW - HOUR)
    assert [m.article_id for m in found] == ["A-2", "A-1"]


def test_memory_can_be_of_the_newest_only(store: SqlStore) -> None:
    seen = tuple(mention(n, seen_at=NOW - n * HOUR) for n in range(1, 5))
    store.decisions.record(outcome(mentions=seen))
    found = store.decisions.memory("sanctions", NOW - 9 * HOUR, most=2)
    assert [m.article_id for m in found] == ["A-2", "A-1"]


def test_memory_is_of_one_encoder_where_it_is_named(store: SqlStore) -> None:
    mentions = (
        mention(1, model_id="small"),
        mention(2, model_id="large", vector=vector(2, dimensions=16)),
        mention(3, model_id=""),
    )
    store.decisions.record(outcome(mentions=mentions))
    memory = store.decisions.memory
    assert [m.model_id for m in memory("sanctions", NOW)] == ["small", "large", ""]
    [large] = memory("sanctions", NOW, "large")
    assert (large.article_id, large.vector.shape) == ("A-2", (16,))
    assert memory("sanctions", NOW, "another") == []


def test_what_another_encoder_made_is_found_told_first_then_newest(store: SqlStore) -> None:
    mentions = (
        mention(1, model_id="old", seen_at=NOW - HOUR, language="de"),
        mention(2, model_id="new"),
        mention(3, model_id="", seen_at=NOW),
        mention(4, model_id="old", seen_at=NOW - 2 * HOUR, told=True),
        mention(5, model_id="old", seen_at=NOW - 9 * HOUR),
        mention(6, topic_id="summit", model_id="new"),
        mention(7, topic_id="other", model_id="old"),
    )
    store.decisions.record(outcome(mentions=mentions))
    found = store.decisions.foreign(["sanctions", "summit"], NOW - 8 * HOUR, "new")
    assert list(found) == ["sanctions"]
    assert [row.article_id for row in found["sanctions"]] == ["A-4", "A-3", "A-1"]
    assert found["sanctions"][2] == Foreign("A-1", mentions[0].key_text)
    store.decisions.record(Outcome("A-2", developments=(development(told=True),)))
    told = store.decisions.foreign(["sanctions"], NOW - 8 * HOUR, "new")["sanctions"]
    assert [row.article_id for row in told] == ["A-3", "A-1", "A-4"], "all are told now"


def test_of_many_mentions_only_those_are_foreign_that_memory_would_give(store: SqlStore) -> None:
    seen = [mention(n, seen_at=NOW - n * HOUR, model_id="old") for n in range(1, 5)]
    seen[0] = replace(seen[0], model_id="new")
    store.decisions.record(outcome(mentions=tuple(seen)))
    found = store.decisions.foreign(["sanctions"], NOW - 9 * HOUR, "new", most=2)
    assert [row.article_id for row in found["sanctions"]] == ["A-2"]
    assert store.decisions.foreign(["sanctions"], NOW - 9 * HOUR, "new", most=1) == {}
    assert store.decisions.foreign([], NOW, "new") == {}


def test_a_mention_gets_the_vector_of_another_encoder_once(store: SqlStore) -> None:
    store.decisions.record(outcome(mentions=(mention(1), mention(2))))
    fresh = {"A-1": vector(7, dimensions=16), "A-unknown": vector(8)}
    assert store.decisions.encode_anew("sanctions", "large", fresh) == 1
    assert store.decisions.encode_anew("sanctions", "large", fresh) == 0
    assert store.decisions.encode_anew("sanctions", "large", {}) == 0
    assert store.decisions.encode_anew("summit", "large", fresh) == 0
    [large] = store.decisions.memory("sanctions", NOW, "large")
    assert _same(large, mention(1, model_id="large", vector=fresh["A-1"]))
    [small] = store.decisions.memory("sanctions", NOW, "builtin:small")
    assert _same(small, mention(2))


def test_memories_are_changed_under_the_lease_of_deciding_only(store: SqlStore) -> None:
    store.decisions.record(outcome())
    fence, fresh = Fence("decide", "R-1"), {"A-1": vector(7)}
    store.runs.acquire("decide", "R-2 elsewhere", NOW, HOUR)
    with pytest.raises(RunSkipped, match="run R-2 took over"):
        store.decisions.encode_anew("sanctions", "large", fresh, fence)
    assert store.decisions.memory("sanctions", NOW, "large") == []
    store.runs.release("decide", "R-2 elsewhere")
    store.runs.acquire("decide", "R-1", NOW, HOUR)
    assert store.decisions.encode_anew("sanctions", "large", fresh, fence) == 1


def test_an_article_has_one_mention_a_topic(store: SqlStore) -> None:
    store.decisions.record(outcome())
    store.decisions.record(outcome(mentions=(mention(1, title="Corrected"),), alerts=()))
    assert [m.title for m in store.decisions.memory("sanctions", NOW)] == ["Corrected"]


def test_decisions_are_filtered_newest_first(store: SqlStore) -> None:
    stored = (
        decision(1),
        decision(1, topic_id="summit", decided_at=NOW + MINUTE),
        decision(2, verdict=Verdict.NONE, decided_at=NOW + HOUR),
    )
    store.decisions.record(Outcome("A-1", decisions=stored))
    one, summit, none = stored
    find = store.decisions.decisions
    assert find() == [none, summit, one]
    assert find(limit=1) == [none]
    assert find(article_id="A-1") == [summit, one]
    assert find(topic_id="sanctions") == [none, one]
    assert find(verdicts=[Verdict.ALERT, "update"]) == [summit, one]
    assert find(since=NOW + MINUTE) == [none, summit]


def test_stories_come_last_changed_first(store: SqlStore) -> None:
    stored = (
        story(1),
        story(2, changed_at=NOW + HOUR),
        story(3, topic_id="summit", changed_at=NOW + MINUTE),
    )
    store.decisions.record(Outcome("A-1", stories=stored))
    assert [s.id for s in store.decisions.stories()] == ["S-2", "S-3", "S-1"]
    assert [s.id for s in store.decisions.stories("sanctions", limit=1)] == ["S-2"]


def test_developments_come_oldest_first(store: SqlStore) -> None:
    steps = (development(1), development(2, founded_at=NOW - HOUR))
    store.decisions.record(Outcome("A-1", stories=(story(),), developments=steps))
    assert [d.id for d in store.decisions.developments("S-1")] == ["D-2", "D-1"]


def test_told_since_counts_alerts_of_one_topic(store: SqlStore) -> None:
    stored = (
        decision(1, decided_at=NOW - HOUR),
        decision(2),
        decision(3, verdict=Verdict.UPDATE),
        decision(4, topic_id="summit"),
    )
    store.decisions.record(Outcome("A-1", decisions=stored))
    assert store.decisions.told_since("sanctions", NOW) == 1
    assert store.decisions.told_since("sanctions", NOW - HOUR) == 2


def test_numpy_numbers_are_stored(store: SqlStore) -> None:
    odd = decision(score=np.float32(0.5), scores={"lead": np.float32(0.25)})
    store.decisions.record(Outcome("A-1", decisions=(odd,)))
    assert store.decisions.decisions()[0].score == 0.5


def test_the_passage_of_what_is_off_topic_is_not_kept_twice(store: SqlStore) -> None:
    read, _ = store.articles.save(article(1))
    off = replace(decision(), article_id=read.id, verdict=Verdict.NONE, reason=Reason.OFF_TOPIC)
    beside = replace(off, topic_id="embassies", reason=Reason.NEAR_MISS)
    gone = replace(off, topic_id="summit", passage="Nothing that the article says.")
    store.decisions.record(Outcome(read.id, decisions=(off, beside, gone)))
    with store._db.read() as connection:
        kept = sa.select(decisions.c.topic_id, decisions.c.passage, decisions.c.place)
        rows = {row.topic_id: (row.passage, row.place) for row in connection.execute(kept)}
    assert rows == {
        off.topic_id: ("", 1),
        "embassies": (beside.passage, None),
        "summit": (gone.passage, None),
    }
    found = {each.topic_id: each for each in store.decisions.decisions(article_id=read.id)}
    assert found == {each.topic_id: each for each in (off, beside, gone)}

    store.prune(NOW + 400 * DAY)
    quotes = {d.topic_id: d.passage for d in store.decisions.decisions(article_id=read.id)}
    assert quotes == {off.topic_id: "", "embassies": beside.passage, "summit": gone.passage}


def test_a_decision_on_an_article_that_is_not_stored_keeps_its_passage(store: SqlStore) -> None:
    off = replace(decision(), verdict=Verdict.NONE, reason=Reason.OFF_TOPIC)
    store.decisions.record(Outcome(off.article_id, decisions=(off,)))
    assert store.decisions.decisions() == [off]


def test_a_damaged_article_takes_no_decision_with_it(store: SqlStore) -> None:
    read, _ = store.articles.save(article(1))
    off = replace(decision(), article_id=read.id, verdict=Verdict.NONE, reason=Reason.OFF_TOPIC)
    store.decisions.record(Outcome(read.id, decisions=(off,)))
    with store._db.write() as connection:
        connection.execute(sa.update(articles).values(passages="{"))
    assert store.decisions.decisions() == [replace(off, passage="")]
    store.decisions.record(Outcome(read.id, decisions=(off,)))
    assert store.decisions.decisions() == [off]


def test_what_a_topic_was_told_is_found_by_an_index_that_leaves_out_what_is_off_topic(
    database: Callable[[str], str],
) -> None:
    with closing(open_store(database("sqlite"))) as store:
        off = replace(decision(1), verdict=Verdict.NONE, reason=Reason.OFF_TOPIC)
        told = replace(decision(2), topic_id=off.topic_id, verdict=Verdict.ALERT)
        store.decisions.record(Outcome(off.article_id, (off,)))
        store.decisions.record(Outcome(told.article_id, (told,)))
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        sa.event.listen(store._db.engine, "before_cursor_execute", note)
        assert store.decisions.told_since(off.topic_id, NOW - HOUR) == 1
        found = store.decisions.decisions(topic_id=off.topic_id, verdicts=[Verdict.ALERT])
        assert [d.article_id for d in found] == [told.article_id]
        assert store.digests.seen([off.topic_id], NOW - HOUR)
        questions = [statement for statement in asked if statement.startswith("SELECT")]
        with store._db.read() as connection:
            for question in questions:
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {question}", ("x",) * question.count("?")
                )
                assert "ix_decisions_on_topic" in str(plan.all())
        assert len(questions) == 3
        assert len(store.decisions.decisions(topic_id=off.topic_id)) == 2

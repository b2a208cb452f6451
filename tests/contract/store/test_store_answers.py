from __future__ import annotations

from dataclasses import replace
from typing import Any

from store_values import HOUR, MINUTE, NOW, alert

from monitors.model import AlertKind, Answer, AnswerKind, Receipt
from monitors.ports import Outcome
from monitors.store import SqlStore


def _answer(kind: AnswerKind = AnswerKind.USEFUL, **changes: Any) -> Answer:
    answer = Answer(
        kind, "R-1", NOW, "K-1", "Переговоры", ("sanctions", "t-2"), ("S-1", "S-2"), "A-1"
    )
    return replace(answer, **changes)


def _kinds(store: SqlStore, key: str = "K-1") -> list[AnswerKind]:
    return [answer.kind for answer in store.answers.of_alert(key)]


def test_an_answer_is_kept_as_it_was_given(store: SqlStore) -> None:
    assert store.answers.add(_answer())
    (kept,) = store.answers.of_alert("K-1")
    assert replace(kept, id=0) == _answer()
    assert store.answers.of_alert("K-2") == []


def test_the_same_answer_again_is_ignored(store: SqlStore) -> None:
    assert store.answers.add(_answer())
    assert not store.answers.add(_answer(at=NOW + HOUR))
    assert store.answers.add(_answer(who="R-2"))
    assert store.answers.add(_answer(alert_key="K-2"))
    assert len(store.answers.rows()) == 3


def test_a_later_opinion_takes_the_place_of_the_earlier(store: SqlStore) -> None:
    store.answers.add(_answer())
    store.answers.add(_answer(AnswerKind.MUTE))
    store.answers.add(_answer(AnswerKind.NOT_NEW, at=NOW + MINUTE))
    assert _kinds(store) == [AnswerKind.MUTE, AnswerKind.NOT_NEW]
    assert [row.undone_at for row in store.answers.rows()] == [None, None, NOW + MINUTE]


def test_answers_are_listed_newest_first_and_by_topic(store: SqlStore) -> None:
    store.answers.add(_answer())
    store.answers.add(_answer(who="R-2", topic_ids=("sanctions-relief",)))
    assert [row.who for row in store.answers.rows()] == ["R-2", "R-1"]
    assert [row.who for row in store.answers.rows(limit=1)] == ["R-2"]
    assert [row.who for row in store.answers.rows("sanctions")] == ["R-1"]
    assert [row.who for row in store.answers.rows("t_2")] == []


def test_an_answer_can_be_undone_once_and_given_again(store: SqlStore) -> None:
    store.answers.add(_answer())
    number = store.answers.rows()[0].id
    undone = store.answers.undo(number, NOW + HOUR)
    assert undone is not None
    assert undone.undone_at == NOW + HOUR
    assert _kinds(store) == []
    assert store.answers.undo(number, NOW + HOUR) is None
    assert store.answers.undo(999, NOW) is None
    assert store.answers.add(_answer())


def test_a_story_is_muted_until_the_last_mute_is_undone(store: SqlStore) -> None:
    store.answers.add(_answer(AnswerKind.MUTE))
    store.answers.add(_answer(AnswerKind.MUTE, who="R-2", story_ids=("S-2",)))
    assert store.answers.muted() == {"S-1", "S-2"}
    store.answers.undo(store.answers.rows()[1].id, NOW)
    assert store.answers.muted() == {"S-2"}


def test_anybody_can_unmute(store: SqlStore) -> None:
    store.answers.add(_answer(AnswerKind.MUTE))
    store.answers.add(_answer(AnswerKind.MUTE, who="R-2"))
    assert store.answers.unmute(["S-1"], NOW + HOUR) == 2
    assert store.answers.unmute(["S-1"], NOW + HOUR) == 0
    assert store.answers.muted() == frozenset()
    assert _kinds(store) == []


def test_what_waits_of_a_muted_story_is_not_sent_until_it_is_unmuted(store: SqlStore) -> None:
    queued = [
        alert(),
        alert("K-step", AlertKind.STEP),
        alert("K-edit", AlertKind.EDIT),
        alert("K-other", story_ids=("S-9",)),
    ]
    store.decisions.record(Outcome("A-1", alerts=tuple((a, NOW) for a in queued)))
    first, other = store.outbox.claim(NOW, MINUTE, 5)
    store.outbox.sent(first.id, Receipt("C1", "1.000001"), NOW)
    store.outbox.sent(other.id, Receipt("C1", "2.000001"), NOW)
    store.answers.add(_answer(AnswerKind.MUTE, story_ids=alert().story_ids))
    assert store.outbox.claim(NOW, MINUTE, 5) == []
    assert store.outbox.due(NOW) == []
    store.answers.unmute(alert().story_ids, NOW)
    assert [d.alert.key for d in store.outbox.claim(NOW, MINUTE, 5)] == ["K-step", "K-edit"]


def test_a_posted_message_is_found_by_its_place_and_its_key(store: SqlStore) -> None:
    store.decisions.record(Outcome("A-1", alerts=((alert(), NOW),)))
    (delivery,) = store.outbox.claim(NOW, MINUTE)
    store.outbox.sent(delivery.id, Receipt("C1", "1.000001"), NOW)
    found = store.outbox.posted("C1", "1.000001")
    assert found is not None
    assert found.alert.key == "K-1"
    assert store.outbox.find("K-1") == found
    assert store.outbox.posted("C2", "1.000001") is None
    assert store.outbox.posted("C1", "1.000002") is None
    assert store.outbox.find("K-9") is None

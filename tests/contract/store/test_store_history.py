from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from store_values import HOUR, NOW, article, decision, development, mention, outcome, story

from monitors.ports import StoryRecord
from monitors.store import SqlStore
from monitors.store.tables import decisions


def _story_of_two_steps(store: SqlStore) -> None:
    kept, _ = store.articles.save(article(1))
    report = mention(1, article_id=kept.id, first=True, copy_of=None)
    verdict = decision(1, article_id=kept.id)
    store.decisions.record(outcome(1, decisions=(verdict,), mentions=(report,), alerts=()))
    step = development(2, founded_at=NOW + HOUR)
    report = mention(2, development_id="D-2", seen_at=NOW + HOUR)
    later = decision(2, development_id="D-2")
    store.decisions.record(
        outcome(2, decisions=(later,), developments=(step,), mentions=(report,), alerts=())
    )


def test_a_story_comes_with_its_steps_articles_and_verdicts(store: SqlStore) -> None:
    _story_of_two_steps(store)
    (found,) = store.history.stories(NOW - HOUR, 10)
    assert found.story == story()
    assert [step.development.id for step in found.steps] == ["D-1", "D-2"]
    (first,) = found.steps[0].coverage
    assert (first.title, first.quote, first.language, first.first) == (
        "Talks 1", "The talks were held in Riyadh.", "ru", True,
    )  # fmt: skip
    assert first.url == article(1).url
    assert first.decision == decision(1, article_id=first.article_id)
    assert (first.seen_at, first.published) == (NOW, NOW - HOUR)


def test_what_is_no_longer_kept_leaves_its_place_empty(store: SqlStore) -> None:
    _story_of_two_steps(store)
    with store._db.write() as connection:
        connection.execute(sa.delete(decisions).where(decisions.c.article_id == "A-2"))
    (found,) = store.history.stories(NOW - HOUR, 10)
    (second,) = found.steps[1].coverage
    assert (second.url, second.decision, second.copy_of) == ("", None, "A-9")


def test_articles_of_a_step_come_in_the_order_in_which_they_were_seen(store: SqlStore) -> None:
    seen = [mention(n, seen_at=NOW + n * HOUR) for n in (3, 1, 2)]
    for report in seen:
        store.decisions.record(outcome(int(report.article_id[2:]), mentions=(report,), alerts=()))
    (found,) = store.history.stories(NOW, 10)
    assert [c.article_id for c in found.steps[0].coverage] == ["A-1", "A-2", "A-3"]


def test_stories_are_bounded_by_time_number_and_topic(store: SqlStore) -> None:
    for number in range(1, 4):
        told = story(number, changed_at=NOW + number * HOUR, topic_id=f"t-{number}")
        store.decisions.record(replace(outcome(number), stories=(told,), developments=(),
                                       mentions=(), alerts=()))  # fmt: skip
    history = store.history
    assert _ids(history.stories(NOW, 10)) == ["S-3", "S-2", "S-1"]
    assert _ids(history.stories(NOW + 2 * HOUR, 10)) == ["S-3", "S-2"]
    assert _ids(history.stories(NOW, 1)) == ["S-3"]
    assert _ids(history.stories(NOW, 10, ["t-1", "t-2"])) == ["S-2", "S-1"]
    assert history.stories(NOW + 9 * HOUR, 10) == []


def test_more_stories_than_one_query_takes_are_all_found(store: SqlStore) -> None:
    many = tuple(story(number) for number in range(1, 1203))
    steps = tuple(development(n, story_id=f"S-{n}") for n in range(1, 1203))
    store.decisions.record(outcome(stories=many, developments=steps, mentions=(), alerts=()))
    found = store.history.stories(NOW, 2000)
    assert len(found) == 1202
    assert all(len(record.steps) == 1 for record in found)


def _ids(found: list[StoryRecord]) -> list[str]:
    return [record.story.id for record in found]

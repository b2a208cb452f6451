"""A roundup is decided on item by item."""

from __future__ import annotations

from dataclasses import replace

from deciding_values import CALIBRATION, NOW, mention, profile, reading, vector

from monitors.decide.judge import Circumstances, Judgement
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading
from monitors.decide.whole import judge_whole
from monitors.model import Facts, Mention, Passage, PassageKind, Reason, Verdict

ELSEWHERE = vector(0, 0, 1, 0)
SIGNED = Facts(cues=frozenset({"signed"}))


def item(number: int, fit: float, stated: Facts = SIGNED) -> Reading:
    """An item of the roundup, of an event of its own."""
    passage = Passage(number, PassageKind.BODY, f"Item {number}.")
    return replace(
        reading(fit=fit, event=vector(fit, 0, 0, 1), stated=stated),
        key_text=passage.text,
        passages=(),
        passage_vectors=vector(fit, 0, 0, (1 - fit**2) ** 0.5)[None][:0],
        key_vector=vector(fit, 0, 0, (1 - fit**2) ** 0.5),
        item=passage,
    )


def roundup(*items: Reading, fit: float = 0.1) -> Reading:
    return replace(reading(fit=fit, title="Five things to know"), parts=items)


def ruled(article: Reading, *mentions: Mention) -> Judgement:
    around = Circumstances(now=NOW)
    return judge_whole(article, profile(), [], Memory(mentions), CALIBRATION, around)


def test_the_item_that_is_news_decides_and_is_quoted() -> None:
    judged = ruled(roundup(item(4, 0.1), item(5, 0.95)))
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.ALERT, Reason.NEW_STORY)
    assert judged.decision.passage == "Item 5."
    assert judged.mention is not None
    assert judged.mention.key_text == "Item 5."
    assert judged.mention.quote == "Item 5."


def test_the_surest_of_several_items_decides() -> None:
    items = (item(3, 0.93), item(4, 0.99), item(5, 0.95))
    sure = [ruled(roundup(each)).decision.scores["confidence"] for each in items]
    assert sorted(sure) == [sure[0], sure[2], sure[1]]
    assert ruled(roundup(*items)).decision.passage == "Item 4."


def test_an_item_surer_than_the_roundup_as_a_whole_is_quoted() -> None:
    article = roundup(item(5, 0.99), fit=0.9)
    assert ruled(replace(article, parts=())).decision.verdict is Verdict.ALERT
    assert ruled(article).decision.passage == "Item 5."


def test_without_an_item_worth_telling_the_article_as_a_whole_decides() -> None:
    judged = ruled(roundup(item(4, 0.1), item(5, 0.2)))
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.NONE, Reason.OFF_TOPIC)
    assert judged.decision.passage == "Body of 1."


def test_an_item_that_was_told_before_is_not_told_again() -> None:
    told = mention(vector=item(5, 0.95).key_vector)
    assert ruled(roundup(item(5, 0.95)), told).decision.verdict is not Verdict.ALERT


def test_an_article_that_is_surer_than_its_items_decides() -> None:
    judged = ruled(roundup(item(5, 0.95), fit=1.0))
    assert judged.decision.passage == "Body of 1."
    assert judged.decision.verdict is Verdict.ALERT

"""A correction of what was told is told; one that changes nothing is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from deciding_values import CALIBRATION, HOUR, NOW, facts, mention, profile, reading

from monitors.decide.judge import Circumstances, Judgement, judge
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading
from monitors.model import Facts, Mention, Reason, Verdict

FINE = "Agency signs a fine of 19 million euros for Lumora over stolen data"
RIGHT = "CORRECTED: Agency signs a fine of 9 million euros for Lumora over stolen data"


def told(title: str = FINE, number: int = 90, source: str = "tass", **changes: Any) -> Mention:
    stated = facts(title)
    return mention(number, title=title, source_id=source, facts=stated, **changes)


def again(title: str, source: str = "tass") -> Reading:
    return reading(2, title=title, source_id=source, stated=facts(title))


def ruled(article: Reading, *mentions: Mention) -> Judgement:
    around = Circumstances(now=NOW)
    return judge(article, profile(), [], Memory(mentions), CALIBRATION, around)


def outcome(article: Reading, *mentions: Mention) -> tuple[Verdict, Reason]:
    decision = ruled(article, *mentions).decision
    return decision.verdict, decision.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FINE, RIGHT),
        (
            "Europe signs extension of T90 ban until March 20",
            "CORRECTED: Europe signs extension of T90 ban until March 27",
        ),
        (
            "Closure of the port signed until 8 a.m. on Tuesday",
            "CORRECTED: Closure of the port signed until 6 p.m. on Tuesday",
        ),
        (
            "Licence signed for embassies and Rosselkhozbank",
            "CORRECTED: Licence signed for embassies, not for Rosselkhozbank",
        ),
    ],
    ids=["figure", "date", "time of day", "denial"],
)
def test_a_corrected_fact_is_a_new_step_of_its_story(before: str, after: str) -> None:
    judged = ruled(again(after), told(before))
    decision = judged.decision
    assert (decision.verdict, decision.reason) == (Verdict.ALERT, Reason.NEW_STEP)
    assert decision.explanation == f"corrects what was told: {before!r}"
    assert decision.story_id == "S-1"
    assert decision.nearest == "A-90"
    assert judged.development is not None
    assert judged.development.id != "D-1"


def test_a_correction_that_changes_no_fact_is_a_repeat() -> None:
    spelling = FINE.replace("Lumora", "Lumorra").replace("Agency", "CORRECTED: Agency")
    assert outcome(again(spelling), told()) == (Verdict.NONE, Reason.REPEAT)


def test_the_same_report_with_another_figure_is_none_unless_it_says_so() -> None:
    silent = RIGHT.removeprefix("CORRECTED: ")
    assert outcome(again(silent), told()) == (Verdict.NONE, Reason.REPEAT)


BAN = "Europe signs extension of T90 ban until March 20"


def test_another_date_in_the_same_headline_needs_no_word_on_it() -> None:
    decision = ruled(again(BAN.replace("20", "27")), told(BAN)).decision
    assert (decision.verdict, decision.reason) == (Verdict.ALERT, Reason.NEW_STEP)
    assert decision.explanation == f"corrects what was told: {BAN!r}"


@pytest.mark.parametrize(
    ("title", "source"),
    [
        (BAN.replace("20", "27"), "reuters"),
        (BAN.replace("20", "27").replace("Europe", "EAA"), "tass"),
        (BAN, "tass"),
    ],
    ids=["another source", "another headline", "the same date"],
)
def test_another_date_elsewhere_corrects_nothing(title: str, source: str) -> None:
    assert "corrects" not in ruled(again(title, source), told(BAN)).decision.explanation


def test_a_figure_told_before_for_something_else_is_no_correction_spread() -> None:
    other = "Bank signs a loan of 9 million euros"
    earlier = told(other, 80, "reuters", development_id="D-2", seen_at=NOW - 9 * HOUR)
    late = told(seen_at=NOW - HOUR)
    assert outcome(again(RIGHT), earlier, late) == (Verdict.ALERT, Reason.NEW_STEP)


def test_a_correction_of_what_nobody_was_told_is_no_correction() -> None:
    assert ruled(again(RIGHT), told(told=False)).decision.explanation != (
        f"corrects what was told: {FINE!r}"
    )


def test_another_source_does_not_correct_what_it_never_said() -> None:
    verdict, reason = outcome(again(RIGHT, source="reuters"), told())
    assert (verdict, reason) == (Verdict.UPDATE, Reason.CORROBORATION)


def test_the_right_figure_is_told_once_whoever_corrects_it_next() -> None:
    first = told(RIGHT, 91, "reuters", development_id="D-2", seen_at=NOW - HOUR / 2)
    assert outcome(again(RIGHT), told(), first)[0] is not Verdict.ALERT


def test_a_correction_of_little_weight_is_held_back_with_its_numbers() -> None:
    light = replace(again(RIGHT), facts=replace(facts(RIGHT), cues=frozenset({"correction"})))
    decision = ruled(light, told()).decision
    assert (decision.verdict, decision.reason) == (Verdict.DIGEST, Reason.NOT_SIGNIFICANT)
    assert "significance" in decision.explanation


def test_an_article_without_facts_corrects_nothing() -> None:
    bare = replace(again(RIGHT), facts=Facts(cues=frozenset({"correction", "signed"})))
    assert outcome(bare, told())[0] is not Verdict.ALERT

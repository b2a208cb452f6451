"""Borderline decisions, and what an opinion from outside may do to a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from deciding_values import CALIBRATION, NOW, TOPIC, article, mention, profile, reading, vector

from monitors.decide.calibration import Logistic
from monitors.decide.judge import Circumstances, Judgement, judge
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading
from monitors.decide.review import (
    NEAR_ALERT,
    NEAR_MATCH,
    TEXT,
    TITLE,
    TOLD,
    borderline,
    question,
)
from monitors.model import (
    GROUNDS,
    Counsel,
    Facts,
    Ground,
    Keywords,
    Mention,
    Opinion,
    Reason,
    Verdict,
)

PROFILE = profile()
PLAIN = Facts()
SIGNED = Facts(cues=frozenset({"signed"}))
NEAR_MISS = {"fit": 0.48, "stated": SIGNED}  # match .45, line .5
HELD = {"fit": 0.9, "stated": PLAIN}  # confidence .26, line .3
CLEAR = {"fit": 0.9, "stated": SIGNED}  # match .98, confidence .86
FAR = {"fit": 0.1}


def ruled(
    read: Reading, *mentions: Mention, opinion: Opinion | None = None, **around: Any
) -> tuple[Judgement, Circumstances]:
    circumstances = Circumstances(now=NOW, opinion=opinion, **around)
    made = judge(read, PROFILE, [], Memory(mentions), CALIBRATION, circumstances)
    return made, circumstances


def asked(read: Reading, *mentions: Mention, **around: Any) -> bool:
    made, circumstances = ruled(read, *mentions, **around)
    return borderline(read, TOPIC, made, CALIBRATION, circumstances)


def opinion(counsel: Counsel, ground: Ground | None = None) -> Opinion:
    return Opinion(counsel, ground or min(GROUNDS[counsel]), "small")


# --- what is borderline -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "is_borderline"),
    [(NEAR_MISS, True), (HELD, True), (CLEAR, False), (FAR, False), ({"fit": 0.51}, True)],
    ids=["near miss", "held back", "clear", "far off", "just on topic"],
)
def test_only_what_lies_near_a_line_is_borderline(
    values: dict[str, Any], is_borderline: bool
) -> None:
    assert asked(reading(**values)) is is_borderline


def test_the_bands_are_as_wide_as_they_say() -> None:
    made, around = ruled(reading(**FAR))
    line = CALIBRATION.match_lines[TOPIC.sensitivity]
    for score, inside in ((line - NEAR_MATCH + 0.001, True), (line - NEAR_MATCH - 0.001, False)):
        moved = replace(made, decision=replace(made.decision, score=score))
        assert borderline(reading(), TOPIC, moved, CALIBRATION, around) is inside
    line = CALIBRATION.alert_lines[TOPIC.sensitivity]
    for sure, inside in ((line + NEAR_ALERT - 0.001, True), (line + NEAR_ALERT + 0.001, False)):
        weighed = replace(made.decision, score=0.99, scores={"confidence": sure})
        moved = replace(made, decision=weighed)
        assert borderline(reading(), TOPIC, moved, CALIBRATION, around) is inside


@pytest.mark.parametrize(
    "settled",
    [
        {"baseline": True},
        {"muted": {"S-1"}},
    ],
    ids=["silent first look", "muted"],
)
def test_where_no_alert_can_come_nothing_is_asked(settled: dict[str, Any]) -> None:
    # Near the event of a told story, so that it continues it; another development.
    read = reading(**HELD, event=vector(0, 0.6, 0.8, 0))
    assert asked(read, mention())
    assert not asked(read, mention(), **settled)


def test_what_is_known_stale_or_excluded_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not asked(reading(fit=0.53), mention())  # corroboration
    old = replace(article(1), published=NOW.replace(year=2024))
    assert not asked(replace(reading(**HELD), article=old))
    topic = replace(TOPIC, keywords=Keywords(none=("delist*",)))
    read = reading(fit=0.53, title="Bank delisted")
    around = Circumstances(now=NOW)
    made = judge(read, profile(topic), [], Memory(), CALIBRATION, around)
    assert made.decision.reason is Reason.EXCLUDED
    assert not borderline(read, topic, made, CALIBRATION, around)


# --- what is asked ------------------------------------------------------------------------


def test_the_question_shows_bounded_evidence_and_the_nearest_told() -> None:
    read = replace(reading(**HELD, title="T" * 900), key_text="T" * 900 + " " + "lead " * 900)
    told = [mention(n, title=f"Told {n}", vector=vector(0, 1, n, 0)) for n in range(9)]
    held = mention(50, title="Held", told=False)
    made, _ = ruled(read)
    put = question(read, PROFILE, made, Memory([*reversed(told), held]))
    assert (len(put.title), len(put.text)) == (TITLE, TEXT)
    assert put.text.startswith("lead lead")
    assert put.told == tuple(f"Told {n}" for n in range(TOLD))
    assert (put.topic, put.description) == (TOPIC.name, TOPIC.description)


def test_the_question_holds_lead_and_passage_once_each() -> None:
    read = reading(**HELD)
    made, _ = ruled(read)
    lead = read.key_text.removeprefix("Bank is delisted").strip()
    assert lead.startswith("Lead of 1.")
    assert made.decision.passage in lead
    assert question(read, PROFILE, made, Memory()).text == lead
    below = replace(made, decision=replace(made.decision, passage="Far below."))
    assert question(read, PROFILE, below, Memory()).text == f"{lead}\nFar below."


# --- what an opinion does -----------------------------------------------------------------


@pytest.mark.parametrize("values", [NEAR_MISS, HELD], ids=["near miss", "held back"])
@pytest.mark.parametrize(
    ("counsel", "verdict", "reason"),
    [
        (Counsel.TELL, Verdict.ALERT, Reason.NEW_STORY),
        (Counsel.HOLD, Verdict.DIGEST, Reason.NOT_SIGNIFICANT),
        (Counsel.OFF_TOPIC, Verdict.NONE, Reason.OFF_TOPIC),
    ],
)
def test_an_opinion_stands_in_for_both_lines(
    values: dict[str, Any], counsel: Counsel, verdict: Verdict, reason: Reason
) -> None:
    said = opinion(counsel, Ground.OTHER_SUBJECT if counsel is Counsel.OFF_TOPIC else None)
    decision = ruled(reading(**values), opinion=said)[0].decision
    assert (decision.verdict, decision.reason) == (verdict, reason)
    assert decision.opinion == said
    assert f"{counsel.value}: {said.ground.value}" in decision.explanation


def test_the_scores_stay_those_of_the_built_in_decision() -> None:
    for values in (NEAR_MISS, HELD):
        plain = ruled(reading(**values))[0].decision
        told = ruled(reading(**values), opinion=opinion(Counsel.TELL))[0].decision
        assert told.score == plain.score
        assert plain.scores.items() <= told.scores.items()
        assert plain.opinion is None


def test_going_the_other_way_has_its_own_reason() -> None:
    said = opinion(Counsel.OFF_TOPIC, Ground.OPPOSITE)
    assert ruled(reading(**HELD), opinion=said)[0].decision.reason is Reason.OPPOSITE


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        ({"baseline": True}, Reason.BASELINE),
        ({"muted": {"S-1"}}, Reason.MUTED),
    ],
)
def test_no_opinion_tells_what_must_be_silent(around: dict[str, Any], reason: Reason) -> None:
    read = reading(**HELD, event=vector(0, 0.6, 0.8, 0))
    decision = ruled(read, mention(), opinion=opinion(Counsel.TELL), **around)[0].decision
    assert (decision.reason, decision.verdict is Verdict.ALERT) == (reason, False)


def test_no_opinion_tells_again_what_was_told() -> None:
    decision = ruled(reading(**NEAR_MISS), mention(), opinion=opinion(Counsel.TELL))[0].decision
    assert (decision.verdict, decision.reason) == (Verdict.UPDATE, Reason.CORROBORATION)


def test_what_a_judge_holds_back_may_be_told_when_others_report_it() -> None:
    calibration = replace(CALIBRATION, significance=Logistic(2.0, {}))
    memory = Memory()
    around = Circumstances(now=NOW, opinion=opinion(Counsel.HOLD))
    held = judge(reading(1), PROFILE, [], memory, calibration, around)
    assert held.mention is not None
    assert not held.mention.told
    memory.add(held.mention)
    other = reading(2, source_id="reuters")
    told = judge(other, PROFILE, [], memory, calibration, Circumstances(now=NOW))
    assert told.decision.verdict is Verdict.ALERT
